#include "executors/stub/pattern_sample.hpp"

#include <algorithm>
#include <optional>

#include "core/base/pattern.hpp"
#include "core/base/text.hpp"
#include "core/definition/code_point.hpp"

namespace wf {

namespace {

constexpr std::int64_t k_most_repetitions = 1000;  // as many as RE2 takes

// The first character that a class, as it is written, has: of those that are liked best, else of all.
std::string member_of(std::string_view written, std::string_view liked) {
  auto compiled = Pattern::compile(std::string(written));
  const auto* pattern = std::get_if<Pattern>(&compiled);
  if (pattern == nullptr) return "a";
  for (char c : liked)
    if (pattern->matches_whole(std::string(1, c))) return std::string(1, c);
  for (std::uint32_t point = 0x20; point <= 0x10ffff; ++point) {
    std::string character;
    if (append_code_point(character, point) && pattern->matches_whole(character)) return character;
  }
  return "a";
}

class Sampler {
 public:
  explicit Sampler(std::string_view text) : rest_(text) {}

  std::string expression() {
    std::string first = sequence();
    while (take("|")) sequence();
    return first;
  }

 private:
  static constexpr std::string_view k_liked = "a0 A-_.~#\n\t";

  bool take(std::string_view text) {
    if (!rest_.starts_with(text)) return false;
    rest_.remove_prefix(text.size());
    return true;
  }
  // The next character, which may have several bytes.
  std::string_view next() {
    std::size_t length = std::min<std::size_t>(rest_.size(), 1);
    while (length < rest_.size() && (static_cast<unsigned char>(rest_[length]) & 0xc0U) == 0x80) ++length;
    std::string_view character = rest_.substr(0, length);
    rest_.remove_prefix(length);
    return character;
  }
  bool at(std::string_view any) const {
    return !rest_.empty() && any.find(rest_.front()) != std::string_view::npos;
  }

  std::string sequence() {
    std::string text;
    while (!rest_.empty() && !at("|)")) {
      std::string one = item();
      for (std::int64_t i = repetitions(); i > 0; --i) text += one;
    }
    return text;
  }

  std::string item() {
    const std::string_view from = rest_;
    if (take("(")) return group();
    if (take("\\Q")) return quoted();
    if (take(".")) return "a";
    if (take("^") || take("$") || take("\\b") || take("\\B") || take("\\A") || take("\\z")) return {};
    if (take("[")) return bracket(from);
    if (!take("\\")) return std::string(next());
    pass_escape();
    return member_of(from.substr(0, from.size() - rest_.size()), k_liked);
  }

  // (…), (?:…), (?P<name>…), (?i)
  std::string group() {
    if (take("?")) {
      while (!rest_.empty() && !at(":>)")) next();
      if (!at(")")) next();
    }
    std::string text = expression();
    take(")");
    return text;
  }

  // \Q…\E
  std::string quoted() {
    std::size_t end = std::min(rest_.find("\\E"), rest_.size());
    std::string text(rest_.substr(0, end));
    rest_.remove_prefix(end);
    take("\\E");
    return text;
  }

  // What stands behind a backslash: \d, \pL, \p{Greek}, \x41, \x{1f431}, \012.
  void pass_escape() {
    std::string_view letter = next();
    bool digit = !letter.empty() && letter.front() >= '0' && letter.front() <= '7';
    std::size_t more = letter == "x" ? 2 : letter == "p" || letter == "P" ? 1 : digit ? 2 : 0;
    if (more > 0 && !digit && take("{")) {
      while (!rest_.empty() && !take("}")) next();
      return;
    }
    for (; more > 0 && (!digit || at("01234567")); --more) next();
  }

  // Behind "[": the first character that is named in it is liked best.
  std::string bracket(std::string_view from) {
    bool negated = take("^");
    const std::string_view members = rest_;
    do {
      if (take("[:")) {
        rest_.remove_prefix(std::min(std::min(rest_.find(":]"), rest_.size()) + 2, rest_.size()));
      } else if (take("\\")) {
        pass_escape();
      } else {
        next();
      }
    } while (!rest_.empty() && !at("]"));
    take("]");
    bool plain = !negated && !members.starts_with("[:") && !members.starts_with('\\');
    std::string liked = cat(plain ? members.substr(0, 1) : "", k_liked);
    return member_of(from.substr(0, from.size() - rest_.size()), liked);
  }

  // As few as the operator behind an item allows.
  std::int64_t repetitions() {
    std::int64_t least = 1;
    if (take("*") || take("?")) {
      least = 0;
    } else if (rest_.starts_with('{')) {
      std::size_t end = std::min(rest_.find('}'), rest_.size());
      std::string_view inside = rest_.substr(1, end == 0 ? 0 : end - 1);
      rest_.remove_prefix(std::min(end + 1, rest_.size()));
      least = parse_int(inside.substr(0, inside.find(','))).value_or(1);
    } else {
      take("+");
    }
    take("?");
    return std::min(least, k_most_repetitions);
  }

  std::string_view rest_;
};

}  // namespace

std::string text_for_pattern(std::string_view expression) { return Sampler(expression).expression(); }

std::string name_for_pattern(std::string_view pattern, std::size_t number) {
  std::string name;
  bool numbered = false;
  for (std::size_t i = 0; i < pattern.size(); ++i) {
    char c = pattern[i];
    if (c == '*') {
      name += numbered ? "" : std::to_string(number);
      numbered = true;
    } else if (c == '?') {
      name += static_cast<char>('0' + number % 10);
    } else if (c == '[') {
      std::size_t end = std::min(pattern.find(']', i + 2), pattern.size());
      name += i + 1 < pattern.size() ? pattern[i + 1] : 'a';
      i = end;
    } else if (c != '\\') {
      name += c;
    }
  }
  return name;
}

}  // namespace wf
