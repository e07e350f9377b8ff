// A checked workflow, as plain data. Everything here is identity unless a comment says otherwise.
#pragma once
#include <array>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "core/base/digest.hpp"
#include "core/base/json.hpp"
#include "core/definition/decimal.hpp"
#include "core/definition/resources.hpp"
#include "core/definition/expression.hpp"
#include "core/definition/type.hpp"

namespace wf {

// What the values of a port must hold besides their type; part of the version, not of cache keys.
struct Constraints {
  std::optional<Json> min;   // canonical
  std::optional<Json> max;   // canonical
  std::string pattern;       // for text an RE2 expression, for names of files fnmatch(3)
  std::vector<Json> one_of;  // canonical, sorted, none twice
  bool any() const { return min || max || !pattern.empty() || !one_of.empty(); }
};

struct Port {
  std::string name;
  Type type;
  std::optional<Json> default_value;  // canonical, inputs only; absent for an optional type means null
  std::string staged_name;            // file name under in/ or out/; the port's name unless given
  std::string description;            // not identity
  Constraints limits = {};
  bool temporary = false;  // outputs of tasks only: the bytes go when nobody waits to read them; no part of cache keys
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

// Text with `$(…)` in it. Pieces alternate as written; each is literal text, a reference, or an expression that
// is more than that.
struct Template {
  using Piece = std::variant<std::string, Reference, Expression>;
  std::vector<Piece> pieces;
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
// What an input is given. `Json` is a literal, canonical for the type of the input it is bound to; an
// Expression is one whose value is given, and not its text.
struct Binding {
  std::variant<Json, Reference, Template, Expression, BindingList, BindingMap> value;
};
struct BindingMember {
  std::string name;
  Binding value;
};

// An argument of a command or value of `env`: literal text, a whole reference, or text with references in it.
using Argument = std::variant<std::string, Reference, Template>;

struct CommandItem;
// {if: EXPR, args: […]}: the items where the condition holds, else none.
struct ConditionalItems {
  Expression condition;
  std::vector<CommandItem> args;
};
// {each: $list, args: […]}: the items once for each element, which they know as `each`; a map has entries,
// with `key` and `value`.
struct RepeatedItems {
  Reference list;
  std::vector<CommandItem> args;
};
struct CommandItem {
  std::variant<Argument, ConditionalItems, RepeatedItems> value;
};

struct CachePolicy {
  bool enabled = true;
  std::string version;                     // "" unless given
  std::vector<std::string> ignore_inputs;  // sorted
  std::vector<std::string> ignore_parts;   // sorted; of: command sources environment env secrets
  bool allow_empty = false;
};

// How many tokens of each pool, sorted by its name.
using PoolNeeds = std::vector<std::pair<std::string, std::int64_t>>;

// How often a task is tried, and how long one try may take. What is not said at a node is as the task says, and
// what is said nowhere as in retry.hpp of the engine.
struct AttemptPolicy {
  std::optional<std::int64_t> retries;         // after failures of the task's own
  std::optional<std::int64_t> system_retries;  // after those that are none
  std::optional<std::vector<std::int64_t>> on_exit;  // sorted; exit codes that are followed by another try
  std::optional<std::int64_t> base_ns;         // before the first of them …
  std::optional<Decimal> factor;               // … and how it grows with each, at least 1
  std::optional<std::int64_t> cap_ns;          // the longest
  std::optional<Decimal> jitter;               // what part of it is left to chance, at most 1
  std::optional<std::int64_t> timeout_ns;        // of one attempt
  std::optional<std::int64_t> total_timeout_ns;  // of all together, or of the workflow that a node runs
  std::optional<std::int64_t> queue_timeout_ns;  // before the first of them
  GivenAmounts requests;                         // what it needs of the machine …
  GivenAmounts limits;                           // … and may take at most; not of gpu
  // What each further attempt has these times as much of, at least 1; not of gpu.
  std::array<std::optional<Decimal>, k_resource_count> escalation;
  std::optional<bool> interruptible;  // a signal from outside is no failure of its own
  std::optional<PoolNeeds> pools;     // whose tokens it takes while it runs
};
// Most tasks and nodes say nothing of it: then nullptr.
using AttemptPolicyPtr = std::shared_ptr<const AttemptPolicy>;

// A secret that a task is given in a variable of its environment. Its value is no part of anything here: where that
// comes from is an affair of the machine.
struct SecretUse {
  std::string variable;
  std::string name;
  std::string version;  // "" unless given; what cache keys know of the value
};

// How far a task is kept from what it has not declared.
enum class SandboxLevel : std::uint8_t { none, paths, full };
inline constexpr std::array<std::string_view, 3> k_sandbox_names{"none", "paths", "full"};

// No part of cache keys: what a task declares too little makes it fail.
struct Sandbox {
  SandboxLevel level = SandboxLevel::none;
  std::vector<std::string> read;   // absolute paths that it may read besides its own and the system's; sorted
  std::vector<std::string> write;  // … and those it may write too; sorted
  bool network = true;             // under `full` false unless it is said
};

struct Task {
  std::string name;
  std::string description;  // not identity
  std::vector<Port> inputs;
  std::vector<Port> outputs;
  std::vector<Source> sources;       // sorted by path
  std::vector<CommandItem> command;  // either this …
  std::string script;                // … or this
  std::vector<std::string> shell;    // {"sh","-eu"} unless given; for `script`
  std::vector<std::pair<std::string, Argument>> env;
  std::vector<SecretUse> secrets;  // sorted by variable
  std::optional<Sandbox> sandbox;
  std::string image;     // that it runs in, where it runs in a container; empty: it can run in none
  bool network = false;  // a container of it has the network of its engine; no part of cache keys
  std::vector<std::string> partitions;  // sorted; inputs by whose values the artifacts are found
  CachePolicy cache;
  AttemptPolicyPtr attempts;
  bool checkpoint = false;  // it keeps something from one attempt to the next
  // Of a dynamic task what a node that runs it gives. Its own and only output is a definition, which is run then
  // and has to give this.
  std::optional<std::vector<Port>> promised;
};

// The output of a dynamic task.
inline constexpr std::string_view k_definition_output = "definition";
inline constexpr std::string_view k_definition_file = "definition.yaml";
Port definition_port();

// How a mapped node goes through its elements.
struct Each {
  enum class Combine : std::uint8_t { zip, product };

