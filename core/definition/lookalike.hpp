// Text that looks like a reference to those who know other tools.
#pragma once
#include <string_view>
#include <vector>

#include "core/definition/expression.hpp"

namespace wf {

struct Lookalike {
  Span place;  // in the text
  Reference reference;
};

// Each {{name}}, ${name} and $name in a text, and a text that is a name; outside of `$(…)`, and without what
// is behind a second '$'.
std::vector<Lookalike> lookalikes(std::string_view text);

}  // namespace wf
