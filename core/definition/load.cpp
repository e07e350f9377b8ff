#include "core/definition/load.hpp"

#include <sys/stat.h>

#include "core/base/codes.hpp"
#include "core/base/file.hpp"
#include "core/base/text.hpp"
#include "core/definition/bundle.hpp"
#include "core/definition/draft.hpp"
#include "core/definition/literal.hpp"
#include "core/definition/name.hpp"
#include "core/definition/source_text.hpp"
#include "core/definition/yaml_tree.hpp"

namespace wf {

namespace {

// Far more than any limit: what is larger is not even read.
constexpr std::int64_t k_unreadable_bytes = std::int64_t{1} << 30U;

std::string read_text(const std::string& path) {
  auto info = stat_if_exists(path);
  if (info && S_ISDIR(info->st_mode)) {
    throw Error(codes::k_not_a_file, cat("'", path, "' is a folder, not a file"), "name the file in it");
  }
  if (info && info->st_size > k_unreadable_bytes) {
    throw Error(codes::k_system_call,
                cat("'", path, "' has ", human_bytes(info->st_size), ", which is no definition"));
  }
  return read_file(path);
}

// Makes a workflow of a parsed text; the order of the steps is the order in which they need each other.
class DefinitionReader {
 public:
  DefinitionReader(Decoder& decoder, const std::string& path) : decoder_(decoder), bundle_(decoder, path) {}

  Workflow read() {
    WorkflowKeys keys;
    decode_record(decoder_, decoder_.tree.root(), workflow_record(), keys);
    if (keys.wf != k_no_yaml) check_format(keys.wf);
    if (keys.name != k_no_yaml) read_name(keys.name);
    Workflow& workflow = draft_.workflow;
    if (keys.description != k_no_yaml) decoder_.expect_text(keys.description, workflow.description, "text");
    read_ports(decoder_, bundle_, keys.inputs, PortRole::workflow_input, workflow.inputs, draft_.inputs);
    draft_.input_index = PortIndex(workflow.inputs, draft_.inputs);
    read_tasks(decoder_, bundle_, keys.tasks, draft_);
    read_nodes(decoder_, keys.nodes, draft_);
    if (draft_.nodes.empty()) warn_about_no_nodes(keys);
    read_bindings(decoder_, draft_);
    draft_.skippable = skippable(workflow.nodes);
    read_outputs(decoder_, keys.outputs, draft_);
    read_choice(decoder_, keys.failure_policy, k_failure_policy_names, workflow.failure_policy);
    check_graph(decoder_, draft_);
    workflow.files = bundle_.take_files();
    return std::move(workflow);
  }

 private:
  void check_format(YamlId at) {
    std::string version;
    if (!decoder_.expect_text(at, version, "v1") || version == "v1") return;
    decoder_.error(at, {codes::k_unsupported_format, cat("this wf does not read format '", version, "'"),
                        "v1", "write 'wf: v1', or use a wf that knows that format"});
  }

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
  Bundle bundle_;
  Draft draft_;
};

// Whether the root is a mapping; reports an empty file and anything else.
bool has_root_mapping(const SourceText& source, const YamlTree& tree, Decoder& decoder,
                      Diagnostics& diagnostics, std::string_view expected) {
  if (tree.empty() || tree.kind(tree.root()) == YamlKind::null) {
    diagnostics.add({codes::k_empty_file,
                     Severity::error,
                     source.place(0, 1),
                     "the file holds nothing",
                     std::string(expected),
                     {},
                     {}});
    return false;
  }
  return decoder.expect(tree.root(), YamlKind::mapping, expected);
}

}  // namespace

LoadedDefinition load_definition(const std::string& path, const LoadLimits& limits) {
  return parse_definition(path, read_text(path), limits);
}

LoadedDefinition parse_definition(const std::string& path, std::string text, const LoadLimits& limits) {
  LoadedDefinition loaded;
  loaded.source_text = std::move(text);
  SourceText source(path, loaded.source_text);
  auto tree = parse_yaml(source, limits, loaded.diagnostics);
  if (!tree) return loaded;
  Decoder decoder(source, *tree, loaded.diagnostics);
  constexpr std::string_view k_expected = "a mapping that begins with 'wf: v1' and 'name: …'";
  if (!has_root_mapping(source, *tree, decoder, loaded.diagnostics, k_expected)) return loaded;
  Workflow workflow = DefinitionReader(decoder, path).read();
  if (!loaded.diagnostics.has_errors()) loaded.workflow = std::move(workflow);
  return loaded;
}

InputsFile read_inputs_file(const std::string& path, const LoadLimits& limits) {
  return parse_inputs(path, read_text(path), limits);
}

InputsFile parse_inputs(const std::string& path, std::string_view text, const LoadLimits& limits) {
  InputsFile file;
  SourceText source(path, text);
  auto tree = parse_yaml(source, limits, file.diagnostics);
  if (!tree) return file;
  Decoder decoder(source, *tree, file.diagnostics);
  if (!has_root_mapping(source, *tree, decoder, file.diagnostics, "a mapping from inputs to values"))
    return file;
  LiteralReader literals(decoder, Dollar::literal, {}, Floats::any);
  tree->each_member(tree->root(), [&](YamlId key, YamlId value) {
    if (!tree->is_scalar(key)) return;
    auto json = literals.read_untyped(value);
    if (json) file.values.emplace_back(tree->text(key), std::move(*json));
  });
  return file;
}

}  // namespace wf
