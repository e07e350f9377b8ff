// The tests of a definition, read against the rest of it.
#include <algorithm>

#include "core/base/text.hpp"
#include "core/definition/bindings.hpp"
#include "core/definition/draft.hpp"
#include "core/definition/port_value.hpp"

namespace wf {

namespace {

class TestReader {
 public:
  TestReader(Decoder& decoder, Bundle& bundle, Draft& draft)
      : decoder_(decoder), bundle_(bundle), draft_(draft), bindings_(decoder, draft) {}

  TestCase read(YamlId key, YamlId value) {
    TestCase test;
    test.name = decoder_.tree.text(key);
    test.line = place_of(decoder_.source, decoder_.tree, key).line;
    TestKeys keys;
    if (decoder_.tree.kind(value) != YamlKind::null) {
      if (!decoder_.expect(value, YamlKind::mapping, "a mapping such as {inputs: {…}, expect: {…}}"))
        return test;
      decode_record(decoder_, value, test_record(), keys);
    }
    if (keys.description != k_no_yaml) decoder_.expect_text(keys.description, test.description, "text");
    read_inputs(key, keys.inputs, test.inputs);
    read_stub(keys.stub, test.stubs);
    read_stubs(keys.stubs, test.stubs.tasks);
    read_signals(keys.signals, test.signals);
    read_expectation(keys.expect, test.expect);
    return test;
  }

 private:
  const Workflow& workflow() const { return draft_.workflow; }

  template <typename Named>
  void unknown(YamlId at, std::string_view code, std::string message, const std::vector<Named>& known) {
    decoder_.error_unknown(at, code, std::move(message), known.size(), [&] { return names_of(known); });
  }

  // Calls `visit(key, value, name)` for each member; `what` is one of them.
  template <typename Visit>
  void each_value(YamlId mapping, std::string_view what, Visit visit) {
    if (!has_members(decoder_, mapping, what)) return;
    decoder_.tree.each_member(mapping, [&](YamlId key, YamlId value) {
      if (decoder_.tree.is_scalar(key)) visit(key, value, std::string(decoder_.tree.text(key)));
    });
  }

  std::optional<Json> read_value(YamlId at, const Port& port) {
    return read_port_value(decoder_, at, port, [&](YamlId inner, const Type& type, const std::string& text) {
      check_file_name(decoder_, inner, port, text);
      return bundle_.read_default(inner, type, text);
    });
  }

  // Of ports, beside whether their types are known.
  template <typename Unknown>
  void read_values(YamlId mapping, std::string_view what, const std::vector<Port>& ports,
                   const std::vector<PortDraft>& drafts, NamedValues& values, Unknown unknown_name) {
    each_value(mapping, what, [&](YamlId key, YamlId value, const std::string& name) {
      const Port* port = find_port(ports, name);
      if (port == nullptr) return unknown_name(key, name);
      if (!drafts[static_cast<std::size_t>(port - ports.data())].typed) return;
      if (auto json = read_value(value, *port)) values.emplace_back(name, std::move(*json));
    });
  }

  void read_inputs(YamlId test, YamlId mapping, NamedValues& inputs) {
    std::size_t before = draft_.inputs.size();
    read_values(mapping, "an input", workflow().inputs, draft_.inputs, inputs,
                [&](YamlId key, const std::string& name) {
                  unknown(key, codes::k_unknown_input,
                          cat("the workflow '", workflow().name, "' has no input '", name, "'"),
                          workflow().inputs);
                });
    for (std::size_t i = 0; i < before; ++i) {
      const Port& port = workflow().inputs[i];
      bool needed = draft_.inputs[i].typed && !port.default_value && port.type.kind() != Kind::optional;
      if (!needed || is_given(mapping, port.name)) continue;
      decoder_.error(test,
                     {codes::k_unbound_input,
                      cat("the test gives no value for the input '", port.name, "' (", port.type.text(), ")"),
                      {},
                      cat("add 'inputs: {", port.name, ": …}'")});
    }
  }

  bool is_given(YamlId mapping, std::string_view name) const {
    return mapping != k_no_yaml && find_member(decoder_.tree, mapping, name).key != k_no_yaml;
  }

  static StubbedTask& stub_of(std::vector<StubbedTask>& stubs, const std::string& task) {
    auto place =
        std::lower_bound(stubs.begin(), stubs.end(), task,
                         [](const StubbedTask& one, const std::string& name) { return one.task < name; });
    if (place == stubs.end() || place->task != task) place = stubs.insert(place, {task, {}});
    return *place;
  }

