#include "core/engine/partial_inputs.hpp"

#include <optional>
#include <utility>

#include "core/base/error.hpp"
#include "core/engine/codes.hpp"

namespace wf {

PartialInputs::PartialInputs(Frame& frame, NodeIndex node, const Unknowns& unknowns)
    : frame_(frame), node_(node), inputs_(frame.node(node).inputs) {
  std::vector<Json> values;
  frame.state(node).refused.clear();
  for (std::size_t i = 0; i < inputs_.size(); ++i) {
    const Binding* binding = inputs_[i].binding;
    unknown_.push_back(binding == nullptr ? Unknown() : unknowns.of(*binding));
    values.push_back(unknown_[i].is_known() ? frame.bound(node, i) : known_items(i, unknowns));
  }
  frame.state(node).shared = std::move(values);
}

// A list of what is known of it; of one that is mapped over, each item stands for itself. Where an unknown item may
// make the others useless, nothing is known.
Json PartialInputs::known_items(std::size_t input, const Unknowns& unknowns) {
  Unknown& unknown = unknown_[input];
  const Port& port = (*frame_.node(node_).ports)[input];
  bool listed = port.type.kind() == Kind::list;
  const Type* type = inputs_[input].mapped ? &port.type : listed ? item_type(port.type) : nullptr;
  bool mapped = inputs_[input].mapped;
  Json list = Json::array();
  try {
    for (std::size_t i = 0; type != nullptr && (mapped || !port.limits.any()) && i < unknown.elements.size(); ++i) {
      std::optional<Binding> item = item_binding(*inputs_[input].binding, i);
      if (!item) break;
      bool known = !unknown.elements[i] && unknowns.of(*item).is_known();
      if (!known)
        list.push(Json());
      else
        list.push(mapped ? known_item(input, i, *item) : frame_.values().evaluate(*item, *type));
    }
  } catch (const Error& error) {
    if (error.code().exit != Exit::run_failed) throw;
    list = Json::array();
  }
  if (!unknown.whole && list.as_array().size() == unknown.elements.size()) return list;
  unknown = {unknown.all(), {}};
  return {};
}

Json PartialInputs::known_item(std::size_t input, std::size_t item, const Binding& binding) {
  try {
    return frame_.bound_item(node_, input, item, binding);
  } catch (const Error& error) {
    if (error.code().id != codes::k_value_not_allowed.id) throw;
    frame_.refuse(node_, input, item, error);
    return {};
  }
}

Hangs PartialInputs::length() const {
  std::vector<Hangs> all;
  for (std::size_t i = 0; i < inputs_.size(); ++i)
    if (inputs_[i].mapped) all.push_back(unknown_[i].whole);
  return united(all);
}

Unknown PartialInputs::of(std::size_t input, std::int64_t element) const {
  const Unknown& unknown = unknown_[input];
  if (!inputs_[input].mapped || unknown.is_known()) return unknown;
  return {unknown.element(frame_.item_of(node_, input, element)), {}};
}

Hangs PartialInputs::missing(std::int64_t element) const {
  std::vector<Hangs> all;
  for (std::size_t i = 0; i < inputs_.size(); ++i) all.push_back(of(i, element).all());
  return united(all);
}

std::vector<const Json*> PartialInputs::known(std::int64_t element) const {
  std::vector<const Json*> values = frame_.inputs(node_, element);
  for (std::size_t i = 0; i < values.size(); ++i)
    if (!of(i, element).is_known()) values[i] = nullptr;
  return values;
}

std::vector<const Json*> PartialInputs::known_by_all() const {
  std::vector<const Json*> values(inputs_.size());
  for (std::size_t i = 0; i < values.size(); ++i)
    if (!inputs_[i].mapped && unknown_[i].is_known()) values[i] = &frame_.state(node_).shared[i];
  return values;
}

}  // namespace wf
