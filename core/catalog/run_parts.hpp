// What stands beside the executions of a run: the workflows that its nodes run, and how far its record goes.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/base/digest.hpp"
#include "core/catalog/run_lookup.hpp"

namespace wf {

// A workflow at work for a node execution.
struct RunFrame {
  std::string path;  // "sub[3]"
  Digest version;
  std::string state;
  std::int64_t started_us = 0;
  std::optional<std::int64_t> ended_us;
};
std::vector<RunFrame> frames_of(Database& database, const RunKey& run);  // by path

// When the run's newest event was written: how far its record goes.
std::int64_t newest_event_us(Database& database, const RunKey& run);

}  // namespace wf
