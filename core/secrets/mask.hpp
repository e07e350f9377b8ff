// Keeps the values of secrets out of what is written down.
//
// A value is found as it is, in base64 (RFC 4648, both alphabets, wrapped or not, with anything around it),
// percent-encoded (RFC 3986, and as forms have it), and escaped as in JSON strings and those of most
// languages
// (\n \" \/ \u00e4 \xe4), whichever of its characters were escaped; and in some of these within each other:
// JSON in JSON, JSON or base64 in a URL, base64 in JSON, JSON in base64. What a program does to a value
// beyond this is not known for it: compressed, encrypted, quoted for a shell, reversed or in pieces it
// passes.
#pragma once
#include <array>
#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/secrets/pattern_set.hpp"

namespace wf {

// What stands for a value.
inline constexpr std::string_view k_masked = "***";
// Shorter ones are found in what has nothing to do with them.
inline constexpr std::size_t k_least_secret_bytes = 6;

class Mask {
 public:
  // Whether the lines of a value are kept out one by one, too: of logs, which are read line by line.
  enum class Lines { apart, together };
  // Values that are too short are passed over.
  explicit Mask(std::vector<std::string> values, Lines lines = Lines::apart);

  const PatternSet& plain() const { return plain_; }
  const PatternSet& base64() const { return base64_; }
  // Whether a value may begin with this byte, in whatever form.
  bool wakes(unsigned char byte) const { return wakes_[byte]; }

 private:
  PatternSet plain_;
  PatternSet base64_;
  std::array<bool, 256> wakes_{};
};

// One stream through a mask. Nothing is held back but what may be the beginning of a value.
class MaskedStream {
 public:
  explicit MaskedStream(const Mask& mask);  // which must outlive it
  MaskedStream(const MaskedStream&) = delete;
  MaskedStream& operator=(const MaskedStream&) = delete;
  ~MaskedStream();

  // Takes the next piece, and gives what can be written of all so far.
  std::string put(std::string_view piece);
  // What was held back: nothing more comes. The first k_least_secret_bytes or more of a value, of which the
  // rest was not written, are kept out as well.
  std::string end();
  bool has_found() const { return has_found_; }

 private:
  class Reading;

  void read(std::string_view piece);
  std::string release(std::size_t until);
  void cover(std::size_t from, std::size_t to);
  void cover_rest(std::size_t from);

  const Mask& mask_;
  std::vector<Reading> readings_;
  std::string held_;
  std::size_t begin_ = 0;                                     // where that stands in the stream
  std::vector<std::pair<std::size_t, std::size_t>> covered_;  // from, to; none overlap
  bool has_found_ = false;
};

// A whole text.
std::string masked(const Mask& mask, std::string_view text);

}  // namespace wf
