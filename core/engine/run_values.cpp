#include "core/engine/run_values.hpp"

#include "core/base/text.hpp"
#include "core/definition/access.hpp"
#include "core/definition/constants.hpp"
#include "core/definition/fit.hpp"
#include "core/engine/cause.hpp"
#include "core/engine/codes.hpp"
#include "core/engine/expression_values.hpp"

namespace wf {

namespace {

std::size_t index_of(const std::vector<Port>& ports, const std::string& name) {
  return static_cast<std::size_t>(find_port(ports, name) - ports.data());
}

// A value as the type that it is bound to has it.
Json bound_value(const Type& from, const Type& to, const Json& value) {
  ValueResult result = assigned_value(from, to, value);
  if (auto* bound = std::get_if<Json>(&result)) return std::move(*bound);
  const auto& error = std::get<ValueError>(result);
  throw Error(fit(from, to) == Fit::part ? codes::k_value_not_allowed : codes::k_bad_staging,
              cat("a value of type ", from.text(), " cannot be handed over as ", to.text(), ": ", error.path,
                  error.path.empty() ? "" : ": ", error.message),
              error.hint);
}

// Puts together what is expected to be of type `to`.
struct Evaluator {
  const RunValues& values;
  const Type& to;

  Json operator()(const Json& literal) const { return literal; }
  Json operator()(const Reference& reference) const {
    FoundValue found = values.lookup(reference);
    return bound_value(found.type, to, *found.value);
  }
  Json operator()(const Template& text) const {
    if (may_give_null(text, to) && is_null(text.pieces.front())) return Json();
    std::string out;
    for (const auto& piece : text.pieces) {
      if (const auto* literal = std::get_if<std::string>(&piece))
        out += *literal;
      else if (const auto* reference = std::get_if<Reference>(&piece))
        out += text_of(*reference);
      else
        out += expression_text(std::get<Expression>(piece), values.value_of());
    }
    return bound_value(Type(Kind::string), to, out);
  }
  Json operator()(const Expression& expression) const {
    if (without_optional(to).kind() != Kind::enumeration)
      return expression_value(expression, values.value_of(), to);
    const Type text = to.kind() == Kind::optional ? Type::optional(Type(Kind::string)) : Type(Kind::string);
    return bound_value(text, to, expression_value(expression, values.value_of(), text));
  }
  Json operator()(const BindingList& list) const {
    const Type& shape = *type_of_shape(to, Shape::list);
    Json out = Json::array();
    for (const Binding& item : list.items) out.push(values.evaluate(item, *item_type(shape)));
    return bound_value(shape, to, out);
  }
  Json operator()(const BindingMap& map) const {
    const Type& shape = *type_of_shape(to, Shape::mapping);
    Json out = Json::object();
    for (const auto& [key, item] : map.members) out.add(key, values.evaluate(item, *member_type(shape, key)));
    if (shape.kind() == Kind::record) {
      for (const std::string& field : shape.names())
        if (out.find(field) == nullptr) out.add(field, Json());
    }
    out.sort_keys();
    return bound_value(shape, to, out);
  }

