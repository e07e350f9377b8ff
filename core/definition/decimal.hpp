// Exact decimal fractions: what part of a map has to succeed must not depend on how 0.7 is rounded.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace wf {

// digits / 10^scale, not negative, without trailing zeros: 0.90 is 9 / 10^1.
struct Decimal {
  std::int64_t digits = 0;
  int scale = 0;

  // "0.9", ".5", "1", "0"; at most 9 digits. nullopt for anything else: no sign, no exponent.
  static std::optional<Decimal> parse(std::string_view text);
  std::string text() const;  // "0.9", "1"
  double to_double() const;
  // The least integer that is not below this part of `count`, which must not be negative
  // and is at most 2^32.
  std::int64_t ceil_of(std::int64_t count) const;
  bool operator==(const Decimal&) const = default;
};

}  // namespace wf
