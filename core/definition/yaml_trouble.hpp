// Turns what YAML trips over into a message about what the user meant.
#pragma once
#include <string_view>

#include "core/definition/diagnostic.hpp"
#include "core/definition/source_text.hpp"

namespace wf {

// `what` is the parser's own message, `at` where it gave up.
Diagnostic explain_trouble(const SourceText& source, std::size_t at, std::string_view what);
// A tag, or text that YAML took for one.
Diagnostic explain_tag(const SourceText& source, std::size_t at);

}  // namespace wf
