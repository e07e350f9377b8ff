#include "executors/stub/pattern_sample.hpp"

#include <algorithm>
#include <optional>

#include "core/base/text.hpp"

namespace wf {

namespace {

constexpr std::int64_t k_most_repetitions = 1000;  // as many as RE2 takes

// What \d and the like stand for; other letters after a backslash are no class.
std::optional<char> class_sample(char letter) {
  switch (letter) {
    case 'd':
      return '0';
    case 'w':
    case 'D':
    case 'S':
      return 'a';
    case 's':
    case 'W':
      return ' ';
    case 'n':
      return '\n';
    case 't':
      return '\t';
    default:
      return std::nullopt;
  }
}

class Sampler {
 public:
  explicit Sampler(std::string_view text) : rest_(text) {}

  std::string expression() {
    std::string first = sequence();
    while (take('|')) sequence();
    return first;
  }

 private:
  bool take(char c) {
    if (!rest_.starts_with(c)) return false;
    rest_.remove_prefix(1);
    return true;
  }
  char next() {
    if (rest_.empty()) return 'a';
    char c = rest_.front();
    rest_.remove_prefix(1);
    return c;
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
    char c = next();
    if (c == '(') return group();
    if (c == '[') return bracket();
    if (c == '.') return "a";
    if (c == '^' || c == '$') return {};
    return c == '\\' ? escape() : std::string(1, c);
  }

  // (…), (?:…), (?P<name>…), (?i)
  std::string group() {
    if (take('?')) {
      while (!rest_.empty() && !at(":>)")) next();
      if (!at(")")) next();
    }
    std::string text = expression();
    take(')');
    return text;
  }

  std::string escape() {
    char c = next();
    if (c == 'b' || c == 'A' || c == 'z') return {};
    return std::string(1, class_sample(c).value_or(c));
  }

  std::string bracket() {
    bool negated = take('^');
    std::string members;
    do {
      if (rest_.starts_with("[:")) {
        rest_.remove_prefix(2);
        members += named_class();
      } else {
        members += take('\\') ? escape() : std::string(1, next());
      }
    } while (!rest_.empty() && !at("]"));
    take(']');
    if (!negated) return members.substr(0, 1);
    constexpr std::string_view k_others = "a0-_ .A~";
    std::size_t other = k_others.find_first_not_of(members);
    return std::string(1, other == std::string_view::npos ? '#' : k_others[other]);
  }

  std::string named_class() {
    std::size_t end = std::min(rest_.find(":]"), rest_.size());
    std::string_view name = rest_.substr(0, end);
    rest_.remove_prefix(std::min(end + 2, rest_.size()));
    if (name == "digit" || name == "xdigit") return "0";
    if (name == "space" || name == "blank") return " ";
    if (name == "punct") return ".";
    return name == "upper" ? "A" : "a";
  }

  // As few as the operator behind an item allows.
  std::int64_t repetitions() {
    std::int64_t least = 1;
    if (take('*') || take('?')) {
      least = 0;
    } else if (rest_.starts_with('{')) {
      std::size_t end = std::min(rest_.find('}'), rest_.size());
      std::string_view inside = rest_.substr(1, end == 0 ? 0 : end - 1);
      rest_.remove_prefix(std::min(end + 1, rest_.size()));
      least = parse_int(inside.substr(0, inside.find(','))).value_or(1);
    } else {
      take('+');
    }
    take('?');
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
