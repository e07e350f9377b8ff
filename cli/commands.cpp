#include "cli/commands.hpp"

namespace wf::cli {

std::vector<Command> all_commands() { return {make_lint(), make_digest(), make_schema()}; }

}  // namespace wf::cli
