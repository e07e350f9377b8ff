#include "core/definition/load.hpp"

#include "core/base/file.hpp"
#include "core/base/text.hpp"
#include "core/definition/bundle.hpp"
#include "core/definition/draft.hpp"
#include "core/definition/literal.hpp"
#include "core/definition/name.hpp"
#include "core/definition/read_file.hpp"
#include "core/definition/used_definitions.hpp"

namespace wf {

namespace {

// Makes a workflow of a parsed text; the order of the steps is the order in which they need each other.
class DefinitionReader {
 public:
  DefinitionReader(Decoder& decoder, const std::string& path, UsedDefinitions& used, const Emitter* emitter)
      : decoder_(decoder),
        reach_(emitter == nullptr ? Bundle::Reach::tree : Bundle::Reach::nothing),
        bundle_(decoder, path, reach_),
        path_(path),
        used_(used),
        emitter_(emitter) {
    if (emitter != nullptr) draft_.outer = emitter->around;
  }

  // What is no part of the workflow goes to `loaded`.
  Workflow read(LoadedDefinition& loaded) {
    WorkflowKeys keys;
    decode_record(decoder_, decoder_.tree.root(), workflow_record(), keys);
    if (keys.wf != k_no_yaml) check_format(decoder_, keys.wf, "wf");
    if (keys.name != k_no_yaml) read_name(keys.name);
    Workflow& workflow = draft_.workflow;
    if (keys.description != k_no_yaml) decoder_.expect_text(keys.description, workflow.description, "text");
    read_ports(decoder_, bundle_, keys.inputs, PortRole::workflow_input, workflow.inputs, draft_.inputs);
    draft_.input_index = PortIndex(workflow.inputs, draft_.inputs);
    read_tasks(decoder_, bundle_, keys.tasks, draft_);
    FindUsed find = [&](Use use, YamlId at) { return used_.find(decoder_, bundle_, path_, use, at); };
    read_nodes(decoder_, keys.nodes, find, draft_);
    read_hook(decoder_, keys.on_failure, Hook::on_failure, find, draft_);
    read_hook(decoder_, keys.on_exit, Hook::on_exit, find, draft_);
    if (draft_.nodes.empty()) warn_about_no_nodes(keys);
    read_bindings(decoder_, draft_);
    draft_.skippable = skippable(workflow.nodes);
    read_outputs(decoder_, keys.outputs, draft_, emitter_ != nullptr ? *emitter_->task->promised : std::vector<Port>());
    if (emitter_ != nullptr) check_emitted(decoder_, keys, draft_, *emitter_->task);
    read_choice(decoder_, keys.failure_policy, k_failure_policy_names, workflow.failure_policy);
    workflow.timeout_ns = read_duration(decoder_, keys.timeout, 1, codes::k_bad_attempts);
    workflow.concurrency = read_concurrency(decoder_, keys.concurrency);
    check_graph(decoder_, draft_);
    workflow.files = bundle_.take_files();
    Bundle test_bundle(decoder_, path_, reach_);
    loaded.tests = read_tests(decoder_, test_bundle, keys.tests, draft_);
    loaded.test_files = test_bundle.take_files();
    return std::move(workflow);
  }

 private:
  void read_name(YamlId at) {
    if (!decoder_.expect_text(at, draft_.workflow.name, "the name of the workflow")) return;
    if (is_workflow_name(draft_.workflow.name)) return;
    decoder_.error(at, {codes::k_bad_name, cat("'", draft_.workflow.name, "' cannot name a workflow"),
                        std::string(k_workflow_name_grammar)});
  }

  void warn_about_no_nodes(const WorkflowKeys& keys) {
    YamlId at = keys.nodes != k_no_yaml ? keys.nodes : decoder_.tree.root();
    decoder_.warning(at, {codes::k_no_nodes,
                          "the workflow has no nodes: a run of it does nothing",
                          {},
                          "add 'nodes: {name: {task: …}}'"});
  }

  Decoder& decoder_;
  Bundle::Reach reach_;
  Bundle bundle_;
  const std::string& path_;
  UsedDefinitions& used_;
  const Emitter* emitter_;
  Draft draft_;
};

// A launch plan was given where a workflow is read: one thing to say, instead of every key that differs.
bool is_launch_plan(Decoder& decoder, const std::string& path) {
  YamlMember plan = find_member(decoder.tree, decoder.tree.root(), "launchplan");
  YamlMember format = find_member(decoder.tree, decoder.tree.root(), "wf");
  if (plan.key == k_no_yaml || format.key != k_no_yaml) return false;
  decoder.error(plan.key, {codes::k_unsupported_format, "this is a launch plan, and no workflow",
                           "a mapping that begins with 'wf: v1'",
                           cat("register it with 'wf launchplan create ", path, "'")});
  return true;
}

LoadedDefinition parse(const std::string& path, std::string text, const LoadLimits& limits,
                       UsedDefinitions& used, const Emitter* emitter = nullptr) {
  LoadedDefinition loaded;
  FileText file{std::move(text), {}};
  constexpr std::string_view k_expected = "a mapping that begins with 'wf: v1' and 'name: …'";
  std::size_t before = used.diagnostics().error_count();
  read_mapping(path, file, limits, k_expected, [&](Decoder& decoder) {
    if (is_launch_plan(decoder, path)) return;
    Workflow workflow = DefinitionReader(decoder, path, used, emitter).read(loaded);
    if (!file.diagnostics.has_errors() && used.diagnostics().error_count() == before)
      loaded.workflow = std::move(workflow);
  });
  loaded.source_text = std::move(file.text);
  loaded.diagnostics = std::move(file.diagnostics);
  return loaded;
}

}  // namespace

LoadedDefinition load_definition(const std::string& path, const LoadLimits& limits) {
  return parse_definition(path, read_text(path), limits);
}

LoadedDefinition parse_definition(const std::string& path, std::string text, const LoadLimits& limits) {
  UsedDefinitions used([&](const std::string& file, std::string content) {
    return parse(file, std::move(content), limits, used);
  });
  used.open(absolute_path(path));
  LoadedDefinition loaded = parse(path, std::move(text), limits, used);
  loaded.diagnostics.add(used.diagnostics());
  loaded.uses = used.take_uses();
  return loaded;
}

LoadedDefinition parse_emitted(std::string_view path, std::string text, const Emitter& emitter,
                               const LoadLimits& limits) {
  UsedDefinitions used({});  // which it cannot reach
  return parse(std::string(path), std::move(text), limits, used, &emitter);
}

InputsFile read_inputs_file(const std::string& path, const LoadLimits& limits) {
  return parse_inputs(path, read_text(path), limits);
}

InputsFile parse_inputs(const std::string& path, std::string_view text, const LoadLimits& limits) {
  InputsFile inputs;
  FileText file{std::string(text), {}};
  read_mapping(path, file, limits, "a mapping from inputs to values", [&](Decoder& decoder) {
    LiteralReader literals(decoder, Dollar::literal, {}, Floats::any);
    decoder.tree.each_member(decoder.tree.root(), [&](YamlId key, YamlId value) {
      if (!decoder.tree.is_scalar(key)) return;
      auto json = literals.read_untyped(value);
      if (json) inputs.values.emplace_back(decoder.tree.text(key), std::move(*json));
    });
  });
  inputs.diagnostics = std::move(file.diagnostics);
  return inputs;
}

}  // namespace wf
