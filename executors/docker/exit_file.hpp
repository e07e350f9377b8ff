// How the command of a container ended, as its shim wrote it: see shim/main.cpp.
#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "core/engine/executor.hpp"

namespace wf {

inline constexpr std::string_view k_exit_file = "exit.json";
inline constexpr std::string_view k_begun_file = "begun";

struct ExitFile {
  ExitRecord record;
  int told = 0;  // the first signal that came from outside of the container; 0: none
};

// nullopt: there is none, or none that a shim wrote. `command` is what was to run.
std::optional<ExitFile> read_exit_file(const std::string& folder, const std::string& command);

}  // namespace wf
