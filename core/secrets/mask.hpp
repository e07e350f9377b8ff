// Keeps the values of secrets out of what is written down.
//
// A value is found as it is, in base64 (RFC 4648, both alphabets, wrapped or not, with anything around it),
// percent-encoded (RFC 3986, and as forms have it), and escaped as in JSON strings and those of most
// languages
// (\n \" \/ \u00e4 \xe4), whichever of its characters were escaped. Of a value of several lines each that is
// not short is kept out by itself too. What a program does to a value beyond this is not known for it:
// compressed, encrypted, reversed or in pieces it passes.
#pragma once
#include <array>
#include <cstddef>
#include <memory>
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
  // Shorter values are passed over.
  explicit Mask(std::vector<std::string> values);

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
  ~MaskedStream();

  // Takes the next piece, and gives what can be written of all so far.
  std::string put(std::string_view piece);
  // What was held back: nothing more comes.
  std::string end();
  bool has_found() const { return has_found_; }

 private:
  class Reading;

  void read(std::string_view piece);
  std::string release(std::size_t until);
  void cover(std::size_t from, std::size_t to);

  const Mask& mask_;
  std::array<std::unique_ptr<Reading>, 4> readings_;
  std::string held_;
  std::size_t begin_ = 0;                                     // where that stands in the stream
  std::vector<std::pair<std::size_t, std::size_t>> covered_;  // from, to; none overlap
  bool has_found_ = false;
};

}  // namespace wf