  // A workflow that a node runs, and that has such a task; nullptr for none.
  std::shared_ptr<const UsedVersion> owner_of(const std::string& task) {
    if (!decoder_.may_look_at(workflow().nodes.size())) return nullptr;
    for (const auto& used : used_versions(workflow()))
      if (used->workflow && used->workflow->find_task(task) != nullptr) return used;
    return nullptr;
  }

  void unknown_task(YamlId at) {
    const std::string name(decoder_.tree.text(at));
    auto owner = owner_of(name);
    if (!owner)
      return unknown(at, codes::k_unknown_task, cat("there is no task '", name, "'"), workflow().tasks);
    decoder_.error(
        at,
        {codes::k_unknown_task, cat("'", name, "' is a task of the workflow '", owner->name, "'"),
         "a task of this definition", "stub it in a test of that workflow; 'stub: true' covers all tasks"});
  }

  // true, or a list of tasks.
  void read_stub(YamlId at, StubWish& stubs) {
    if (at == k_no_yaml) return;
    if (decoder_.tree.kind(at) == YamlKind::sequence) {
      decoder_.tree.each_item(at, [&](YamlId item) {
        std::string name;
        if (!decoder_.expect_text(item, name, "the name of a task")) return;
        if (workflow().find_task(name) == nullptr) return unknown_task(item);
        stub_of(stubs.tasks, name);
      });
      return;
    }
    if (decoder_.expect(at, YamlKind::scalar, "true, or a list of tasks"))
      decoder_.expect_bool(at, stubs.all);
  }

  void read_stubs(YamlId at, std::vector<StubbedTask>& stubs) {
    each_value(at, "a stub", [&](YamlId key, YamlId value, const std::string& name) {
      auto found = draft_.task_index.find(name);
      if (found == draft_.task_index.end()) return unknown_task(key);
      const Task& task = workflow().tasks[found->second];
      read_values(value, "an output", outputs_of(task), draft_.tasks[found->second].outputs,
                  stub_of(stubs, name).outputs, [&](YamlId output, const std::string& wanted) {
                    unknown(output, codes::k_unknown_reference,
                            cat("the task '", name, "' has no output '", wanted, "'"),
                            outputs_of(task));
                  });
    });
  }

  void read_signals(YamlId at, std::vector<GateSignal>& signals) {
    each_value(at, "a gate", [&](YamlId key, YamlId value, const std::string& name) {
      const Node* node = workflow().find_node(name);
      if (node == nullptr)
        return unknown(key, codes::k_unknown_reference, cat("there is no node '", name, "'"), workflow().nodes);
      if (!node->gate)
        return decoder_.error(key, {codes::k_unknown_reference, cat("node '", name, "' is no gate, and waits for nothing"),
                                    {}, "give what a task makes under 'stubs'"});
      if (auto signal = read_signal(value, *node)) signals.push_back(std::move(*signal));
    });
  }

  std::optional<GateSignal> read_signal(YamlId at, const Node& node) {
    if (!decoder_.expect(at, YamlKind::mapping, "a mapping with value, reject or timeout")) return std::nullopt;
    SignalKeys keys;
    decode_record(decoder_, at, signal_record(), keys);
    const Gate& gate = *node.gate;
    GateSignal signal{node.name, GateSignal::Kind::given, {}, {}};
    int said = 0;
    for (YamlId one : {keys.value, keys.reject, keys.timeout}) said += one != k_no_yaml ? 1 : 0;
    if (said != 1) return refuse(at, "a gate is told one thing", "write {value: …}, {reject: why} or {timeout: true}");
    if (keys.value != k_no_yaml) {
      if (gate.kind != Gate::Kind::signal)
        return refuse(keys.value, cat("gate '", node.name, "' takes no value"), "a gate with 'signal' does");
      if (node.outputs.empty()) return std::nullopt;  // its type has an error of its own
      auto value = read_value(keys.value, node.outputs.front());
      if (!value) return std::nullopt;
      signal.value = std::move(*value);
    } else if (keys.reject != k_no_yaml) {
      if (gate.kind == Gate::Kind::sleep) return refuse(keys.reject, "nobody is asked by a sleep", "use timeout: true");
      if (!decoder_.expect_text(keys.reject, signal.note, "a text that says why")) return std::nullopt;
      signal.kind = GateSignal::Kind::rejected;
    } else {
      bool late = false;
      if (!decoder_.expect_bool(keys.timeout, late)) return std::nullopt;
      if (late && !gate.timeout_ns)
        return refuse(keys.timeout, cat("gate '", node.name, "' has no timeout, and waits for ever"),
                      "give the node a 'timeout'");
      if (!late) return std::nullopt;
      signal.kind = GateSignal::Kind::too_late;
    }
    return signal;
  }

