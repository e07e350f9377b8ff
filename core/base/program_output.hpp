// What a program writes, for the one who asked.
#pragma once
#include <cstdint>
#include <string>

#include "core/base/process.hpp"

namespace wf {

struct ProgramOutput {
  std::string out;
  std::string failure;  // why it gave nothing: "exited with code 1: no such entry"; empty: it did
};

struct OutputLimits {
  std::size_t bytes = 0;         // that it may write
  std::int64_t patience_ns = 0;  // how long it may take
  int stop_fd = -1;              // it is ended when this becomes readable; -1: never
};

// Starts a program as the request says, but with its output to here and in this process's group, and waits
// until it exits; what it leaves behind goes on. Beyond a limit it is ended.
ProgramOutput program_output(SpawnRequest request, const OutputLimits& limits);

}  // namespace wf
