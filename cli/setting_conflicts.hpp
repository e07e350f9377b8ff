// Options of a run that is asked for again, beside what is recorded of the run that has its name.
#pragma once
#include <string>

#include "core/engine/run_record.hpp"

namespace wf::cli {

// "--sandbox none, and not full; --timeout none, and not 1h"; empty where nothing differs.
std::string setting_conflicts(const RunSettings& recorded, const RunSettings& asked);

}  // namespace wf::cli
