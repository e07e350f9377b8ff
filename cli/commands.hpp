// One function for each command; commands/NAME.cpp holds it.
#pragma once
#include "cli/command.hpp"

namespace wf::cli {

Command run_command();
Command resume_command();
Command abort_command();

}  // namespace wf::cli
