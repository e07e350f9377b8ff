// Plain scalars by the core schema of YAML 1.2: null, true, 12, 0o17, 0x1F, 1.5, .inf and nothing else.
// `yes`, `on`, `1_000`, dates and times are strings.
#pragma once
#include <string_view>
#include <variant>

#include "core/base/json.hpp"

namespace wf {

enum class ScalarFault { integer_range, float_range };

// The value of a plain scalar's text. Nulls never come here: the parser has told them apart.
std::variant<Json, ScalarFault> resolve_plain(std::string_view text);

// "yes", "Off", "n": a boolean in YAML 1.1 and a string here.
bool is_former_boolean(std::string_view text);

}  // namespace wf
