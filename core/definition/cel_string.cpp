#include <array>
#include <optional>

#include "core/base/text.hpp"
#include "core/definition/cel_lexer.hpp"
#include "core/definition/code_point.hpp"
#include "core/definition/codes.hpp"

namespace wf::cel {

namespace {

// Escapes of one character; the others have digits behind them.
constexpr std::array<std::pair<char, char>, 12> k_escapes{{{'a', '\a'},
                                                           {'b', '\b'},
                                                           {'f', '\f'},
                                                           {'n', '\n'},
                                                           {'r', '\r'},
                                                           {'t', '\t'},
                                                           {'v', '\v'},
                                                           {'\\', '\\'},
                                                           {'?', '?'},
                                                           {'"', '"'},
                                                           {'\'', '\''},
                                                           {'`', '`'}}};

struct Digits {
  char letter;
  std::size_t count;
  int base;
};
constexpr std::array<Digits, 8> k_digits{{{'x', 2, 16},
                                          {'X', 2, 16},
                                          {'u', 4, 16},
                                          {'U', 8, 16},
                                          {'0', 3, 8},
                                          {'1', 3, 8},
                                          {'2', 3, 8},
                                          {'3', 3, 8}}};

int digit_value(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return 16;
}

std::optional<std::uint32_t> read_digits(std::string_view digits, const Digits& form) {
  if (digits.size() < form.count) return std::nullopt;
  std::uint32_t value = 0;
  for (char c : digits.substr(0, form.count)) {
    int digit = digit_value(c);
    if (digit >= form.base) return std::nullopt;
    value = value * static_cast<std::uint32_t>(form.base) + static_cast<std::uint32_t>(digit);
  }
  return value;
}

ExpressionFault bad_escape(std::string_view text, std::size_t at, std::size_t length) {
  return {codes::k_expression_syntax,
          {at, std::min(length, text.size() - at)},
          cat("'", text.substr(at, length), "' is no escape"),
          R"(write \\ for a backslash, \n, \t, \", \x41, \u00e4 or \U0001f431, or put r before the quotes)"};
}

// The escape at `at`, a backslash; moves `at` behind it.
std::optional<ExpressionFault> read_escape(std::string_view text, std::size_t& at, std::string& out) {
  char letter = at + 1 < text.size() ? text[at + 1] : '\0';
  for (const auto& [name, meaning] : k_escapes) {
    if (name != letter) continue;
    out += meaning;
    at += 2;
    return std::nullopt;
  }
  for (const Digits& form : k_digits) {
    if (form.letter != letter) continue;
    std::size_t begin = at + (form.base == 8 ? 1 : 2);
    std::optional<std::uint32_t> point = read_digits(text.substr(begin), form);
    std::size_t end = begin + form.count;
    if (!point || !append_code_point(out, *point)) return bad_escape(text, at, end - at);
    at = end;
    return std::nullopt;
  }
  return bad_escape(text, at, 2);
}

}  // namespace

std::variant<std::string, ExpressionFault> read_string(std::string_view text, std::size_t& at,
                                                       Escapes escapes) {
  std::size_t begin = at;
  bool triple = text.substr(at, 3) == std::string(3, text[at]);
  std::string_view quotes = text.substr(at, triple ? 3 : 1);
  at += quotes.size();
  std::string out;
  std::optional<ExpressionFault> wrong;
  while (at < text.size() && !text.substr(at).starts_with(quotes)) {
    char c = text[at];
    if (!triple && (c == '\n' || c == '\r')) break;
    if (c == '\\' && escapes == Escapes::read) {
      auto fault = read_escape(text, at, out);
      if (fault) at = std::min(at + 2, text.size());
      if (!wrong) wrong = std::move(fault);
    } else {
      out += c;
      ++at;
    }
  }
  bool closed = text.substr(at).starts_with(quotes);
  if (!closed && !wrong) {
    return ExpressionFault{codes::k_expression_syntax,
                           {begin, at - begin},
                           cat("this text is not closed by ", quotes),
                           triple ? "" : R"(add the quote; a text over several lines stands in """ """)"};
  }
  if (closed) at += quotes.size();
  if (wrong) return std::move(*wrong);
  return out;
}

}  // namespace wf::cel
