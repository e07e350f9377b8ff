#include "core/base/base64.hpp"

#include <cstdint>

namespace wf {

std::string to_base64(std::string_view bytes) {
  constexpr std::string_view k_digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string out;
  out.reserve((bytes.size() + 2) / 3 * 4);
  for (std::size_t i = 0; i < bytes.size(); i += 3) {
    std::uint32_t group = 0;
    for (std::size_t j = i; j < i + 3; ++j)
      group = group << 8U | (j < bytes.size() ? static_cast<unsigned char>(bytes[j]) : 0U);
    for (unsigned digit = 0; digit < 4; ++digit)
      out += i + digit <= bytes.size() ? k_digits[group >> (18U - 6U * digit) & 63U] : '=';
  }
  return out;
}

}  // namespace wf
