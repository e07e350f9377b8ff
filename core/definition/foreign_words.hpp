// Words of other tools and languages, for those who bring them along.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace wf {

enum class WordOf : std::uint8_t { keys, types, functions };

// What is written here instead; empty when the word is not known, or `known` has none of what it would be.
std::string foreign_word_hint(WordOf place, std::string_view word, const std::vector<std::string>& known);

}  // namespace wf
