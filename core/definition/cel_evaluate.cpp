#include "core/definition/cel_evaluate.hpp"

#include <cmath>

#include "core/base/text.hpp"
#include "core/definition/codes.hpp"

namespace wf {

namespace cel {

namespace {

Fault failed(std::string message, std::string hint = {}) { return {std::move(message), std::move(hint), {}}; }

Value no_overload(std::string_view use) { return {failed(cat("no such overload: ", use))}; }

Value with_span(Value value, Span span) {
  auto* fault = std::get_if<Fault>(&value.data);
  if (fault == nullptr || fault->span) return value;
  fault->span = span;
  if (fault->code.empty()) fault->code = codes::k_expression_failed;
  return value;
}

Value apply(const Function& function, std::span<Value> arguments, Budget& budget) {
  for (Value& argument : arguments) {
    if (argument.is_fault()) return std::move(argument);
  }
  const Overload* overload = find_overload(function, arguments);
  if (overload != nullptr) return overload->apply(arguments, budget);
  std::vector<std::string> kinds;
  for (const Value& argument : arguments) kinds.emplace_back(kind_name(argument.kind()));
  return no_overload(use_text(function, kinds));
}

bool holds(Operator op, std::partial_ordering ordering) {
  switch (op) {
    case Operator::less:
      return ordering < 0;
    case Operator::less_equal:
      return ordering <= 0;
    case Operator::greater:
      return ordering > 0;
    default:
      return ordering >= 0;
  }
}

Value no_key(const Value& key) {
  const auto* text = std::get_if<std::string>(&key.data);
  return {failed(text == nullptr ? "no such key" : cat("no such key: ", in_quotes(*text)),
                 "test for it first: has(a.b), or \"key\" in a")};
}

Value no_value(const Node& node) {
  return {failed(cat("'", node.text, node.field.empty() ? "" : ".", node.field, "' has no value"))};
}

}  // namespace

Value Evaluator::evaluate(const Node& node) {
  if (!budget_.spend(1)) return with_span({Budget::spent()}, node.span);
  return with_span(value_of_node(node), node.span);
}

Value Evaluator::value_of_node(const Node& node) {
  switch (node.kind) {
    case NodeKind::literal:
      if (node.value.kind() == Kind::string && !budget_.spend(node.value.as<std::string>().size())) break;
      return node.value;
    case NodeKind::name:
      return name(node);
    case NodeKind::select:
      return select(node);
    case NodeKind::index:
      return index(node);
    case NodeKind::call:
      return call(node);
    case NodeKind::list:
      return list(node);
    case NodeKind::map:
      return map(node);
    case NodeKind::negate: {
      Value operand = evaluate(node.children[0]);
      return apply(*find_function("-x"), {&operand, 1}, budget_);
    }
    case NodeKind::invert: {
      Value operand = evaluate(node.children[0]);
      if (operand.is_fault()) return operand;
      if (operand.kind() != Kind::boolean) return no_overload(cat("!", kind_name(operand.kind())));
      return {!operand.as<bool>()};
    }
    case NodeKind::chain:
      return chain(node);
    case NodeKind::conditional:
      return conditional(node);
    case NodeKind::logic_and:
    case NodeKind::logic_or:
      return logic(node);
    case NodeKind::has:
      return has(node);
  }
  return {Budget::spent()};
}

const std::optional<TypedValue>& Evaluator::named(const std::string& root, const std::string& name) {
  auto [at, fresh] = given_.try_emplace(std::pair(root, name));
  if (fresh && value_of_) at->second = value_of_(root, name);
  return at->second;
}

Value Evaluator::name(const Node& node) {
  if (const auto& given = named(node.text, node.field))
    return read_value(given->type, *given->value, budget_);
  const auto& variable = named(node.text, "");
  if (!variable) return no_value(node);
  return field(read_value(variable->type, *variable->value, budget_), node.field);
}

Value Evaluator::field(const Value& whole, const std::string& name) {
  if (whole.is_fault()) return whole;
  if (whole.kind() != Kind::map) return no_overload(cat(kind_name(whole.kind()), ".", name));
  return element(whole, {name});
}

Value Evaluator::select(const Node& node) { return field(evaluate(node.children[0]), node.field); }

Value Evaluator::index(const Node& node) {
  Value whole = evaluate(node.children[0]);
  if (whole.is_fault()) return whole;
  Value key = evaluate(node.children[1]);
  return key.is_fault() ? key : element(whole, key);
}

Value Evaluator::element(const Value& whole, const Value& key) {
  if (whole.kind() == Kind::map) {
    std::optional<Value> found = find_key(whole, key, budget_);
    return found ? std::move(*found) : no_key(key);
  }
  bool number = key.kind() == Kind::integer || key.kind() == Kind::floating;
  if (whole.kind() != Kind::list || !number) {
    return no_overload(cat(kind_name(whole.kind()), "[", kind_name(key.kind()), "]"));
  }
  std::size_t size = size_of(whole);
  double at = key.kind() == Kind::integer ? static_cast<double>(key.as<std::int64_t>()) : key.as<double>();
  if (at >= 0 && at < static_cast<double>(size) && at == std::trunc(at)) {
    return element_at(whole, static_cast<std::size_t>(at), budget_);
  }
  const auto* whole_number = std::get_if<std::int64_t>(&key.data);
  if (whole_number == nullptr) return {failed("a float that is no index of the list")};
  return {failed(cat("index ", *whole_number, " is out of range: the list has ", size, " elements"),
                 "the first element has the index 0")};
}

Value Evaluator::call(const Node& node) {
  std::vector<Value> arguments;
  arguments.reserve(node.children.size());
  for (const Node& child : node.children) arguments.push_back(evaluate(child));
  if (node.function == nullptr) return {failed(cat("there is no function '", node.text, "'"))};
  bool wrong = node.function->call == (node.method ? Call::function : Call::method);
  if (wrong) return no_overload(cat(node.method ? "x." : "", node.text, "()"));
  return apply(*node.function, arguments, budget_);
}

Value Evaluator::list(const Node& node) {
  List items;
  items.reserve(node.children.size());
  for (const Node& child : node.children) {
    items.push_back(evaluate(child));
    if (items.back().is_fault()) return std::move(items.back());
  }
  return {std::make_shared<const List>(std::move(items))};
}

Value Evaluator::map(const Node& node) {
  Map entries;
  for (std::size_t i = 0; i < node.children.size(); i += 2) {
    entries.emplace_back(evaluate(node.children[i]), evaluate(node.children[i + 1]));
    if (entries.back().first.is_fault()) return std::move(entries.back().first);
    if (entries.back().second.is_fault()) return std::move(entries.back().second);
  }
  return make_map(std::move(entries));
}

Value Evaluator::chain(const Node& node) {
  Value left = evaluate(node.children[0]);
  for (std::size_t i = 1; i < node.children.size() && !left.is_fault(); ++i) {
    Operator op = node.operators[i - 1];
    std::array<Value, 2> sides{std::move(left), evaluate(node.children[i])};
    left = op >= Operator::add ? apply(*find_function(sign_of(op)), sides, budget_)
                               : relation(op, sides[0], sides[1]);
    left = with_span(std::move(left), chain_span(node, i));
  }
  return left;
}

Value Evaluator::relation(Operator op, const Value& left, const Value& right) {
  if (left.is_fault()) return left;
  if (right.is_fault()) return right;
  if (op == Operator::in) return contained(left, right);
  if (op == Operator::equal || op == Operator::not_equal) {
    Value same = equal(left, right, budget_);
    return same.is_fault() ? same : Value{same.as<bool>() == (op == Operator::equal)};
  }
  if (auto ordering = order(left, right)) return {holds(op, *ordering)};
  return no_overload(cat(kind_name(left.kind()), " ", sign_of(op), " ", kind_name(right.kind())));
}

Value Evaluator::contained(const Value& one, const Value& collection) {
  if (collection.kind() == Kind::map) {
    std::optional<Value> found = find_key(collection, one, budget_);
    return found && Budget::is_spent(*found) ? std::move(*found) : Value{found.has_value()};
  }
  if (collection.kind() != Kind::list) {
    return no_overload(cat(kind_name(one.kind()), " in ", kind_name(collection.kind())));
  }
  for (std::size_t i = 0; i < size_of(collection); ++i) {
    Value same = equal(one, element_at(collection, i, budget_), budget_);
    if (same.is_fault() || same.as<bool>()) return same;
  }
  return {false};
}

Value Evaluator::conditional(const Node& node) {
  Value condition = evaluate(node.children[0]);
  if (condition.is_fault()) return condition;
  if (condition.kind() != Kind::boolean) return no_overload(cat(kind_name(condition.kind()), " ? … : …"));
  return evaluate(node.children[condition.as<bool>() ? 1 : 2]);
}

// One operand that decides makes the others' errors unseen, wherever it stands.
Value Evaluator::logic(const Node& node) {
  bool decides = node.kind == NodeKind::logic_or;
  Value result{!decides};
  for (const Node& child : node.children) {
    Value operand = evaluate(child);
    if (Budget::is_spent(operand)) return operand;
    const auto* known = std::get_if<bool>(&operand.data);
    if (known != nullptr && *known == decides) return operand;
    if (known != nullptr || result.is_fault()) continue;
    if (!operand.is_fault())
      operand = no_overload(cat(decides ? "||" : "&&", " of ", kind_name(operand.kind())));
    result = with_span(std::move(operand), child.span);
  }
  return result;
}

// Of a map and of json whether the key is there; of an input, an output and a field of a record, which are
// always there, whether it is not null.
Value Evaluator::has(const Node& node) {
  const Node& field = node.children[0];
  Value whole;
  if (field.kind == NodeKind::select) {
    whole = evaluate(field.children[0]);
  } else if (const auto& given = named(field.text, field.field)) {
    return {!given->value->is_null()};
  } else if (const auto& variable = named(field.text, "")) {
    whole = read_value(variable->type, *variable->value, budget_);
  } else {
    return no_value(field);
  }
  if (whole.is_fault()) return whole;
  if (whole.kind() != Kind::map)
    return no_overload(cat("has(", kind_name(whole.kind()), ".", field.field, ")"));
  const auto* view = std::get_if<View>(&whole.data);
  if (view == nullptr || view->type->kind() != wf::Kind::record) return contained({field.field}, whole);
  Value found = element(whole, {field.field});
  return found.is_fault() ? found : Value{found.kind() != Kind::null};
}

}  // namespace cel

namespace {

// What `use` makes of the value; every fault has a code and a place.
template <typename Result, typename Use>
std::variant<Result, ExpressionFault> evaluated(const Expression& expression, const ValueOf& value_of,
                                                std::int64_t units, const Use& use) {
  cel::Budget budget(units);
  cel::Evaluator evaluator(value_of, budget);
  const cel::Node& root = expression.tree().root;
  cel::Value value = evaluator.evaluate(root);
  auto made =
      value.is_fault() ? std::variant<Result, cel::Fault>(value.as<cel::Fault>()) : use(value, budget);
  if (auto* result = std::get_if<Result>(&made)) return std::move(*result);
  auto& fault = std::get<cel::Fault>(made);
  return ExpressionFault{fault.code.empty() ? codes::k_expression_failed : fault.code,
                         fault.span.value_or(root.span), std::move(fault.message), std::move(fault.hint)};
}

}  // namespace

std::variant<Json, ExpressionFault> evaluate(const Expression& expression, const ValueOf& value_of,
                                             const Type& type, std::int64_t units) {
  return evaluated<Json>(expression, value_of, units, [&](const cel::Value& value, cel::Budget& budget) {
    return cel::written(value, type, budget);
  });
}

std::variant<std::optional<std::string>, ExpressionFault> evaluate_text(const Expression& expression,
                                                                        const ValueOf& value_of) {
  return evaluated<std::optional<std::string>>(expression, value_of, k_expression_budget, cel::text_of);
}

}  // namespace wf
