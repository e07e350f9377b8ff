// A page that needs nothing else: its data, style and script stand inside, and a policy forbids the rest, any
// request among it. What all pages of wf share is here.
#pragma once
#include <string>
#include <string_view>

#include "core/base/json.hpp"

namespace wf {

struct HtmlPage {
  std::string title;        // any text
  std::string_view style;   // after what all pages have
  std::string_view body;    // markup of ours
  std::string_view script;  // finds the data as `data`, and `$`, `visible` and `element`, see page/common.js
  Json data;
  std::string more = {};  // markup behind the body that is safe already, such as drawings in <template>
};

std::string render_page(const HtmlPage& page);

}  // namespace wf
