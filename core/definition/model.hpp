// A checked workflow, as plain data. Everything here is identity unless a comment says otherwise.
#pragma once
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "core/base/digest.hpp"
#include "core/base/json.hpp"
#include "core/definition/type.hpp"

namespace wf {

struct Port {
  std::string name;
  Type type;
  std::optional<Json> default_value;  // canonical, inputs only; absent for an optional type means null
  std::string staged_name;            // file name under in/ or out/; the port's name unless given
  std::string description;            // not identity
};

// A file of the definition that travels with the version: a source, or (part of) a default file or directory.
struct BundledFile {
  Digest digest;
  std::int64_t size = 0;
  std::string origin;  // where it was read; not identity; empty in a version read back from a store
  std::string bytes;   // only for what is on no disk: the manifest of a default directory, a link's target
};

struct Source {
  std::string path;  // relative to the working folder
  bool executable = false;
  Digest digest;
  bool operator==(const Source&) const = default;
};

// `inputs.x`, `outputs.x` (in commands), or `node.output`, then fields and indexes.
struct Reference {
  std::string root;               // "inputs", "outputs", or a node's name
  std::string name;               // the input or output
  std::vector<std::string> path;  // further fields or indexes; empty in this version of the language
  std::string text() const;       // "inputs.x"
  bool operator==(const Reference&) const = default;
};

// Text with `$(…)` in it. Pieces alternate as written; each is literal text or a reference.
struct Template {
  std::vector<std::variant<std::string, Reference>> pieces;
  bool operator==(const Template&) const = default;
};

struct Binding;
struct BindingList {
  std::vector<Binding> items;
};
struct BindingMember;
struct BindingMap {
  std::vector<BindingMember> members;
};
// What an input is given. `Json` is a literal, canonical for the type of the input it is bound to.
struct Binding {
  std::variant<Json, Reference, Template, BindingList, BindingMap> value;
};
struct BindingMember {
  std::string name;
  Binding value;
};

// One item of `command` or value of `env`: literal text, a whole reference, or text with references in it.
using Argument = std::variant<std::string, Reference, Template>;

struct CachePolicy {
  bool enabled = true;
  std::string version;                     // "" unless given
  std::vector<std::string> ignore_inputs;  // sorted
  std::vector<std::string> ignore_parts;   // sorted; of: command sources environment env secrets
  bool allow_empty = false;
};

struct Task {
  std::string name;
  std::string description;  // not identity
  std::vector<Port> inputs;
  std::vector<Port> outputs;
  std::vector<Source> sources;     // sorted by path
  std::vector<Argument> command;   // either this …
  std::string script;              // … or this
  std::vector<std::string> shell;  // {"sh","-eu"} unless given; for `script`
  std::vector<std::pair<std::string, Argument>> env;
  std::vector<std::string> partitions;  // sorted; inputs by whose values the artifacts are found
  CachePolicy cache;
};

struct Node {
  std::string name;
  std::string description;  // not identity
  std::string task;
  std::vector<std::pair<std::string, Binding>> with;
  std::vector<std::pair<std::string, Binding>> map;  // empty: a plain node
};

struct WorkflowOutput {
  std::string name;
  Type type;  // follows from the binding
  Binding binding;
};

struct Workflow {
  std::string name;
  std::string description;  // not identity
  std::vector<Port> inputs;
  std::vector<Task> tasks;
  std::vector<Node> nodes;  // in the order of the file, or by name when read back from a store
  std::vector<WorkflowOutput> outputs;
  std::vector<BundledFile> files;  // each digest once; what a store must hold for this version

  const Task* find_task(std::string_view name) const;
  const Node* find_node(std::string_view name) const;
};

const Port* find_port(const std::vector<Port>& ports, std::string_view name);

// The type of a node's output as others see it: a mapped node's outputs are lists.
Type output_type(const Node& node, const Port& output);

// The type of a binding without a target: of a reference its own, of text string, of a list or map that of
// its elements when they agree, else json. nullopt when a reference has none or files meet other elements.
using ReferenceTypes = std::function<std::optional<Type>(const Reference&)>;
std::optional<Type> binding_type(const Binding& binding, const ReferenceTypes& type_of);

// The wfc1 text of the model, its digest, and the model back. Member by member in wf-workflow(5).
Json canonical_form(const Workflow& workflow);
Digest version_digest(const std::string& canonical_text);  // SHA-256("wf-version-1\n" ‖ text)
// `origin`, descriptions and bytes of files are empty in the result. Throws Error(k_bad_version) on damage.
Workflow workflow_from_canonical(const Json& canonical);

// Descriptions by path ("", "inputs.k", "tasks.split", "tasks.split.outputs.train", "nodes.best"): kept with
// a registration, apart from the version.
Json descriptions_of(const Workflow& workflow);

}  // namespace wf
