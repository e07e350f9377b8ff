// Words for a POSIX shell.
#pragma once
#include <string>

namespace wf {

// The word as a person can paste it: as it is when it is plain, else in single quotes.
std::string shell_quoted(const std::string& word);

}  // namespace wf