  std::nullopt_t refuse(YamlId at, std::string message, std::string hint) {
    decoder_.error(at, {codes::k_test_contradiction, std::move(message), {}, std::move(hint)});
    return std::nullopt;
  }

  void read_expectation(YamlId at, Expectation& expect) {
    if (at == k_no_yaml || decoder_.tree.kind(at) == YamlKind::null) return;
    if (!decoder_.expect(at, YamlKind::mapping, "a mapping with outputs, where, nodes or fails")) return;
    ExpectKeys keys;
    decode_record(decoder_, at, expect_record(), keys);
    read_failure(keys.fails, expect);
    if (expect.fails && keys.outputs != k_no_yaml) {
      decoder_.error(keys.outputs, {codes::k_test_contradiction,
                                    "a run that fails has no outputs to compare",
                                    {},
                                    "keep 'fails' or 'outputs'; what a node made is compared under 'where'"});
    }
    read_outputs(keys.outputs, expect.outputs);
    read_predicates(keys.where, expect.where);
    each_value(keys.nodes, "a node", [&](YamlId key, YamlId value, const std::string& name) {
      if (workflow().find_node(name) == nullptr)
        return unknown(key, codes::k_unknown_reference, cat("there is no node '", name, "'"),
                       workflow().nodes);
      if (auto end = decoder_.expect_choice(value, k_node_end_names))
        expect.nodes.emplace_back(name, static_cast<NodeEnd>(*end));
    });
  }

  void read_failure(YamlId at, Expectation& expect) {
    if (at == k_no_yaml) return;
    std::string text;
    if (!decoder_.expect_text(at, text, "the code of a failure, a part of what it says, or true for any"))
      return;
    bool plain = decoder_.tree.is_plain(at);
    if (text.empty())
      decoder_.error(at, {codes::k_bad_value, "'fails' is empty",
                          "the code of a failure, a part of what it says, or true for any"});
    expect.fails = !(plain && text == "false");
    if (!(plain && text == "true")) expect.failure = std::move(text);
  }

  void read_outputs(YamlId mapping, NamedValues& outputs) {
    each_value(mapping, "an output", [&](YamlId key, YamlId value, const std::string& name) {
      auto output = std::find_if(workflow().outputs.begin(), workflow().outputs.end(),
                                 [&](const WorkflowOutput& one) { return one.name == name; });
      if (output == workflow().outputs.end()) {
        if (!is_refused_output(name))
          unknown(key, codes::k_unknown_reference,
                  cat("the workflow '", workflow().name, "' has no output '", name, "'"),
                  workflow().outputs);
        return;
      }
      Port port{name, output->type, {}, "", "", {}};
      if (auto json = read_value(value, port)) outputs.emplace_back(name, std::move(*json));
    });
  }

  // One that the definition names, and that has an error of its own.
  bool is_refused_output(std::string_view name) const {
    YamlMember outputs = find_member(decoder_.tree, decoder_.tree.root(), "outputs");
    return outputs.key != k_no_yaml && is_given(outputs.value, name);
  }

  void read_predicates(YamlId at, std::vector<Expression>& where) {
    if (at == k_no_yaml || decoder_.tree.kind(at) == YamlKind::null) return;
    auto read_one = [&](YamlId item) {
      if (auto expression = bindings_.read_predicate(item)) where.push_back(std::move(*expression));
    };
    if (decoder_.tree.is_scalar(at)) return read_one(at);
    if (decoder_.expect(at, YamlKind::sequence, "an expression, or a list of them"))
      decoder_.tree.each_item(at, read_one);
  }

  Decoder& decoder_;
  Bundle& bundle_;
  Draft& draft_;
  BindingReader bindings_;
};

}  // namespace

std::vector<TestCase> read_tests(Decoder& decoder, Bundle& bundle, YamlId mapping, Draft& draft) {
  std::vector<TestCase> tests;
  TestReader reader(decoder, bundle, draft);
  each_named(decoder, mapping, "a test",
             [&](YamlId key, YamlId value, std::string_view) { tests.push_back(reader.read(key, value)); });
  return tests;
}

}  // namespace wf
