// Characters by their numbers.
#pragma once
#include <cstdint>
#include <string>

namespace wf {

// Appends the character in UTF-8; false for what is none: halves of pairs, and beyond U+10FFFF.
bool append_code_point(std::string& out, std::uint32_t point);

}  // namespace wf
