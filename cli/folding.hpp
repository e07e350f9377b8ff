// Lines that are wider than the terminal.
#pragma once
#include <cstddef>
#include <string>
#include <string_view>

namespace wf::cli {

// Too long lines go on below, indented, at a blank: in a tree beside its branches. A word stays whole, so that it
// can be copied. Without a terminal the text as it is.
std::string folded(std::string_view text);
std::string folded(std::string_view text, std::size_t columns);

}  // namespace wf::cli
