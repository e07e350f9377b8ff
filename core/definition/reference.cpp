#include "core/definition/reference.hpp"

#include <algorithm>
#include <optional>

#include "core/base/error.hpp"
#include "core/base/text.hpp"
#include "core/definition/cel_lexer.hpp"
#include "core/definition/codes.hpp"

namespace wf {

namespace {

bool is_word_character(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

std::size_t word_length(std::string_view text) {
  return static_cast<std::size_t>(std::find_if_not(text.begin(), text.end(), is_word_character) -
                                  text.begin());
}

// A lower-case letter first, and no other letters.
bool is_name(std::string_view word) {
  return !word.empty() && word[0] >= 'a' && word[0] <= 'z' &&
         std::none_of(word.begin(), word.end(), [](char c) { return c >= 'A' && c <= 'Z'; });
}

// The word after a dot at the front of `rest`, which loses both; empty when none stands there.
std::string_view take_word(std::string_view& rest) {
  if (!rest.starts_with('.')) return {};
  std::string_view word = rest.substr(1, word_length(rest.substr(1)));
  if (!word.empty()) rest.remove_prefix(1 + word.size());
  return word;
}

// The step in brackets at the front of `rest`, which loses it: ["any text"] or [0].
std::optional<std::string> take_bracketed(std::string_view& rest) {
  if (!rest.starts_with('[')) return std::nullopt;
  std::size_t end = 1;
  bool quoted = rest.substr(1).starts_with('"');
  if (quoted) {
    for (end = 2; end < rest.size() && rest[end] != '"'; ++end) end += rest[end] == '\\' ? 1U : 0U;
    ++end;
  } else {
    end += word_length(rest.substr(1));
  }
  if (end >= rest.size() || rest[end] != ']') return std::nullopt;
  std::string_view inner = rest.substr(1, end - 1);
  rest.remove_prefix(end + 1);
  try {
    Json json = Json::parse(inner, "the step");
    if (json.is_string()) return json.as_string();
    return json.is_int() ? std::optional(std::string(inner)) : std::nullopt;
  } catch (const Error&) {
    return std::nullopt;
  }
}

// What was meant by a text that begins with '$' and is followed by `rest`; empty when nobody knows.
std::string meant_by_dollar(std::string_view rest) {
  std::size_t close = rest.find('}');
  if (rest.starts_with('{') && close != std::string_view::npos) {
    std::string_view inner = trim(rest.substr(1, close - 1));
    if (!parse_bare_reference(inner)) return {};
    return close + 1 == rest.size() ? cat("write $", inner)
                                    : cat("write $(", inner, ")", rest.substr(close + 1));
  }
  if (rest.find_first_of(" +-*/%<=>!&|?(") == std::string_view::npos) return {};
  std::string text(rest);
  text.erase(std::remove(text.begin(), text.end(), '$'), text.end());
  auto parsed = parse_expression(text);
  const auto* expression = std::get_if<Expression>(&parsed);
  if (expression == nullptr) return {};
  const std::vector<ExpressionReference> names = references(*expression);
  bool refers = std::any_of(names.begin(), names.end(),
                            [](const ExpressionReference& one) { return !one.reference.name.empty(); });
  return refers ? cat("write $(", text, ")") : std::string();
}

ReferenceFault bad_leading_dollar(std::string_view text) {
  std::string meant = meant_by_dollar(text.substr(1));
  std::string rest(text.substr(1));
  return {codes::k_bad_reference, 0, text.size(),
          cat("'", text, "' begins with '$' but is no reference such as $inputs.name or $node.output"),
          cat(meant.empty() ? "write $(…) to put a reference into text" : meant, ", or $$", rest,
              " for the text itself")};
}

using Inner = std::variant<Reference, Expression, ReferenceFault>;

// What stands inside `$(…)`, which begins at `offset`; `bare` is that without blanks around it.
Inner parse_inner(std::string_view inner, std::string_view bare, std::size_t offset) {
  std::size_t length = std::max<std::size_t>(1, inner.size());
  if (auto reference = parse_bare_reference(bare)) return *reference;
  if (bare.starts_with('$')) {
    return ReferenceFault{codes::k_bad_reference, offset, length,
                          "names inside $(…) have no '$' of their own", cat("write $(", bare.substr(1), ")")};
  }
  if (bare.empty()) {
    return ReferenceFault{codes::k_bad_reference, offset, length, "$() is empty",
                          "write $(inputs.name) or $(node.output), or $$( for the text '$('"};
  }
  std::size_t begin = offset + static_cast<std::size_t>(bare.data() - inner.data());
  auto parsed = parse_expression(bare);
  if (auto* expression = std::get_if<Expression>(&parsed)) return expression->at(begin);
  auto& fault = std::get<ExpressionFault>(parsed);
  return ReferenceFault{fault.code, begin + fault.span.offset, std::max<std::size_t>(1, fault.span.length),
                        std::move(fault.message), std::move(fault.hint)};
}

// Collects the pieces of a text from left to right.
class TextReader {
 public:
  explicit TextReader(std::string_view text) : text_(text) {}

  ParsedText read() {
    if (text_.starts_with("$$")) {
      literal_ += '$';
      at_ = 2;
    }
    while (at_ < text_.size()) {
      std::size_t dollar = std::min(text_.find('$', at_), text_.size());
      literal_ += text_.substr(at_, dollar - at_);
      at_ = dollar;
      if (at_ == text_.size()) break;
      read_dollar();
    }
    if (parsed_.text.pieces.empty() && parsed_.faults.empty()) return std::move(literal_);
    flush();
    return std::move(parsed_);
  }

 private:
  void read_dollar() {
    std::string_view rest = text_.substr(at_);
    if (rest.starts_with("$$(")) {
      literal_ += "$(";
      at_ += 3;
    } else if (rest.starts_with("$(")) {
      read_interpolation();
    } else {
      literal_ += '$';
      ++at_;
    }
  }

  void read_interpolation() {
    std::size_t close = cel::find_closing(text_, at_ + 1);
    if (close == std::string_view::npos) {
      parsed_.faults.push_back(
          {codes::k_unclosed_interpolation, at_, text_.size() - at_, "'$(' is not closed by ')' in this text",
           "add ')'; write $$( for the text '$('; quote the text if a ' #' cuts it short"});
      at_ = text_.size();
      return;
    }
    std::string_view inner = text_.substr(at_ + 2, close - at_ - 2);
    std::string_view bare = trim(inner);
    Inner read = parse_inner(inner, bare, at_ + 2);
    if (auto* fault = std::get_if<ReferenceFault>(&read)) {
      parsed_.faults.push_back(std::move(*fault));
    } else {
      flush();
      Span place{static_cast<std::size_t>(bare.data() - text_.data()), bare.size()};
      if (auto* expression = std::get_if<Expression>(&read))
        add(std::move(*expression), place);
      else
        add(std::get<Reference>(std::move(read)), place);
    }
    at_ = close + 1;
  }

  void add(Template::Piece piece, Span place) {
    parsed_.text.pieces.push_back(std::move(piece));
    parsed_.places.push_back(place);
  }

  void flush() {
    if (!literal_.empty()) add(std::move(literal_), {});
    literal_.clear();
  }

  std::string_view text_;
  std::size_t at_ = 0;
  std::string literal_;
  ParsedTemplate parsed_;
};

}  // namespace

std::string Reference::text() const {
  std::string out = name.empty() ? root : cat(root, ".", name);
  for (const std::string& step : path) out += step_text(step);
  return out;
}

std::string step_text(std::string_view step) {
  bool word = !step.empty() && word_length(step) == step.size();
  return word ? cat(".", step) : cat("[", Json(step).canonical(), "]");
}

std::optional<Reference> parse_bare_reference(std::string_view text) {
  std::string_view root = text.substr(0, word_length(text));
  std::string_view rest = text.substr(root.size());
  bool element = root == k_element_root;
  std::string_view name = element ? std::string_view() : take_word(rest);
  if (!is_name(root) || !(element || is_name(name))) return std::nullopt;
  Reference reference{std::string(root), std::string(name), {}};
  while (!rest.empty()) {
    if (std::string_view word = take_word(rest); !word.empty()) {
      reference.path.emplace_back(word);
    } else if (auto step = take_bracketed(rest)) {
      reference.path.push_back(std::move(*step));
    } else {
      return std::nullopt;
    }
  }
  return reference;
}

bool has_dollar(std::string_view text) { return text.find('$') != std::string_view::npos; }

ParsedText parse_text(std::string_view text) {
  if (!has_dollar(text)) return std::string(text);
  if (text.front() == '$' && !text.starts_with("$$") && !text.starts_with("$(")) {
    auto reference = parse_bare_reference(text.substr(1));
    if (!reference) return ParsedTemplate{{}, {}, {bad_leading_dollar(text)}};
    return std::move(*reference);
  }
  return TextReader(text).read();
}

}  // namespace wf
