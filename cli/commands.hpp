// One function for each command; commands/NAME.cpp holds it.
#pragma once
#include "cli/command.hpp"

namespace wf::cli {}  // namespace wf::cli
