// Files that a command writes for other programs to read.
#pragma once
#include <string>

namespace wf::cli {

// At once where it is a file, so that no half of it is ever read; anything else takes the bytes as they come.
void write_report(const std::string& path, const std::string& text);

}  // namespace wf::cli
