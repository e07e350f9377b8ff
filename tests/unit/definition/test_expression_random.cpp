// Expressions at random: none brings the program down, and what check() lets pass has the type it said.
#include <random>

#include "expression_support.hpp"

using namespace wf;
using namespace wf::test;

namespace {

class Writer {
 public:
  explicit Writer(unsigned seed) : random_(seed) {}

  std::string expression(int depth) {
    if (depth == 0 || below(5) == 0) return pick(k_leaves);
    std::string a = expression(depth - 1);
    std::string b = expression(depth - 1);
    switch (below(9)) {
      case 0:
        return cat("(", a, " ? ", b, " : ", expression(depth - 1), ")");
      case 1:
        return cat(pick(k_prefixes), "(", a, ")");
      case 2:
        return cat("[", a, ", ", a, "]");
      case 3:
        return cat("{\"k\": ", a, "}", below(2) == 0 ? ".k" : "");
      case 4:
        return cat("(", a, ")[", b, "]");
      case 5:
        return cat("(", a, ").", pick(k_methods), "(", below(2) == 0 ? b : "", ")");
      default:
        return cat("(", a, ") ", pick(k_signs), " (", b, ")");
    }
  }

  // A text with a few bytes put in, taken out or repeated.
  std::string damaged(std::string text) {
    for (int i = below(4); i >= 0 && !text.empty(); --i) {
      std::size_t at = static_cast<std::size_t>(below(static_cast<int>(text.size())));
      int what = below(3);
      if (what == 0) text.erase(at, 1);
      if (what == 1) text.insert(at, 1, static_cast<char>(below(256)));
      if (what == 2) text.insert(at, text.substr(at / 2, 8));
    }
    return text;
  }

 private:
  using Words = std::vector<const char*>;
  int below(int limit) { return std::uniform_int_distribution<int>(0, limit - 1)(random_); }
  const char* pick(const Words& words) {
    return words[static_cast<std::size_t>(below(static_cast<int>(words.size())))];
  }

  const Words k_leaves{"inputs.k",    "inputs.f",     "inputs.s", "inputs.b",
                       "inputs.at",   "inputs.span",  "inputs.l", "inputs.m",
                       "inputs.file", "inputs.texts", "1",        "-9223372036854775808",
                       "0",           "2.5",          "'a'",      "'12'",
                       "true",        "inputs.e",     "item.x",   "duration('1h')"};
  const Words k_prefixes{"-", "!", "size", "int", "double", "string", "bool", "timestamp", "duration"};
  const Words k_methods{"size", "contains", "startsWith", "matches", "getHours", "getDate", "string"};
  const Words k_signs{"+", "-", "*", "/", "%", "<", ">=", "==", "!=", "in", "&&", "||"};
  std::mt19937 random_;
};

}  // namespace

TEST_CASE("what is checked never meets a wrong type") {
  Writer writer(1);
  int sound = 0;
  for (int i = 0; i < 30'000; ++i) {
    std::string text = writer.expression(1 + i % 4);
    std::string kind = checked(text);
    if (kind.starts_with("!")) {
      evaluated(text);
      continue;
    }
    ++sound;
    std::string value = evaluated(text, kind.c_str());
    CAPTURE(text);
    CAPTURE(kind);
    CAPTURE(value);
    CHECK(value.find("no such overload") == std::string::npos);
    CHECK(value.find("does not fit") == std::string::npos);
  }
  CHECK(sound > 3000);
}

TEST_CASE("damaged texts are refused or mean something else") {
  Writer writer(2);
  for (int i = 0; i < 30'000; ++i) {
    std::string text = writer.damaged(writer.expression(1 + i % 4));
    checked(text);
    evaluated(text);
  }
}
