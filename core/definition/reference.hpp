// References and interpolation in scalars: `$inputs.x`, `text $(node.output)`, `$$`.
#pragma once
#include <cstddef>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "core/definition/model.hpp"

namespace wf {

struct ReferenceFault {
  std::string_view code;
  std::size_t offset = 0;  // in the text
  std::size_t length = 1;
  std::string message;
  std::string hint;
};

// Text with references in it: the pieces that can be read, and what is wrong with the others.
struct ParsedTemplate {
  Template text;
  std::vector<Span> places;  // of the pieces, in the scalar; empty for literal text
  std::vector<ReferenceFault> faults;
};

// A scalar read as what it is: text (unescaped), a whole reference, or text with references in it.
using ParsedText = std::variant<std::string, Reference, ParsedTemplate>;
ParsedText parse_text(std::string_view text);

// Whether parse_text would give anything but `text` itself; cheap.
bool has_dollar(std::string_view text);

// `$each`: the element that a repeated item of a command is at.
inline constexpr std::string_view k_element_root = "each";

// "inputs.x", "node.output", "each", and steps behind it, ".field", ".0", ["any key"]: the form inside `$(…)`
// and in the canonical form; nullopt for anything else.
std::optional<Reference> parse_bare_reference(std::string_view text);

// A step into a value as text: ".key", or ["a key"] for one that is no plain word.
std::string step_text(std::string_view step);

}  // namespace wf
