// Many texts looked for at once, in a stream: the automaton of Aho and Corasick (CACM 18, 1975), which takes
// each byte once however many texts there are.
#pragma once
#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace wf {

class PatternSet {
 public:
  using State = std::uint32_t;
  static constexpr State k_start = 0;

  // Empty ones are passed over.
  explicit PatternSet(const std::vector<std::string>& patterns);

  State next(State state, unsigned char byte) const;
  // How many of the last bytes some pattern begins with.
  std::size_t depth(State state) const { return nodes_[state].depth; }
  // The length of the longest pattern that ends here; 0: none does.
  std::size_t match(State state) const { return nodes_[state].match; }
  bool begins_with(unsigned char byte) const { return first_[byte] != k_start; }

 private:
  struct Node {
    State fallback = k_start;  // of the longest ending of this that a pattern begins with
    State child = k_start;     // the first; k_start: none
    State sibling = k_start;
    std::uint32_t depth = 0;
    std::uint32_t match = 0;
    unsigned char byte = 0;
  };

  void add(std::string_view pattern);
  void link();
  State child_of(State state, unsigned char byte) const;

  std::vector<Node> nodes_{1};
  std::array<State, 256> first_{};  // the children of the start
};

}  // namespace wf
