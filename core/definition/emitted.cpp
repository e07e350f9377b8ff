// Definitions that dynamic tasks emit: what they have to take and to give.
#include <algorithm>

#include "core/base/text.hpp"
#include "core/definition/draft.hpp"

namespace wf {

namespace {

class EmittedChecker {
 public:
  EmittedChecker(Decoder& decoder, const WorkflowKeys& keys, const Draft& draft, const Task& task)
      : decoder_(decoder), keys_(keys), workflow_(draft.workflow), inputs_(draft.inputs), task_(task) {}

  void check() {
    for (std::size_t i = 0; i < workflow_.inputs.size(); ++i) check_input(i);
    for (const Port& promised : *task_.promised) check_output(promised);
  }

 private:
  void check_input(std::size_t i) {
    if (!inputs_[i].typed) return;
    const Port& input = workflow_.inputs[i];
    const Port* given = find_port(task_.inputs, input.name);
    if (given == nullptr) {
      if (input.default_value || input.type.kind() == Kind::optional) return;
      std::vector<std::string> known;
      for (const Port& port : task_.inputs) known.push_back(port.name);
      refuse(inputs_[i].key, cat("task '", task_.name, "' has no input '", input.name, "' that it could be given"),
             known.empty() ? "" : cat("one of ", join(known, ", ")), did_you_mean(input.name, known));
    } else if (!assignable(given->type, input.type)) {
      refuse(inputs_[i].key,
             cat("input '", input.name, "' is given that of task '", task_.name, "', which is ", given->type.text()),
             input.type.text(), "declare it with the task's type");
    }
  }

  void check_output(const Port& promised) {
    auto given = std::find_if(workflow_.outputs.begin(), workflow_.outputs.end(),
                              [&](const WorkflowOutput& one) { return one.name == promised.name; });
    bool any = keys_.outputs != k_no_yaml && decoder_.tree.kind(keys_.outputs) == YamlKind::mapping;
    YamlMember written = any ? find_member(decoder_.tree, keys_.outputs, promised.name) : YamlMember{};
    if (given == workflow_.outputs.end()) {
      if (written.key != k_no_yaml) return;  // it has been reported
      refuse(any ? keys_.outputs : decoder_.tree.root(),
             cat("there is no output '", promised.name, "', which task '", task_.name, "' promises"),
             promised.type.text(), cat("add it: outputs: {", promised.name, ": $NODE.OUTPUT}"));
    } else if (!assignable(given->type, promised.type)) {
      refuse(written.value,
             cat("output '", promised.name, "' is ", given->type.text(), ", and task '", task_.name,
                 "' promises ", promised.type.text()),
             promised.type.text(), "");
    }
  }

  void refuse(YamlId at, std::string message, std::string expected, std::string hint) {
    decoder_.error(at, {codes::k_emitted_interface, std::move(message), std::move(expected), std::move(hint)});
  }

  Decoder& decoder_;
  const WorkflowKeys& keys_;
  const Workflow& workflow_;
  const std::vector<PortDraft>& inputs_;
  const Task& task_;
};

}  // namespace

void check_emitted(Decoder& decoder, const WorkflowKeys& keys, const Draft& draft, const Task& task) {
  EmittedChecker(decoder, keys, draft, task).check();
}

}  // namespace wf
