// Text inside XML and HTML.
#pragma once
#include <string>
#include <string_view>

namespace wf {

enum class Markup { attribute, content };

// What XML 1.0 cannot hold at all becomes an escape (control characters, bytes that are no UTF-8) or U+FFFD.
std::string escape_markup(std::string_view text, Markup where);

}  // namespace wf
