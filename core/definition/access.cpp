#include "core/definition/access.hpp"

#include <optional>

#include "core/base/text.hpp"
#include "core/definition/reference.hpp"

namespace wf {

namespace {

// "node.output.a" for the first `steps` steps of the path.
std::string text_before(const Reference& reference, std::size_t steps) {
  Reference shorter{reference.root, reference.name, {}};
  shorter.path.assign(reference.path.begin(), reference.path.begin() + static_cast<std::ptrdiff_t>(steps));
  return shorter.text();
}

// 0, or digits that begin with another one: an index has one spelling.
std::optional<std::size_t> index_of(const std::string& step) {
  bool digits =
      step == "0" || (!step.empty() && step[0] != '0' && step.find_first_not_of("0123456789") == step.npos);
  auto found = digits ? parse_int(step) : std::nullopt;
  return found ? std::optional(static_cast<std::size_t>(*found)) : std::nullopt;
}

AccessFault nothing_inside(const std::string& whole, const Type& type) {
  if (type.kind() == Kind::optional) {
    return {cat("'", whole, "' is ", type.text(), " and may be null, so nothing can be taken out of it"),
            "give it a type without '?', or pass it on as a whole"};
  }
  if (type.kind() == Kind::one_of) {
    return {
        cat("'", whole, "' is one of several types, ", type.text(), ", so nothing can be taken out of it"),
        "pass it on as a whole"};
  }
  return {cat("'", whole, "' is ", type.text(), ", and there is nothing inside"),
          cat("use '", whole, "' as a whole")};
}

// One step into a type; `whole` names what it is taken from.
std::variant<Type, AccessFault> step_into(const Type& type, const std::string& step,
                                          const std::string& whole) {
  if (type.kind() == Kind::json) return type;
  if (type.kind() == Kind::map) return type.element();
  if (type.kind() == Kind::list) {
    if (index_of(step)) return type.element();
    return AccessFault{cat("'", whole, "' is ", type.text(), ", and '", step, "' is no index"),
                       cat("write a number: ", whole, ".0")};
  }
  if (type.kind() != Kind::record) return nothing_inside(whole, type);
  if (const Type* field = member_type(type, step)) return *field;
  return AccessFault{cat("'", whole, "' has no field '", step, "'"), field_hint(type, step)};
}

// One step into a value; nullptr when it does not lead anywhere.
const Json* step_into(const Json& value, const std::string& step) {
  if (value.is_object()) return value.find(step);
  if (!value.is_array()) return nullptr;
  auto index = index_of(step);
  return index && *index < value.as_array().size() ? &value.as_array()[*index] : nullptr;
}

AccessFault leads_nowhere(const std::string& whole, const Json& value, const std::string& step) {
  if (value.is_array()) {
    return {
        cat("'", whole, "' has ", value.as_array().size(), " elements, and '", step, "' is no index of one"),
        "indexes begin at 0"};
  }
  if (value.is_object()) {
    std::vector<std::string> keys;
    for (const auto& [key, member] : value.as_object()) keys.push_back(key);
    std::string near = did_you_mean(step, keys);
    return {cat("'", whole, "' has no member ", Json(step).canonical()), std::move(near)};
  }
  return {cat("'", whole, "' is ", value.is_null() ? "null" : "no list and no mapping", ": '", step,
              "' is not inside"),
          {}};
}

}  // namespace

std::optional<Type> repeated_type(const Type& list) {
  const Type& solid = without_optional(list);
  if (solid.kind() == Kind::json) return solid;
  if (solid.kind() == Kind::list) return solid.element();
  if (solid.kind() != Kind::map) return std::nullopt;
  return Type::record({{"key", Type(Kind::string)}, {"value", solid.element()}});
}

std::string field_hint(const Type& record, const std::string& wanted) {
  std::string near = did_you_mean(wanted, record.names());
  bool few = record.names().size() <= 12;
  return !near.empty() || !few ? near : cat("it has ", join(record.names(), ", "));
}

std::variant<Type, AccessFault> accessed_type(const Type& type, const Reference& reference) {
  Type reached = type;
  for (std::size_t i = 0; i < reference.path.size(); ++i) {
    auto next = step_into(reached, reference.path[i], text_before(reference, i));
    if (auto* fault = std::get_if<AccessFault>(&next)) return std::move(*fault);
    reached = std::get<Type>(std::move(next));
  }
  return reached;
}

const Json* value_inside(const Json& value, const Reference& reference) {
  const Json* inside = &value;
  for (const std::string& step : reference.path) {
    inside = step_into(*inside, step);
    if (inside == nullptr) return nullptr;
  }
  return inside;
}

std::variant<Accessed, AccessFault> accessed_value(const Type& type, const Json& value,
                                                   const Reference& reference) {
  auto reached = accessed_type(type, reference);
  if (auto* fault = std::get_if<AccessFault>(&reached)) return std::move(*fault);
  const Json* inside = &value;
  for (std::size_t i = 0; i < reference.path.size(); ++i) {
    const Json* next = step_into(*inside, reference.path[i]);
    if (next == nullptr) return leads_nowhere(text_before(reference, i), *inside, reference.path[i]);
    inside = next;
  }
  return Accessed{std::get<Type>(std::move(reached)), inside};
}

}  // namespace wf
