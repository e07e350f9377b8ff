#include "core/drawing/page.hpp"

#include "core/base/base64.hpp"
#include "core/base/digest.hpp"
#include "core/base/json_members.hpp"
#include "core/base/markup.hpp"
#include "core/base/text.hpp"
#include "core/drawing/page_parts.hpp"

namespace wf {

namespace {

// JSON inside a script element: nothing in it may look like markup or, to old scripts, like the end of a
// line.
std::string embedded(const Json& json) {
  std::string out;
  std::string text = printable(json.compact());
  for (char c : text) {
    if (c == '<' || c == '>' || c == '&') {
      out += c == '<' ? "\\u003c" : c == '>' ? "\\u003e" : "\\u0026";
    } else {
      out += c;
    }
  }
  return out;
}

// No other script runs, whatever gets into the page.
std::string policy_of(std::string_view script) {
  return cat("default-src 'none'; img-src data:; style-src 'unsafe-inline'; script-src 'sha256-",
             to_base64(sha256(script).view()), "'; base-uri 'none'; form-action 'none'");
}

}  // namespace

std::string render_page(const HtmlPage& page) {
  std::string title = escape_markup(escape_terminal(page.title), Markup::content);
  std::string script = cat(parts::k_common_js, page.script);
  std::string out =
      cat("<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n",
          "<meta http-equiv=\"Content-Security-Policy\" content=\"", policy_of(script), "\">\n");
  out += cat(parts::k_head_html, "<title>", title, "</title>\n<style>", parts::k_common_css, page.style,
             "</style>\n</head>\n<body>\n<header>\n<h1>", title, "</h1>\n");
  out += cat(page.body, page.more, "<script id=\"data\" type=\"application/json\">", embedded(page.data),
             "</script>\n<script>", script, "</script>\n</body>\n</html>\n");
  return out;
}

}  // namespace wf
