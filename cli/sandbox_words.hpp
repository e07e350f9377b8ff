// What is said of the sandbox of an attempt, and of the files that it opened there.
#pragma once
#include <optional>
#include <string>

#include "core/base/json.hpp"

namespace wf::cli {

// "full by bubblewrap 0.8.0, seccomp"; "paths of full: …" where that was not reached.
std::string sandbox_text(const Json& sandbox);
// Indented lines; nullopt: nothing is known.
std::string observed_text(const std::optional<Json>& observed, const Json& sandbox);

}  // namespace wf::cli
