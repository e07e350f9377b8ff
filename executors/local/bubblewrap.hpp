// bwrap(1): an attempt in namespaces of its own, where only what it may have is to be seen.
#pragma once
#include <string>
#include <vector>

#include "core/engine/executor.hpp"
#include "executors/local/sandbox_places.hpp"

namespace wf {

// Where it is, or why it cannot be used here.
struct Bubblewrap {
  std::string program;    // empty: it cannot
  std::string version;    // "bubblewrap 0.8.0"
  std::string hindrance;
};
// Tries it out.
Bubblewrap find_bubblewrap();

// What it is told by --args, which no other process sees: the environment ("NAME=value") may have secrets in it.
std::string bubblewrap_arguments(const AttemptSpec& spec, const std::vector<std::string>& environment,
                                 const std::vector<SandboxPlace>& places);

}  // namespace wf
