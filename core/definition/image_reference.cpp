#include "core/definition/image_reference.hpp"

#include <re2/re2.h>

namespace wf {

bool is_image_reference(const std::string& text) {
  static const RE2 k_pattern{std::string(k_image_pattern)};
  constexpr std::size_t k_most_bytes = 512;
  return text.size() <= k_most_bytes && RE2::FullMatch(text, k_pattern);
}

}  // namespace wf
