#include "core/base/text.hpp"
#include "core/definition/bindings.hpp"
#include "core/definition/constants.hpp"
#include "core/definition/read_type.hpp"

namespace wf {

namespace {

void read_signal(Decoder& decoder, YamlId at, Node& node) {
  auto type = read_type(decoder, at);
  if (!type) return;
  if (type->has_content()) {
    decoder.error(at, {codes::k_bad_gate,
                       cat("a ", type->text(), " cannot be given by a signal"),
                       "a type without files and folders",
                       "take the file from a task, or as an input of the workflow"});
    return;
  }
  node.gate->type = *type;
  node.outputs.push_back({"value", std::move(*type), std::nullopt, "value", {}});
}

// A time that is the same in every run.
void check_sleep(Decoder& decoder, YamlId at, const Gate& gate, std::int64_t length_ns) {
  if (length_ns < 0)
    decoder.error(at,
                  {codes::k_bad_gate, "nobody sleeps for less than nothing", "a duration such as 30s or 2h"});
  if (!gate.timeout_ns || *gate.timeout_ns >= length_ns) return;
  auto text = [](std::int64_t nanos) { return value_to_text(Type(Kind::duration), Json(nanos)); };
  decoder.warning(
      at, {codes::k_sleep_times_out,
           cat("a sleep of ", text(length_ns), " never ends: its timeout is ", text(*gate.timeout_ns)),
           {},
           "sleep for less, or give it a longer timeout or none"});
}

}  // namespace

void read_gate(Decoder& decoder, YamlId at, Node& node, NodeDraft& node_draft) {
  if (!decoder.expect(at, YamlKind::mapping, "a mapping with approve, signal or sleep")) return;
  GateKeys keys;
  decode_record(decoder, at, gate_record(), keys);
  const std::array<YamlId, 3> given{keys.approve, keys.signal, keys.sleep};
  Gate& gate = node.gate.emplace();
  node_draft.gives_unknown = true;
  bool any = false;
  for (std::size_t i = 0; i < given.size(); ++i) {
    if (given[i] == k_no_yaml) continue;
    if (any) {
      decoder.error(given[i], {codes::k_bad_gate,
                               cat("node '", node.name, "' waits for more than one thing"),
                               {},
                               "keep one of approve, signal and sleep; the other can be a node of its own"});
      return;
    }
    any = true;
    gate.kind = static_cast<Gate::Kind>(i);
    node_draft.gate_value = given[i];
  }
  if (!any) {
    decoder.error(at, {codes::k_bad_gate, cat("node '", node.name, "' does not say what it waits for"), {},
                       "add 'approve: TEXT', 'signal: TYPE' or 'sleep: DURATION'"});
    return;
  }
  if (gate.kind == Gate::Kind::signal) read_signal(decoder, keys.signal, node);
  node_draft.gives_unknown = gate.kind == Gate::Kind::signal && !gate.type;
  if (keys.timeout != k_no_yaml) gate.timeout_ns = read_duration(decoder, keys.timeout, 1, codes::k_bad_gate);
}

void bind_gate(Decoder& decoder, Draft& draft, std::size_t index) {
  Node& node = draft.workflow.nodes[index];
  const YamlId at = draft.nodes[index].gate_value;
  if (!node.gate || at == k_no_yaml || node.gate->kind == Gate::Kind::signal) return;
  bool sleeps = node.gate->kind == Gate::Kind::sleep;
  const Type type(sleeps ? Kind::duration : Kind::string);
  BindingReader reader(decoder, draft);
  auto value = reader.read_input(at, &type, index, sleeps ? "the time to sleep" : "what is to be approved");
  if (!value) return;
  auto constant = constant_of(*value, type);
  const Json* known = constant ? std::get_if<Json>(&*constant) : nullptr;
  if (sleeps && known != nullptr) check_sleep(decoder, at, *node.gate, known->as_int());
  if (!sleeps && known != nullptr && known->as_string().empty())
    decoder.error(at,
                  {codes::k_bad_gate, "an empty text tells nobody what to approve", {}, "say what it is"});
  node.gate->value = std::move(*value);
}

}  // namespace wf
