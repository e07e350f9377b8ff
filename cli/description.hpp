// The commands as JSON: what the manual is made from (`wf __dump-cli`).
#pragma once
#include <vector>

#include "cli/command.hpp"
#include "core/base/json.hpp"

namespace wf::cli {

Json describe(const std::vector<Command>& commands);

}  // namespace wf::cli