  std::int64_t parallelism = 0;              // attempts at the same time; 0: as many as the run allows
  std::optional<std::int64_t> min_success;   // how many elements have to succeed …
  std::optional<Decimal> min_success_ratio;  // … or what part of them, at most 1; neither: all
  bool stop_early = false;                   // stop the others when enough have succeeded
  Combine combine = Combine::zip;            // elements of several lists: side by side, or each with each

  // Whether elements may be missing in the outputs.
  bool may_leave_out() const { return min_success || min_success_ratio; }
  // How many of so many elements have to succeed.
  std::int64_t needed_of(std::int64_t total) const;
  bool operator==(const Each&) const = default;
};

inline constexpr std::array<std::string_view, 2> k_combine_names{"zip", "product"};

// How those before a node have to end for it to run.
enum class RunIf : std::uint8_t {
  all_success,  // all succeeded; one that was skipped makes this one skipped
  all_done,     // however they ended
  any_failed    // one failed, or was never run for a failure; else this one is skipped
};
inline constexpr std::array<std::string_view, 3> k_run_if_names{"all_success", "all_done", "any_failed"};

// A node that waits: for somebody to approve, or to give a value, or for a time. What is given is the node's
// only output.
struct Gate {
  enum class Kind : std::uint8_t { approve, signal, sleep } kind = Kind::approve;
  Binding value = {Json()};         // what is to be approved, a string; or how long to sleep, a duration
  std::optional<Type> type;         // of what is given
  std::optional<std::int64_t> timeout_ns;  // none: it waits for ever
};
inline constexpr std::array<std::string_view, 3> k_gate_names{"approve", "signal", "sleep"};

struct UsedVersion;

// A node that waits for all others of its workflow.
enum class Hook : std::uint8_t {
  none,
  on_failure,  // when one failed
  on_exit      // however they ended, on_failure too
};
inline constexpr std::array<std::string_view, 3> k_hook_names{"", "on_failure", "on_exit"};
Hook hook_of(std::string_view node_name);

// What a node runs is a task of its workflow, or something of another version, or the first of its cases whose
// condition is true; or it is a gate. It is exactly one of the four; a case may fail instead.
struct Node {
  std::string name;
  std::string description;  // not identity
  std::string task;         // of the same workflow
  std::shared_ptr<const UsedVersion> used;
  std::vector<Node> cases;          // named as the node; the last one has no condition
  std::optional<Gate> gate;
  std::vector<Port> outputs;        // of one with cases what these give, together; of a gate 'value'
  std::optional<std::string> fail;  // a last case that runs nothing, and fails with this message
  Hook hook = Hook::none;
  std::vector<std::pair<std::string, Binding>> with;
  std::vector<std::pair<std::string, Binding>> map;  // empty: a plain node
  Each each;
  AttemptPolicyPtr attempts;       // of one that runs a task; of one that runs a workflow its total timeout alone
  std::vector<std::string> after;  // sorted; nodes that it waits for besides those it refers to
  RunIf run_if = RunIf::all_success;
  std::optional<Expression> when;  // a bool; false: the node is skipped
};

// What the failure of a node means for the others: no more are started and the running ones are stopped, or
// all that does not need it is run. Nodes that run_if lets run after a failure do so under both.
enum class FailurePolicy : std::uint8_t { fail_fast, finish };
inline constexpr std::array<std::string_view, 2> k_failure_policy_names{"fail_fast", "finish"};

// Names it, and says when it runs.
void make_hook(Node& node, Hook hook);

// How many runs of a workflow go on at the same time, and what becomes of one more.
struct Concurrency {
  enum class Policy : std::uint8_t {
    wait,    // it begins when one of the others has ended
    skip,    // it is not made, and that is fine
    fail,    // it is refused
    replace  // it ends the others, and begins when they have ended
  };
  std::int64_t limit = 1;
  Policy policy = Policy::wait;
};
inline constexpr std::array<std::string_view, 4> k_concurrency_names{"wait", "skip", "fail", "replace"};

struct WorkflowOutput {
  std::string name;
  Type type;  // follows from the binding, unless that is a literal, which only what is emitted has
  Binding binding;
};

struct Workflow {
  std::string name;
  std::string description;  // not identity
  std::vector<Port> inputs;
  std::vector<Task> tasks;
  std::vector<Node> nodes;  // in the order of the file, or by name when read back from a store
  std::vector<WorkflowOutput> outputs;
  FailurePolicy failure_policy = FailurePolicy::fail_fast;
  std::optional<std::int64_t> timeout_ns;  // of a run of it, and of a node that runs it
  std::optional<Concurrency> concurrency;  // of runs of it, not of nodes that run it
  std::vector<BundledFile> files;  // each digest once; what a store must hold for this version

