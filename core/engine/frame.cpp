#include "core/engine/frame.hpp"

#include <algorithm>
#include <set>
#include <utility>

#include "core/base/text.hpp"
#include "core/definition/constraints.hpp"
#include "core/definition/run_size.hpp"
#include "core/engine/cause.hpp"
#include "core/engine/codes.hpp"
#include "core/engine/emissions.hpp"
#include "core/engine/expression_values.hpp"

namespace wf {

namespace {

[[noreturn]] void refuse_so_many() {
  throw Error(codes::k_too_many_executions, cat("it is mapped over more than ", k_most_elements, " elements"),
              "map over fewer, and let each do more");
}

const std::string& input_name(const PlanNode& node, std::size_t input) {
  return (*node.ports)[input].name;
}

// What a task is given was checked where it is a literal; the rest is known only now. `place` is that of an item.
void require_allowed(const Port& port, const std::string& place, const Json& value) {
  if (std::optional<ValueError> broken = violation(port, value))
    throw Error(codes::k_value_not_allowed,
                cat("the input '", port.name, "'", place, " is not allowed: ", broken->message));
}

bool is_not_allowed(const Error& error) { return error.code().id == codes::k_value_not_allowed.id; }

// Says which input it is that a value does not fit.
Json given(const RunValues& values, const Binding& binding, const Port& port, const std::string& place) {
  try {
    return values.evaluate(binding, port.type);
  } catch (const Error& error) {
    if (!is_not_allowed(error)) throw;
    throw Error(error.code(), cat("the input '", port.name, "'", place, " is not allowed: ", error.message()),
                error.hint());
  }
}

std::string place_of(std::size_t item) { return cat("[", item, "]"); }

std::int64_t size_of(const Json& list) { return static_cast<std::int64_t>(list.as_array().size()); }

// What is said of them does not hang on their order in a file.
std::int64_t zipped(const PlanNode& node, NodeState& state, std::vector<std::size_t> mapped) {
  std::sort(mapped.begin(), mapped.end(),
            [&](std::size_t a, std::size_t b) { return input_name(node, a) < input_name(node, b); });
  std::int64_t length = size_of(state.shared[mapped.front()]);
  for (std::size_t input : mapped) {
    std::int64_t other = size_of(state.shared[input]);
    state.strides[input] = 1;
    if (other == length) continue;
    throw Error(codes::k_unequal_lists,
                cat("the lists mapped over differ in length: ", input_name(node, mapped.front()), " has ",
                    length, ", ", input_name(node, input), " has ", other),
                "give lists of one length, or combine them as a product");
  }
  return length;
}

// By the names of the inputs, whatever their order in a file; the last one is the fastest.
std::int64_t multiplied(const PlanNode& node, NodeState& state, std::vector<std::size_t> mapped) {
  std::sort(mapped.begin(), mapped.end(),
            [&](std::size_t a, std::size_t b) { return input_name(node, a) > input_name(node, b); });
  std::int64_t count = 1;
  for (std::size_t input : mapped) {
    state.strides[input] = std::max<std::int64_t>(count, 1);
    std::int64_t size = size_of(state.shared[input]);
    if (size > 0 && count > k_most_elements / size) refuse_so_many();
    count *= size;
  }
  return count;
}

}  // namespace

Error too_many_executions() {
  return Error(codes::k_too_many_executions,
               cat("the run would have more than ", k_most_executions, " executions"),
               "map over fewer elements and let each do more, or make several runs of it");
}

Frame::Frame(const Plan& plan, std::string prefix, const std::vector<RunInput>& inputs, FrameElement run_by)
    : plan_(plan),
      prefix_(std::move(prefix)),
      states_(plan.nodes.size()),
      values_(plan, inputs),
      open_(plan.nodes.size()),
      run_by_(run_by) {
  for (NodeIndex i = 0; i < states_.size(); ++i) states_[i].waiting = plan.nodes[i].predecessors;
}

NodePath Frame::path(NodeIndex node, std::int64_t element) const {
  return {prefix_ + plan_.nodes[node].node->name, element};
}

std::vector<NodeIndex> Frame::first_nodes() const {
  std::vector<NodeIndex> found;
  for (NodeIndex i = 0; i < states_.size(); ++i) {
    if (plan_.nodes[i].predecessors == 0) found.push_back(i);
  }
  return found;
}

void Frame::judge(NodeIndex node) {
  const std::optional<Expression>& when = plan_.nodes[node].node->when;
  if (!when) return;
  states_[node].wanted = expression_value(*when, values_.value_of(), Type(Kind::boolean)).as_bool();
}

Json Frame::skip_cause(NodeIndex node) const {
  const NodeState& state = states_[node];
  NodePath own = path(node);
  if (!state.wanted) return make_cause(codes::k_condition_false, condition_text(node), own);
  if (plan_.nodes[node].node->run_if == RunIf::any_failed)
    return make_cause(codes::k_nothing_failed, "nothing before it failed", own);
  return make_cause(codes::k_skipped_with, cat(path(state.skipped_with).text(), " was skipped"), own);
}

// "its condition is false: best.accuracy >= 0.9, where best.accuracy is 0.85"
std::string Frame::condition_text(NodeIndex node) const {
  constexpr std::size_t k_widest_value = 80;
  const Expression& when = *plan_.nodes[node].node->when;
  std::string text = cat("its condition is false: ", when.text());
  std::set<std::string> told;
  for (const ExpressionReference& one : references(when)) {
    std::string name = one.reference.text();
    auto value = values_.text_of(one.reference);
    if (!value || !told.insert(name).second) continue;
    text += cat(told.size() == 1 ? ", where " : ", ", name, " is ", cut_to_width(*value, k_widest_value, "…"));
  }
  return text;
}

void Frame::choose(NodeIndex node) {
  const std::vector<PlanNode>& cases = plan_.nodes[node].cases;
  for (std::size_t i = 0; i < cases.size(); ++i) {
    const Node& one = *cases[i].node;
    if (one.when && !expression_value(*one.when, values_.value_of(), Type(Kind::boolean)).as_bool()) continue;
    if (one.fail) throw Error(codes::k_no_case, cat("no case fits: ", *one.fail));
    states_[node].chosen = i;
    return;
  }
}

Json Frame::gate_value(NodeIndex node) const {
  const Gate& gate = *plan_.nodes[node].node->gate;
  if (gate.kind == Gate::Kind::signal) return {};
  return values_.evaluate(gate.value, Type(gate.kind == Gate::Kind::sleep ? Kind::duration : Kind::string));
}

void Frame::bind(NodeIndex node) {
  std::vector<Json>& shared = states_[node].shared;
  shared.clear();
  states_[node].refused.clear();
  for (std::size_t i = 0; i < this->node(node).inputs.size(); ++i) shared.push_back(bound(node, i));
}

Json Frame::bound(NodeIndex node, std::size_t input) {
  const PlanInput& from = this->node(node).inputs[input];
  const Port& port = (*this->node(node).ports)[input];
  if (from.mapped) return bound_list(node, input);
  Json value = from.binding != nullptr ? given(values_, *from.binding, port, "")
                                       : port.default_value.value_or(Json());
  require_allowed(port, "", value);
  return value;
}

// As a whole, which is fast, unless one of its items is in the way.
Json Frame::bound_list(NodeIndex node, std::size_t input) {
  const Binding& binding = *this->node(node).inputs[input].binding;
  const Port& port = (*this->node(node).ports)[input];
  std::optional<std::size_t> items;
  Json list;
  try {
    list = values_.evaluate(binding, Type::list(port.type));
    if (!port.limits.any()) return list;
  } catch (const Error& error) {
    items = is_not_allowed(error) ? values_.items_of(binding) : std::nullopt;
    if (!items) throw;
    list = Json(Json::Array(*items));
  }
  for (std::size_t i = 0; i < list.as_array().size(); ++i) {
    try {
      Json& item = list.as_array()[i];
      if (items) item = bound_item(node, input, i, *item_binding(binding, i));
      else require_allowed(port, place_of(i), item);
    } catch (const Error& error) {
      if (!is_not_allowed(error)) throw;
      refuse(node, input, i, error);
    }
  }
  return list;
}

Json Frame::bound_item(NodeIndex node, std::size_t input, std::size_t item, const Binding& binding) const {
  const Port& port = (*this->node(node).ports)[input];
  Json value = given(values_, binding, port, place_of(item));
  require_allowed(port, place_of(item), value);
  return value;
}

void Frame::refuse(NodeIndex node, std::size_t input, std::size_t item, const Error& why) {
  states_[node].refused.emplace(std::pair(input, item), why);
}

const Error* Frame::refusal(NodeIndex node, std::int64_t element) const {
  const NodeState& state = states_[node];
  for (auto one = state.refused.begin(); one != state.refused.end();) {
    std::size_t input = one->first.first;
    auto found = state.refused.find({input, item_of(node, input, element)});
    if (found != state.refused.end()) return &found->second;
    one = state.refused.upper_bound({input, SIZE_MAX});
  }
  return nullptr;
}

void Frame::count(NodeIndex index) {
  const PlanNode& node = this->node(index);
  NodeState& state = states_[index];
  state.total = 1;
  if (node.mapped) {
    std::vector<std::size_t> mapped;
    for (std::size_t i = 0; i < node.inputs.size(); ++i) {
      if (node.inputs[i].mapped) mapped.push_back(i);
    }
    state.strides.assign(node.inputs.size(), 0);
    bool product = node.node->each.combine == Each::Combine::product;
    state.total =
        product ? multiplied(node, state, std::move(mapped)) : zipped(node, state, std::move(mapped));
    if (state.total > k_most_elements) refuse_so_many();
    values_.make_room(index, static_cast<std::size_t>(state.total));
  }
  state.needed = node.node->each.needed_of(state.total);
  if (state.needed <= state.total) return;
  throw Error(codes::k_too_few_elements, cat("'min_success' asks for ", state.needed, " of ", state.total,
                                             state.total == 1 ? " element" : " elements"));
}

std::vector<const Json*> Frame::inputs(NodeIndex node, std::int64_t element) const {
  const NodeState& state = states_[node];
  std::vector<const Json*> values;
  values.reserve(state.shared.size());
  for (std::size_t i = 0; i < state.shared.size(); ++i) {
    const Json& value = state.shared[i];
    bool mapped = this->node(node).inputs[i].mapped;
    values.push_back(mapped ? &value.as_array()[item_of(node, i, element)] : &value);
  }
  return values;
}

std::size_t Frame::item_of(NodeIndex node, std::size_t input, std::int64_t element) const {
  const NodeState& state = states_[node];
  return static_cast<std::size_t>(element / state.strides[input] % size_of(state.shared[input]));
}

Frame::Verdict Frame::verdict(NodeIndex node) const {
  const NodeState& state = states_[node];
  switch (plan_.nodes[node].node->run_if) {
    case RunIf::all_done:
      return Verdict::run;
    case RunIf::any_failed:
      return state.after_failed ? Verdict::run : Verdict::skip;
    case RunIf::all_success:
      break;
  }
  if (state.after_failed) return Verdict::block;
  return state.after_skipped ? Verdict::skip : Verdict::run;
}

bool Frame::can_succeed(NodeIndex node) const {
  const NodeState& state = states_[node];
  return state.total - state.failed - state.left_out >= state.needed;
}

bool Frame::has_enough(NodeIndex node) const { return states_[node].succeeded >= states_[node].needed; }

Outcome Frame::outcome(NodeIndex node) const {
  if (has_enough(node)) return Outcome::succeeded;
  return states_[node].failed > 0 ? Outcome::failed : Outcome::blocked;
}

Outcome Frame::outcome() const {
  if (!failure_.is_null()) return Outcome::failed;
  return incomplete_ ? Outcome::blocked : Outcome::succeeded;
}

NodePath Frame::failed_as() const {
  const NodePath outputs{"outputs", k_no_element};
  if (run_by_.frame == nullptr) return outputs;
  const NodePath execution = run_by_.frame->path(run_by_.node, run_by_.element);
  return is_emitted() ? NodePath{cat(execution.text(), ".", outputs.node), k_no_element} : execution;
}

std::vector<OutputValue> Frame::outputs() const {
  std::vector<OutputValue> found;
  for (const WorkflowOutput& output : plan_.workflow->outputs)
    found.push_back({output.name, output.type, values_.evaluate(output.binding, output.type)});
  return is_emitted() ? promised_outputs(*run_by_.frame->node(run_by_.node).task->task, found) : found;
}

std::optional<std::vector<OutputValue>> Frame::try_outputs() {
  try {
    return outputs();
  } catch (const Error& error) {
    if (error.code().exit != Exit::run_failed) throw;
    fail_over_outputs(make_cause(error.code(), with_hint(error), failed_as()));
    return std::nullopt;
  }
}

void Frame::fail_over_outputs(const Json& cause) {
  failed_over_outputs_ = true;
  note_failed(cause);
  for (NodeIndex i = 0; i < states_.size(); ++i)
    if (plan_.nodes[i].node->hook != Hook::none) states_[i].after_failed = true;
}

void Frame::restore_failure(const Json& cause) {
  const bool late = cause.at("code").as_string() == codes::k_workflow_timeout.id;
  if (!late && execution_of(cause) == failed_as().text())
    fail_over_outputs(cause);
  else
    note_failed(cause);
}

bool Frame::has_begun_its_end() const {
  for (NodeIndex i = 0; i < states_.size(); ++i)
    if (plan_.nodes[i].node->hook != Hook::none && states_[i].total > 0) return true;
  return false;
}

std::vector<NodeIndex> Frame::end(NodeIndex node, Outcome outcome) {
  states_[node].outcome = outcome;
  if (outcome == Outcome::blocked) incomplete_ = true;
  if (outcome == Outcome::blocked && failure_.is_null() && !why_failing_.is_null())
    values_.set_error(why_failing_);
  if (outcome != Outcome::succeeded) values_.forget(node);
  states_[node].shared = {};
  --open_;
  std::vector<NodeIndex> released;
  for (NodeIndex next : plan_.nodes[node].successors) {
    NodeState& state = states_[next];
    if (outcome == Outcome::skipped && !std::exchange(state.after_skipped, true)) state.skipped_with = node;
    if (outcome == Outcome::failed || outcome == Outcome::blocked) state.after_failed = true;
    if (--state.waiting == 0) released.push_back(next);
  }
  return released;
}

}  // namespace wf
