// Characters above U+FFFF as JSON escapes them: "\ud83d\udc31", two halves, which yaml-cpp refuses.
#pragma once
#include <string>
#include <string_view>

namespace wf {

// The text with each such pair in a form that yaml-cpp leaves alone in any kind of scalar, and that is as long.
std::string with_hidden_pairs(std::string_view text);

// What a scalar of that text stands for: the character in double quotes, elsewhere the pair as written.
enum class PairsAre { characters, text };
std::string with_shown_pairs(std::string_view scalar, PairsAre what);

}  // namespace wf
