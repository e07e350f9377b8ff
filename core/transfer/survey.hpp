// Which runs can come, and which streams are known.
#pragma once
#include <string>
#include <vector>

#include "core/store/event_log.hpp"
#include "core/transfer/selection.hpp"
#include "core/transfer/take.hpp"

namespace wf::transfer {

// absent: not here. known: all of it is here. longer: goes on there. differs: neither continues the other.
enum class StreamState { absent, known, longer, differs };
struct StreamMatch {
  StreamState state = StreamState::absent;
  StreamHead here;
  StreamHead there;
};
StreamMatch match_streams(Database& from, const std::string& there, Database& to, const std::string& here);

// Runs that have not ended, or differ, stay with all that rest on them.
std::vector<PickedRun> survey_runs(Database& from, Database& to, Transfer& transfer);

}  // namespace wf::transfer