  const Task* find_task(std::string_view name) const;
  const Node* find_node(std::string_view name) const;
};

// A version that nodes of another workflow run, or one task of it. The version and the task are identity.
struct UsedVersion {
  Digest version;
  std::string name;  // of the workflow
  std::string task;  // empty: all of it is run
  std::vector<Port> inputs;
  std::vector<Port> outputs;                 // without defaults
  std::shared_ptr<const Workflow> workflow;  // nullptr where only the interface is known
};
UsedVersion use_workflow(Workflow workflow);
UsedVersion use_workflow(Workflow workflow, const Digest& version);  // where that is known
// A task of it instead; nullopt when there is none of this name. The workflow must be known.
std::optional<UsedVersion> use_task(const UsedVersion& whole, const std::string& task);
// Each once, in the order of the nodes.
std::vector<std::shared_ptr<const UsedVersion>> used_versions(const Workflow& workflow);
// The workflow that a node runs, else nullptr.
const UsedVersion* used_workflow(const Node& node);
// The task that it runs, of whichever workflow; nullptr for other nodes, and where it is not known.
const Task* task_of(const Workflow& workflow, const Node& node);
// Whether a node runs a workflow, that it names or that its dynamic task emits.
bool runs_workflow(const Workflow& workflow, const Node& node);

// What a node gives, by its task and whatever it runs.
const std::vector<Port>& outputs_of(const Task& task);
const std::vector<Port>& outputs_of(const Workflow& workflow, const Node& node);
// What the cases of a node give together: `T?` where not all of them do. A name of several types gives nullopt,
// and `conflict` the two ports.
std::optional<std::vector<Port>> outputs_of_cases(const Workflow& workflow, const Node& node,
                                                  std::pair<Port, Port>* conflict = nullptr);

const Port* find_port(const std::vector<Port>& ports, std::string_view name);
// What an input is given under `with` or `map`; nullptr: nothing.
const Binding* find_binding(const std::vector<std::pair<std::string, Binding>>& bindings, std::string_view input);
// The file name that the producer of a workflow output declared; the output's own name where it is put
// together.
std::string declared_name(const Workflow& workflow, const WorkflowOutput& output);

// The type of a node's output when it has run: a mapped node's outputs are lists, with null for elements that
// may be left out.
Type output_type(const Node& node, const Port& output);
Type mapped_type(const Type& element, const Each& each);
// The type of it as `reader` sees it, nullptr for the workflow's outputs: `T?` where it may not have run.
Type seen_type(const Type& type, bool may_be_skipped, const Node* reader);
// Which nodes may end without having run, in a run that succeeds; beside `nodes`.
std::vector<bool> skippable(const std::vector<Node>& nodes);

// Every node that a node waits for by a reference, in no order and maybe more than once.
void each_predecessor(const Node& node, const std::function<void(const std::string&)>& visit);
// Every reference inside a binding, in order; those of expressions too.
void each_reference(const Binding& binding, const std::function<void(const Reference&)>& visit);
void each_reference(const Expression& expression, const std::function<void(const Reference&)>& visit);

// The type of a binding without a target: of a reference its own, of text string, of a list or map that of
// its elements when they agree, else json. nullopt when a reference has none or files meet other elements.
using ReferenceTypes = std::function<std::optional<Type>(const Reference&)>;
std::optional<Type> binding_type(const Binding& binding, const ReferenceTypes& type_of);
// The same for the names in an expression; `type_of` must outlive it.
TypeOf types_from(const ReferenceTypes& type_of);

// The wfc1 text of the model, its digest, and the model back. Member by member in wf-workflow(5).
Json canonical_form(const Workflow& workflow);
const Json& canonical_node(const Json& canonical, std::string_view name);  // of one that is there; a hook's too
Digest version_digest(const std::string& canonical_text);  // SHA-256("wf-version-1\n" ‖ text)
// `origin`, descriptions and bytes of files are empty in the result. `find_version` finds the workflows that
// it uses; without it there may be none. Throws Error(k_bad_version) on damage.
using FindVersion = std::function<std::shared_ptr<const UsedVersion>(const Digest&)>;
Workflow workflow_from_canonical(const Json& canonical, const FindVersion& find_version = {});

// The part of it that holds inputs or outputs, and back.
Json canonical_ports(const std::vector<Port>& items);
std::vector<Port> ports_from_canonical(const Json& json);

// Descriptions by path ("", "inputs.k", "tasks.split", "tasks.split.outputs.train", "nodes.best"): kept with
// a registration, apart from the version.
Json descriptions_of(const Workflow& workflow);

}  // namespace wf
