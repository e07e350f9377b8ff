#include "core/definition/cel_lexer.hpp"

#include <algorithm>
#include <array>

#include "core/base/text.hpp"
#include "core/definition/codes.hpp"

namespace wf::cel {

namespace {

constexpr std::array<std::string_view, 25> k_signs{"<=", ">=", "==", "!=", "&&", "||", "<", ">", "!",
                                                   "+",  "-",  "*",  "/",  "%",  "?",  ":", ".", ",",
                                                   "(",  ")",  "[",  "]",  "{",  "}",  "="};

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_word_start(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; }
bool is_word(char c) { return is_word_start(c) || is_digit(c); }
bool is_hex(char c) { return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F'); }

class Lexer {
 public:
  explicit Lexer(std::string_view text, std::size_t at = 0) : text_(text), at_(at) {}

  std::variant<std::vector<Token>, ExpressionFault> read() {
    while (skip_blanks(), at_ < text_.size()) {
      if (auto fault = read_token()) return *fault;
    }
    add(TokenKind::end, at_);
    return std::move(tokens_);
  }

  std::size_t find_closing() {
    for (int depth = 0; skip_blanks(), at_ < text_.size();) {
      std::size_t begin = at_;
      if (read_token()) {
        at_ = std::max(at_, begin + 1);
        continue;
      }
      std::string_view token = tokens_.back().text;
      tokens_.clear();
      if (token == "(") ++depth;
      if (token == ")" && --depth == 0) return begin;
    }
    return std::string_view::npos;
  }

 private:
  using Problem = std::optional<ExpressionFault>;

  void skip_blanks() {
    while (at_ < text_.size()) {
      if (text_.substr(at_).starts_with("//")) {
        at_ = std::min(text_.find('\n', at_), text_.size());
      } else if (std::string_view(" \t\n\f\r").find(text_[at_]) != std::string_view::npos) {
        ++at_;
      } else {
        return;
      }
    }
  }

  Token& add(TokenKind kind, std::size_t begin) {
    tokens_.push_back({kind, {begin, at_ - begin}, text_.substr(begin, at_ - begin), {}});
    return tokens_.back();
  }

  template <typename Accepts>
  void skip_while(const Accepts& accepts) {
    while (at_ < text_.size() && accepts(text_[at_])) ++at_;
  }

  char peek(std::size_t ahead) const { return at_ + ahead < text_.size() ? text_[at_ + ahead] : '\0'; }

  Problem read_token() {
    char c = text_[at_];
    if (is_digit(c) || (c == '.' && is_digit(peek(1)))) return read_number();
    if (c == '"' || c == '\'') return read_text(0);
    if (is_word_start(c)) return read_word();
    for (std::string_view sign : k_signs) {
      if (!text_.substr(at_).starts_with(sign)) continue;
      std::size_t begin = at_;
      at_ += sign.size();
      add(TokenKind::sign, begin);
      return std::nullopt;
    }
    return unexpected();
  }

  Problem read_word() {
    std::size_t begin = at_;
    skip_while(is_word);
    std::string_view word = text_.substr(begin, at_ - begin);
    bool quote = at_ < text_.size() && (text_[at_] == '"' || text_[at_] == '\'');
    bool prefix = word.size() <= 2 && word.find_first_not_of("rRbB") == std::string_view::npos;
    if (!quote || !prefix) {
      add(TokenKind::word, begin);
      return std::nullopt;
    }
    at_ = begin;
    if (word.find_first_of("bB") == std::string_view::npos) return read_text(word.size());
    return ExpressionFault{codes::k_expression_left_out,
                           {begin, word.size()},
                           "wf leaves bytes out of CEL",
                           "write a string, without the b"};
  }

  Problem read_text(std::size_t prefix) {
    std::size_t begin = at_;
    at_ += prefix;
    auto string = read_string(text_, at_, prefix == 0 ? Escapes::read : Escapes::raw);
    if (auto* fault = std::get_if<ExpressionFault>(&string)) return std::move(*fault);
    add(TokenKind::string, begin).string = std::move(std::get<std::string>(string));
    return std::nullopt;
  }

  // 12, 0x1f, 1.5, .5, 1e-3; the sign in front is the parser's.
  Problem read_number() {
    std::size_t begin = at_;
    bool hex = text_[at_] == '0' && (peek(1) == 'x' || peek(1) == 'X') && is_hex(peek(2));
    bool floating = false;
    if (hex) {
      at_ += 2;
      skip_while(is_hex);
    } else {
      skip_while(is_digit);
      if (peek(0) == '.' && is_digit(peek(1))) {
        floating = true;
        ++at_;
        skip_while(is_digit);
      }
      std::size_t exponent = peek(1) == '+' || peek(1) == '-' ? 2 : 1;
      if ((peek(0) == 'e' || peek(0) == 'E') && is_digit(peek(exponent))) {
        floating = true;
        at_ += exponent;
        skip_while(is_digit);
      }
    }
    std::size_t end = at_;
    if (at_ < text_.size() && is_word(text_[at_])) return bad_suffix(begin, end);
    add(floating ? TokenKind::floating : TokenKind::integer, begin);
    return std::nullopt;
  }

  Problem bad_suffix(std::size_t begin, std::size_t end) {
    skip_while(is_word);
    std::string_view digits = text_.substr(begin, end - begin);
    std::string_view suffix = text_.substr(end, at_ - end);
    Span span{begin, at_ - begin};
    if (suffix == "u" || suffix == "U") {
      return ExpressionFault{codes::k_expression_left_out, span, "wf leaves unsigned integers out of CEL",
                             cat("write ", digits)};
    }
    return ExpressionFault{codes::k_expression_syntax, span,
                           cat("'", text_.substr(begin, at_ - begin), "' is no number"),
                           "write 1000, 0x3e8, 1.5 or 1e-3; a text stands in quotes"};
  }

  Problem unexpected() {
    std::size_t length = 1;
    while ((static_cast<unsigned char>(peek(length)) & 0xc0U) == 0x80) ++length;
    std::string_view found = text_.substr(at_, length);
    ExpressionFault fault{
        codes::k_expression_syntax, {at_, length}, cat("'", found, "' means nothing in an expression"), {}};
    if (found == "$") {
      fault.message = "names in an expression have no '$' of their own";
      at_ += length;
      skip_while([](char c) { return is_word(c) || c == '.'; });
      fault.span.length = at_ - fault.span.offset;
      fault.hint =
          cat("write ", fault.span.length == 1 ? "inputs.name or node.output"
                                               : text_.substr(fault.span.offset + 1, fault.span.length - 1));
    } else if (found == "&" || found == "|") {
      fault.hint = cat("write ", found, found);
    } else if (found == "`") {
      fault.hint = R"(write ["name"] for a key that is no word)";
    }
    return fault;
  }

  std::string_view text_;
  std::size_t at_;
  std::vector<Token> tokens_;
};

}  // namespace

std::variant<std::vector<Token>, ExpressionFault> tokenize(std::string_view text) {
  return Lexer(text).read();
}

std::size_t find_closing(std::string_view text, std::size_t open) { return Lexer(text, open).find_closing(); }

}  // namespace wf::cel
