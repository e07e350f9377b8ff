// Any text as an expression: its faults lie in it, it is read as itself, and what was checked can be evaluated to a
// value of the type that was told.
#include <map>

#include "core/definition/expression.hpp"
#include "core/definition/value.hpp"
#include "tests/fuzz/check.hpp"

using namespace wf;

namespace {

// inputs.i is an int, inputs.s a string, and so on; everything else is unknown.
const std::map<std::string_view, std::pair<Type, Json>>& inputs() {
  static const Type k_record = Type::record({{"d", Type(Kind::duration)}, {"t", Type(Kind::datetime)}});
  static const Type k_union = Type::one_of({Type(Kind::duration), Type(Kind::integer)});
  static const std::map<std::string_view, std::pair<Type, Json>> k_inputs{
      {"i", {Type(Kind::integer), Json(7)}},
      {"f", {Type(Kind::floating), Json(0.5)}},
      {"s", {Type(Kind::string), Json("f\u00e4hre")}},
      {"b", {Type(Kind::boolean), Json(true)}},
      {"d", {Type(Kind::duration), Json(60'000'000'000)}},
      {"t", {Type(Kind::datetime), Json("2026-01-31T10:20:30Z")}},
      {"n", {Type::optional(Type(Kind::integer)), Json()}},
      {"l", {Type::list(Type(Kind::integer)), Json(Json::Array{1, 2, 3})}},
      {"m", {Type::map(Type(Kind::string)), Json::object().add("a", "x")}},
      {"r", {k_record, Json::object().add("d", 1).add("t", "2026-01-31T10:20:30Z")}},
      {"u", {k_union, Json::object().add("$as", Json::object().add("duration", 5))}},
      {"j", {Type(Kind::json), Json::object().add("rows", Json(Json::Array{1, "a", Json()}))}}};
  return k_inputs;
}

std::optional<TypedValue> value_of(std::string_view root, std::string_view name) {
  auto found = inputs().find(name);
  if (root != "inputs" || found == inputs().end()) return std::nullopt;
  return TypedValue{found->second.first, &found->second.second};
}

std::variant<Type, NameProblem> type_of(std::string_view root, std::string_view name) {
  if (auto value = value_of(root, name)) return value->type;
  return NameProblem{"nothing is called so", ""};
}

void check_fault(const ExpressionFault& fault, std::size_t size) {
  fuzz::check(!fault.message.empty() && fault.span.offset <= size, "a fault is in the text");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  constexpr std::int64_t k_budget = 20'000;
  auto parsed = parse_expression(fuzz::text_of(data, size));
  if (const auto* fault = std::get_if<ExpressionFault>(&parsed)) {
    check_fault(*fault, size);
    return 0;
  }
  const auto& expression = std::get<Expression>(parsed);
  auto again = parse_expression(expression.text());
  fuzz::check(std::holds_alternative<Expression>(again) && std::get<Expression>(again) == expression,
              "an expression is read as itself");
  for (const ExpressionReference& one : references(expression))
    fuzz::check(!one.reference.root.empty(), "a reference begins with a name");
  auto checked = check(expression, type_of);
  if (const auto* faults = std::get_if<std::vector<ExpressionFault>>(&checked)) {
    fuzz::check(!faults->empty(), "what is refused is told");
    for (const ExpressionFault& fault : *faults) check_fault(fault, size);
    evaluate(expression, value_of, Type(Kind::json), k_budget);  // unchecked: it may fail, and no more
    return 0;
  }
  const Type& type = std::get<Type>(checked);
  auto result = evaluate(expression, value_of, type, k_budget);
  if (const auto* value = std::get_if<Json>(&result)) {
    bool fits = std::holds_alternative<Json>(value_from_canonical(type, Json::parse(value->canonical(), "a value")));
    fuzz::check(fits, "a value is of the type that was told");
  } else {
    check_fault(std::get<ExpressionFault>(result), size);
  }
  return 0;
}
