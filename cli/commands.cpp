#include "cli/commands.hpp"

namespace wf::cli {

std::vector<Command> all_commands() { return {}; }

}  // namespace wf::cli