  bool is_null(const Template::Piece& piece) const {
    if (const auto* reference = std::get_if<Reference>(&piece))
      return values.lookup(*reference).value->is_null();
    return !expression_text_or_null(std::get<Expression>(piece), values.value_of());
  }
  std::string text_of(const Reference& reference) const {
    FoundValue found = values.lookup(reference);
    if (!found.value->is_null()) return value_to_text(found.type, *found.value);
    throw Error(codes::k_bad_staging, cat("$(", reference.text(), ") is null and cannot stand inside text"),
                "give the input a value, or a default");
  }
};

}  // namespace

RunValues::RunValues(const Plan& plan, const std::vector<RunInput>& inputs)
    : plan_(plan), results_(plan.nodes.size()) {
  for (const RunInput& input : inputs) inputs_.emplace(input.name, input);
  for (NodeIndex i = 0; i < plan.nodes.size(); ++i) {
    nodes_.emplace(plan.nodes[i].node->name, i);
    results_[i].resize(plan.nodes[i].outputs->size());
  }
}

FoundValue RunValues::lookup(const Reference& reference) const {
  FoundValue whole = lookup_whole(reference);
  if (reference.path.empty()) return whole;
  auto found = accessed_value(whole.type, *whole.value, reference);
  if (auto* fault = std::get_if<AccessFault>(&found))
    throw Error(codes::k_access_failed, cat("'", reference.text(), "' is not there: ", fault->message),
                fault->hint);
  auto& inside = std::get<Accessed>(found);
  return {std::move(inside.type), inside.value};
}

FoundValue RunValues::lookup_whole(const Reference& reference) const {
  if (reference.root == "inputs") {
    const RunInput& input = inputs_.at(reference.name);
    return {input.type, &input.value};
  }
  if (reference.root == "error") {
    static const Json k_null;
    const Json* member = error_.is_null() ? nullptr : error_.find(reference.name);
    if (member == nullptr) return {Type::optional(Type(Kind::string)), &k_null};
    return {Type(Kind::string), member};
  }
  NodeIndex node = nodes_.at(reference.root);
  const std::vector<Port>& outputs = *plan_.nodes[node].outputs;
  std::size_t index = index_of(outputs, reference.name);
  return {output_type(*plan_.nodes[node].node, outputs[index]), &results_[node][index]};
}

std::optional<std::string> RunValues::text_of(const Reference& reference) const {
  if (reference.name.empty()) return std::nullopt;
  FoundValue whole = lookup_whole({reference.root, reference.name, {}});
  auto found = accessed_value(whole.type, *whole.value, reference);
  if (const auto* inside = std::get_if<Accessed>(&found)) return inside->value->compact();
  return std::nullopt;
}

ValueOf RunValues::value_of() const {
  return [this](std::string_view root, std::string_view name) -> std::optional<TypedValue> {
    if (root == "error" && name.empty()) return TypedValue{Type(Kind::json), &error_};
    if (name.empty()) return std::nullopt;
    FoundValue found = lookup_whole({std::string(root), std::string(name), {}});
    // What a node that was skipped would have given.
    bool absent = found.value->is_null() && found.type.kind() != Kind::optional;
    return TypedValue{absent ? Type::optional(found.type) : found.type, found.value};
  };
}

std::optional<Binding> item_binding(const Binding& list, std::size_t item) {
  if (const auto* written = std::get_if<BindingList>(&list.value)) return written->items[item];
  const auto* reference = std::get_if<Reference>(&list.value);
  if (reference == nullptr) return std::nullopt;
  Reference inside = *reference;
  inside.path.push_back(std::to_string(item));
  return Binding{std::move(inside)};
}

std::optional<std::size_t> RunValues::items_of(const Binding& binding) const {
  if (const auto* written = std::get_if<BindingList>(&binding.value)) return written->items.size();
  const auto* reference = std::get_if<Reference>(&binding.value);
  if (reference == nullptr) return std::nullopt;
  const Json& list = *lookup(*reference).value;
  return list.is_array() ? std::optional(list.as_array().size()) : std::nullopt;
}

Json RunValues::evaluate(const Binding& binding, const Type& to) const {
  return std::visit(Evaluator{*this, to}, binding.value);
}

void RunValues::make_room(NodeIndex node, std::size_t elements) {
  for (Json& result : results_[node]) result = Json(Json::Array(elements));
}

void RunValues::set_error(const Json& cause) {
  if (!error_.is_null()) return;
  error_ = Json::object();
  error_.add("code", cause.at("code")).add("message", cause.at("message")).add("node", execution_of(cause));
}

void RunValues::forget(NodeIndex node) {
  for (Json& result : results_[node]) result = Json();
}

void RunValues::set(NodeIndex node, std::int64_t element, const std::vector<OutputValue>& outputs) {
  const std::vector<Port>& ports = *plan_.nodes[node].outputs;
  // A case may give less than all together.
  for (const OutputValue& output : outputs) {
    Json& result = results_[node][index_of(ports, output.name)];
    if (element == k_no_element)
      result = output.value;
    else
      result.as_array()[static_cast<std::size_t>(element)] = output.value;
  }
}

}  // namespace wf
