#include "core/base/quantity.hpp"

#include <algorithm>
#include <array>

#include "core/base/text.hpp"

namespace wf {

namespace {

constexpr std::int64_t k_most = std::int64_t{1} << 62;
__extension__ using Wide = __int128;  // a number times a unit fits in
constexpr std::int64_t k_finest = 1'000'000'000'000'000;

struct Unit {
  std::string_view name;
  std::int64_t size;
};
constexpr std::array<Unit, 10> k_units{{{"Ki", 1LL << 10},
                                        {"Mi", 1LL << 20},
                                        {"Gi", 1LL << 30},
                                        {"Ti", 1LL << 40},
                                        {"Pi", 1LL << 50},
                                        {"k", 1000},
                                        {"M", 1000'000},
                                        {"G", 1000'000'000},
                                        {"T", 1000'000'000'000},
                                        {"P", 1000'000'000'000'000}}};

bool is_digit(char c) { return c >= '0' && c <= '9'; }

// Digits with a point at most, times `unit`; nullopt when that is no whole number, none, or too large.
std::optional<std::int64_t> times(std::string_view number, std::int64_t unit) {
  std::size_t point = std::min(number.find('.'), number.size());
  std::string_view whole = number.substr(0, point);
  std::string_view fraction = number.substr(std::min(point + 1, number.size()));
  bool digits = std::all_of(whole.begin(), whole.end(), is_digit) && std::all_of(fraction.begin(), fraction.end(), is_digit);
  if (!digits || whole.size() + fraction.size() == 0 || number.ends_with('.')) return std::nullopt;
  Wide sum = 0;
  for (char c : whole) {
    sum = sum * 10 + static_cast<Wide>(c - '0') * unit;
    if (sum > k_most) return std::nullopt;
  }
  Wide rest = 0;  // what the fraction adds, in parts of `scale`
  Wide scale = 1;
  for (char c : fraction) {
    if (scale > k_finest) return std::nullopt;
    scale *= 10;
    rest = rest * 10 + static_cast<Wide>(c - '0') * unit;
  }
  if (rest % scale != 0) return std::nullopt;
  sum += rest / scale;
  if (sum <= 0 || sum > k_most) return std::nullopt;
  return static_cast<std::int64_t>(sum);
}

}  // namespace

std::optional<std::int64_t> parse_bytes(std::string_view text) {
  for (const Unit& unit : k_units) {
    if (text.ends_with(unit.name)) return times(text.substr(0, text.size() - unit.name.size()), unit.size);
  }
  return times(text, 1);
}

std::optional<std::int64_t> parse_processors(std::string_view text) {
  return text.ends_with('m') ? times(text.substr(0, text.size() - 1), 1) : times(text, 1000);
}

std::string format_processors(std::int64_t thousandths) {
  if (thousandths % 1000 == 0) return std::to_string(thousandths / 1000);
  std::string fraction = std::to_string(1000 + thousandths % 1000).substr(1);
  while (fraction.ends_with('0')) fraction.pop_back();
  return cat(thousandths / 1000, ".", fraction);
}

}  // namespace wf
