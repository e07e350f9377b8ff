#include "core/engine/sleep.hpp"

#include "core/base/text.hpp"
#include "core/definition/value.hpp"

namespace wf {

std::optional<std::string> why_too_long(const Gate& gate, const Json& wanted) {
  if (!gate.timeout_ns || wanted.as_int() <= *gate.timeout_ns) return std::nullopt;
  auto text = [](const Json& length) { return value_to_text(Type(Kind::duration), length); };
  return cat("it was to sleep for ", text(wanted), ", and its timeout is ", text(*gate.timeout_ns));
}

}  // namespace wf
