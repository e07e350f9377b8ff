// What a command writes, for the one who asked.
#pragma once
#include <string>

namespace wf {

struct CommandOutput {
  std::string out;
  std::string failure;  // why it gave nothing: "exited with code 1: no such entry"; empty: it did
};

// Runs the line with sh in the folder, with this process's environment, in its process group, until it exits;
// what it leaves behind goes on. It is ended after a minute, when it writes more than `limit` bytes, or when
// `stop_fd` becomes readable.
CommandOutput command_output(const std::string& line, const std::string& folder, std::size_t limit,
                             int stop_fd);

}  // namespace wf
