// What may stand next on a command line, for the shells (`wf __complete -- WORDS…`).
#pragma once
#include <string>
#include <vector>

#include "cli/command.hpp"

namespace wf::cli {

// `words` are those after `wf`, the last being the one under the cursor ("" for a new one). One candidate a
// line, a tab and its explanation behind it; a line ":files" or ":folders" stands for paths. Reads the store
// for names of workflows, runs, projects and domains, and is silent about everything that goes wrong.
std::string complete(const std::vector<Command>& commands, const std::vector<std::string>& words);

}  // namespace wf::cli
