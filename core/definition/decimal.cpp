#include "core/definition/decimal.hpp"

#include <algorithm>

#include "core/base/text.hpp"

namespace wf {

namespace {

constexpr int k_most_digits = 9;  // times a count of 2^32 they fit into 64 bits

std::int64_t power_of_ten(int exponent) {
  std::int64_t power = 1;
  for (int i = 0; i < exponent; ++i) power *= 10;
  return power;
}

bool is_digit(char c) { return c >= '0' && c <= '9'; }

}  // namespace

std::optional<Decimal> Decimal::parse(std::string_view text) {
  std::size_t point = std::min(text.find('.'), text.size());
  std::string digits(text.substr(0, point));
  std::string_view fraction = text.substr(std::min(point + 1, text.size()));
  while (fraction.ends_with('0')) fraction.remove_suffix(1);
  digits += fraction;
  bool numeric = text.size() > (point < text.size() ? 1U : 0U);
  digits.erase(0, std::min(digits.find_first_not_of('0'), digits.size()));
  bool fits = std::max(digits.size(), fraction.size()) <= k_most_digits;
  if (!numeric || !fits || !std::all_of(digits.begin(), digits.end(), is_digit)) return std::nullopt;
  Decimal decimal;
  for (char c : digits) decimal.digits = decimal.digits * 10 + (c - '0');
  decimal.scale = static_cast<int>(fraction.size());
  return decimal;
}

std::string Decimal::text() const {
  std::string out = std::to_string(digits);
  if (scale == 0) return out;
  auto places = static_cast<std::size_t>(scale);
  if (out.size() <= places) out = cat(std::string(places + 1 - out.size(), '0'), out);
  return cat(out.substr(0, out.size() - places), ".", out.substr(out.size() - places));
}

double Decimal::to_double() const { return static_cast<double>(digits) / static_cast<double>(power_of_ten(scale)); }

std::int64_t Decimal::ceil_of(std::int64_t count) const {
  std::int64_t unit = power_of_ten(scale);
  return (digits * count + unit - 1) / unit;
}

}  // namespace wf
