// Words, numbers, texts and signs of an expression.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "core/definition/expression.hpp"

namespace wf::cel {

enum class TokenKind : std::uint8_t { end, word, integer, floating, string, sign };

struct Token {
  TokenKind kind = TokenKind::end;
  Span span;
  std::string_view text;  // of the source
  std::string string;     // what a string literal means
};

// The tokens of a text of well-formed UTF-8, with one of kind `end` behind them. They refer to the text.
std::variant<std::vector<Token>, ExpressionFault> tokenize(std::string_view text);

// The offset of the ")" that closes the "(" at `open`, npos when none does; what is no token is passed over.
std::size_t find_closing(std::string_view text, std::size_t open);

// Reads the string literal at `at`, whose quotes begin there; moves `at` behind it, also when an escape is none.
enum class Escapes : std::uint8_t { read, raw };
std::variant<std::string, ExpressionFault> read_string(std::string_view text, std::size_t& at,
                                                       Escapes escapes);

}  // namespace wf::cel
