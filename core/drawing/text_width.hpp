// How wide text will be in a font that is not known.
#pragma once
#include <string_view>

namespace wf {

// At least what the usual sans-serif fonts take, in pixels; the widest of them decides for each character.
enum class Weight { regular, bold };
double text_width(std::string_view text, double font_size, Weight weight = Weight::regular);

}  // namespace wf
