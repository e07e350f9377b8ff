// Gates that sleep.
#pragma once
#include <optional>
#include <string>

#include "core/definition/model.hpp"

namespace wf {

// Why one that is to sleep for `wanted`, a duration, fails; nullopt: that is over before its timeout is.
std::optional<std::string> why_too_long(const Gate& gate, const Json& wanted);

}  // namespace wf
