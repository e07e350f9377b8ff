// Options of the form NAME=VALUE.
#pragma once
#include <string>
#include <utility>
#include <vector>

#include "core/engine/run_inputs.hpp"

namespace wf::cli {

using Assignment = std::pair<std::string, std::string>;

// Throws Error(k_usage) naming the option when there is no '=', or nothing before it.
Assignment parse_assignment(const std::string& option, const std::string& text);
GivenInput given_input(const std::string& option, const std::string& text);
// Labels of a run, each key once: the last one counts. Throws Error(k_usage) for what cannot be one.
std::vector<Assignment> run_labels(const std::string& option, const std::vector<std::string>& texts);

}  // namespace wf::cli
