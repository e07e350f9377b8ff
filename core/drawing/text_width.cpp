#include "core/drawing/text_width.hpp"

#include "core/base/text.hpp"

namespace wf {

namespace {

// In shares of the font's size: the advances of DejaVu Sans and Verdana, which are the widest, rounded up.
double ascii_width(char c) {
  constexpr std::string_view k_thin = "ijl'|.,:;! ";
  constexpr std::string_view k_narrow = "frtI()[]{}/\\\"-`";
  constexpr std::string_view k_wide = "mwMW@%";
  constexpr std::string_view k_even = "+<>=~^#";
  if (k_thin.find(c) != std::string_view::npos) return 0.40;
  if (k_narrow.find(c) != std::string_view::npos) return 0.48;
  if (k_wide.find(c) != std::string_view::npos) return 1.08;
  if (k_even.find(c) != std::string_view::npos) return 0.84;
  return c >= 'A' && c <= 'Z' ? 0.79 : 0.65;
}

}  // namespace

double text_width(std::string_view text, double font_size, Weight weight) {
  constexpr double k_other = 0.9;  // of a column of a terminal; ideographs take two
  constexpr double k_bold = 1.1;
  double width = 0;
  std::string others;
  for (char c : text) {
    bool ascii = static_cast<unsigned char>(c) < 0x80;
    ascii ? width += ascii_width(c) : (others += c, 0.0);
  }
  width += k_other * static_cast<double>(display_width(others));
  return width * font_size * (weight == Weight::bold ? k_bold : 1);
}

}  // namespace wf
