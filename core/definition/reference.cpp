#include "core/definition/reference.hpp"

#include <algorithm>
#include <optional>

#include "core/base/text.hpp"
#include "core/definition/codes.hpp"

namespace wf {

namespace {

bool is_step(std::string_view step) {
  return !step.empty() && std::all_of(step.begin(), step.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
  });
}

// The offset of the ")" that closes the "(" at `open`; quotes and inner parentheses are passed over.
std::size_t find_closing(std::string_view text, std::size_t open) {
  char quote = '\0';
  int depth = 0;
  for (std::size_t at = open; at < text.size(); ++at) {
    char c = text[at];
    if (quote != '\0') {
      if (c == quote) quote = '\0';
    } else if (c == '"' || c == '\'') {
      quote = c;
    } else if (c == '(') {
      ++depth;
    } else if (c == ')' && --depth == 0) {
      return at;
    }
  }
  return std::string_view::npos;
}

ReferenceFault later_path(const Reference& reference, std::size_t offset, std::size_t length) {
  return {codes::k_later_path, offset, length,
          cat("reaching into a value ('", reference.text(), "') arrives in a later version of wf"),
          cat("use '", reference.root, ".", reference.name, "' as a whole")};
}

ReferenceFault bad_leading_dollar(std::string_view text) {
  std::string rest(text.substr(1));
  return {codes::k_bad_reference, 0, text.size(),
          cat("'", text, "' begins with '$' but is no reference such as $inputs.name or $node.output"),
          cat("write $$", rest, " for the text itself, or $(…) to put a reference into text")};
}

std::variant<Reference, ReferenceFault> parse_expression(std::string_view inner, std::size_t offset) {
  std::string_view bare = trim(inner);
  std::size_t length = std::max<std::size_t>(1, inner.size());
  if (auto reference = parse_bare_reference(bare)) {
    if (!reference->path.empty()) return later_path(*reference, offset, length);
    return *reference;
  }
  if (bare.starts_with('$')) {
    return ReferenceFault{codes::k_bad_reference, offset, length,
                          "names inside $(…) have no '$' of their own", cat("write $(", bare.substr(1), ")")};
  }
  if (bare.empty()) {
    return ReferenceFault{codes::k_bad_reference, offset, length, "$() is empty",
                          "write $(inputs.name) or $(node.output), or $$( for the text '$('"};
  }
  return ReferenceFault{codes::k_later_expression, offset, length,
                        cat("'", bare, "' is an expression, which arrives in a later version of wf"),
                        "inside $(…) write a reference such as inputs.name or node.output"};
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
      if (auto fault = read_dollar()) return *fault;
    }
    if (template_.pieces.empty()) return std::move(literal_);
    flush();
    return std::move(template_);
  }

 private:
  std::optional<ReferenceFault> read_dollar() {
    std::string_view rest = text_.substr(at_);
    if (rest.starts_with("$$(")) {
      literal_ += "$(";
      at_ += 3;
      return std::nullopt;
    }
    if (rest.starts_with("$(")) return read_interpolation();
    literal_ += '$';
    ++at_;
    return std::nullopt;
  }

  std::optional<ReferenceFault> read_interpolation() {
    std::size_t close = find_closing(text_, at_ + 1);
    if (close == std::string_view::npos) {
      return ReferenceFault{codes::k_unclosed_interpolation, at_, text_.size() - at_,
                            "'$(' is not closed by ')' in this text",
                            "add ')'; write $$( for the text '$('; quote the text if a ' #' cuts it short"};
    }
    auto parsed = parse_expression(text_.substr(at_ + 2, close - at_ - 2), at_ + 2);
    if (auto* fault = std::get_if<ReferenceFault>(&parsed)) return std::move(*fault);
    flush();
    template_.pieces.emplace_back(std::get<Reference>(std::move(parsed)));
    at_ = close + 1;
    return std::nullopt;
  }

  void flush() {
    if (!literal_.empty()) template_.pieces.emplace_back(std::move(literal_));
    literal_.clear();
  }

  std::string_view text_;
  std::size_t at_ = 0;
  std::string literal_;
  Template template_;
};

}  // namespace

std::string Reference::text() const {
  std::string out = cat(root, ".", name);
  for (const std::string& step : path) out += cat(".", step);
  return out;
}

std::optional<Reference> parse_bare_reference(std::string_view text) {
  std::size_t dot = text.find('.');
  if (dot == std::string_view::npos) return std::nullopt;
  std::size_t end = std::min(text.find('.', dot + 1), text.size());
  std::string_view root = text.substr(0, dot);
  std::string_view name = text.substr(dot + 1, end - dot - 1);
  auto begins_well = [](std::string_view step) { return is_step(step) && step[0] >= 'a' && step[0] <= 'z'; };
  if (!begins_well(root) || !begins_well(name)) return std::nullopt;
  Reference reference{std::string(root), std::string(name), {}};
  if (end == text.size()) return reference;
  for (std::string_view step : split(text.substr(end + 1), '.')) {
    if (!is_step(step)) return std::nullopt;
    reference.path.emplace_back(step);
  }
  return reference;
}

bool has_dollar(std::string_view text) { return text.find('$') != std::string_view::npos; }

ParsedText parse_text(std::string_view text) {
  if (!has_dollar(text)) return std::string(text);
  if (text.front() == '$' && !text.starts_with("$$") && !text.starts_with("$(")) {
    auto reference = parse_bare_reference(text.substr(1));
    if (!reference) return bad_leading_dollar(text);
    if (!reference->path.empty()) return later_path(*reference, 0, text.size());
    return std::move(*reference);
  }
  return TextReader(text).read();
}

}  // namespace wf
