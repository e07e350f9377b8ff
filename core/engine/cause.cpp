#include "core/engine/cause.hpp"

#include "core/base/text.hpp"
#include "core/engine/codes.hpp"

namespace wf {

Json make_cause(ErrorCode code, const std::string& message) {
  bool valid = find_invalid_utf8(message) == std::string::npos && message.find('\0') == std::string::npos;
  return Json::object()
      .add("code", code.id)
      .add("message", valid ? message : escape_terminal(message, Lines::multiline));
}

Json make_cause(ErrorCode code, const std::string& message, const NodePath& execution) {
  return cause_at(make_cause(code, message), execution);
}

Json cause_at(const Json& cause, const NodePath& execution) {
  Json own = Json::object().add("code", cause.at("code")).add("message", cause.at("message"));
  own.add("node", execution.node);
  if (execution.element >= 0) own.add("element", execution.element);
  return own;
}

std::string execution_of(const Json& cause) {
  if (cause.find("node") == nullptr) return {};
  const Json* element = cause.find("element");
  return NodePath{cause.at("node").as_string(), element != nullptr ? element->as_int() : -1}.text();
}

Json cause_of_siblings(const Json& cause) {
  if (cause.find("node") == nullptr) return cause;
  return make_cause(codes::k_sibling_failed, cat("sibling ", execution_of(cause), " failed"));
}

Json enough_elements(const NodePath& node) {
  return make_cause(codes::k_enough_elements, "enough elements have succeeded", node);
}

std::string with_hint(const Error& error) {
  return error.hint().empty() ? error.message() : cat(error.message(), "; ", error.hint());
}

}  // namespace wf
