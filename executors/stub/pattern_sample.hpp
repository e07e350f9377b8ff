// Texts that patterns allow.
#pragma once
#include <cstddef>
#include <string>
#include <string_view>

namespace wf {

// A short text for an RE2 expression: the first branch of each alternative, the first of each class, each
// repetition as few times as it may. A guess: whether it matches is for the caller to ask.
std::string text_for_pattern(std::string_view expression);

// The name of the file with that number for a pattern of fnmatch(3); a guess as well.
std::string name_for_pattern(std::string_view pattern, std::size_t number);

}  // namespace wf
