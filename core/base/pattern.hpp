// Regular expressions (RE2): matching is linear in the text, whatever the pattern.
#pragma once
#include <memory>
#include <string>
#include <string_view>
#include <variant>

namespace re2 {
class RE2;
}

namespace wf {

class Pattern {
 public:
  // At most 1000 bytes of pattern and 1 MiB of automaton; otherwise, or when it is malformed, why not.
  static std::variant<Pattern, std::string> compile(std::string_view text);

  // Whether all of `text` matches.
  bool matches_whole(std::string_view text) const;

 private:
  explicit Pattern(std::shared_ptr<const re2::RE2> compiled);
  std::shared_ptr<const re2::RE2> compiled_;
};

}  // namespace wf
