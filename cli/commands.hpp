// One function for each command; commands/NAME.cpp holds it.
#pragma once
#include "cli/command.hpp"

namespace wf::cli {

Command make_lint();
Command make_digest();
Command make_schema();

}  // namespace wf::cli
