#include "cli/commands.hpp"

namespace wf::cli {

std::vector<Command> all_commands() {
  return {
      run_command(),
      resume_command(),
      abort_command(),
  };
}

}  // namespace wf::cli
