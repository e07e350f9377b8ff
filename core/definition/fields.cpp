#include "core/definition/fields.hpp"

#include "core/definition/field_schemas.hpp"
#include "core/definition/load.hpp"
#include "core/definition/model.hpp"

namespace wf {

namespace {

constexpr std::string_view k_parts[] = {"command", "sources", "environment", "env", "secrets"};

constexpr Presence k_optional = Presence::optional;
constexpr Presence k_required = Presence::required;

constexpr Field<WorkflowKeys> k_workflow_fields[] = {
    {"wf", k_required, "The version of the format: v1.", &WorkflowKeys::wf, version_schema},
    {"name", k_required, "The workflow's name: a lower-case letter, then letters, digits and '-'.",
     &WorkflowKeys::name, workflow_name_schema},
    {"description", k_optional, "What the workflow is for. Not part of its version.",
     &WorkflowKeys::description, text_schema},
    {"inputs", k_optional, "What a run is given, by name.", &WorkflowKeys::inputs, inputs_schema},
    {"tasks", k_optional, "What can be run: commands and scripts with typed inputs and outputs, by name.",
     &WorkflowKeys::tasks, tasks_schema},
    {"nodes", k_optional, "What is run: each node runs a task or a workflow with its inputs bound, by name.",
     &WorkflowKeys::nodes, nodes_schema},
    {"outputs", k_optional, "What a run gives, by name: references to inputs or to outputs of nodes.",
     &WorkflowKeys::outputs, workflow_outputs_schema},
    {"failure_policy", k_optional,
     "When a node has failed: start no more and stop what runs (fail_fast), or run all that does not need it "
     "(finish); fail_fast if absent.",
     &WorkflowKeys::failure_policy, failure_policy_schema},
    {"timeout", k_optional, "How long a run of it may take, and a node that runs it; no limit if absent.",
     &WorkflowKeys::timeout, duration_schema},
    {"concurrency", k_optional,
     "How many runs of it go on at the same time in a domain, or {limit, policy}; as many as there are if absent.",
     &WorkflowKeys::concurrency, concurrency_schema},
    {"on_failure", k_optional,
     "What is run after all nodes when one has failed, as a node; $error has its code, message and node.",
     &WorkflowKeys::on_failure, hook_schema},
    {"on_exit", k_optional,
     "What is run after all nodes and on_failure, however they ended; $error is null when none failed.",
     &WorkflowKeys::on_exit, hook_schema},
    {"tests", k_optional, "What 'wf test' runs and compares, by name. Not part of the version.",
     &WorkflowKeys::tests, tests_schema},
};

constexpr Field<PortKeys> k_type_field{"type", k_required, "The type: int, list<file>, enum<a|b>, string?, …",
                                       &PortKeys::type, type_schema};
constexpr Field<PortKeys> k_staged_field{"name", k_optional,
                                         "The file name under in/ or out/; the port's own name if absent.",
                                         &PortKeys::name, staged_name_schema};
constexpr Field<PortKeys> k_port_doc_field{"description", k_optional,
                                           "What it holds. Not part of the version.", &PortKeys::description,
                                           text_schema};

constexpr Field<PortKeys> k_media_field{"media_type", k_optional,
                                        "Of a file: what it holds, image/png; as in file<image/png>.",
                                        &PortKeys::media_type, media_type_schema};
constexpr Field<PortKeys> k_format_field{"format", k_optional,
                                         "Of a dataset: csv or parquet; as in dataset<csv>.",
                                         &PortKeys::format, format_schema};
constexpr Field<PortKeys> k_columns_field{"columns", k_optional, "Of a dataset: its columns and their types.",
                                          &PortKeys::columns, columns_schema};
constexpr Field<PortKeys> k_min_field{"min", k_optional,
                                      "The least value: of an int, float, datetime or duration.",
                                      &PortKeys::min, bound_schema};
constexpr Field<PortKeys> k_max_field{"max", k_optional, "The greatest value.", &PortKeys::max, bound_schema};
constexpr Field<PortKeys> k_pattern_field{
    "pattern", k_optional,
    "Of a string: an RE2 expression that all of it matches. Of files: a pattern of names such as *.png.",
    &PortKeys::pattern, script_schema};
constexpr Field<PortKeys> k_one_of_field{"one_of", k_optional, "The values a scalar may have.",
                                         &PortKeys::one_of, values_schema};

constexpr Field<PortKeys> k_temporary_field{
    "temporary", k_optional, "Of files: true frees the bytes when all that read them have succeeded; false if absent.",
    &PortKeys::temporary, boolean_schema};

constexpr Field<PortKeys> k_input_fields[] = {
    k_type_field,
    {"default", k_optional,
     "The value when none is given; for a file or directory a path relative to the definition.",
     &PortKeys::default_value, any_schema},
    k_staged_field,
    k_media_field,
    k_format_field,
    k_columns_field,
    k_min_field,
    k_max_field,
    k_pattern_field,
    k_one_of_field,
    k_port_doc_field,
};
constexpr Field<PortKeys> k_output_fields[] = {
    k_type_field, k_staged_field, k_media_field,   k_format_field, k_columns_field,
    k_min_field,  k_max_field,    k_pattern_field, k_one_of_field, k_temporary_field,
    k_port_doc_field};

template <typename Keys>
constexpr Field<Keys> k_retries_field{"retries", k_optional,
                                      "How often it is tried again after a failure of its own; 0 if absent.",
                                      &Keys::retries, natural_schema};
template <typename Keys>
constexpr Field<Keys> k_retry_field{"retry", k_optional, "After which failures it is tried again, and when.",
                                    &Keys::retry, retry_schema};
template <typename Keys>
constexpr Field<Keys> k_timeout_field{"timeout", k_optional,
                                      "How long one attempt may take, or {attempt, total, queue}; no limit if absent.",
                                      &Keys::timeout, timeout_schema};

template <typename Keys>
constexpr Field<Keys> k_resources_field{
    "resources", k_optional, "What of the machine an attempt needs; nothing but a slot if absent.", &Keys::resources,
    resources_schema};
template <typename Keys>
constexpr Field<Keys> k_interruptible_field{
    "interruptible", k_optional, "true: that a signal of those by which others end processes ends it is the machine's failure, not its own.",
    &Keys::interruptible, boolean_schema};

template <typename Keys>
constexpr Field<Keys> k_pools_field{
    "pools", k_optional, "Pools of which an attempt takes tokens while it runs: names, or {name: tokens}.", &Keys::pools,
    pools_schema};

constexpr Field<ConcurrencyKeys> k_concurrency_fields[] = {
    {"limit", k_optional, "How many of its runs go on at the same time; 1 if absent.", &ConcurrencyKeys::limit,
     positive_schema},
    {"policy", k_optional, "What becomes of one more: wait, skip, fail, or replace; wait if absent.",
     &ConcurrencyKeys::policy, concurrency_policy_schema},
};

constexpr Field<TaskKeys> k_task_fields[] = {
    {"description", k_optional, "What the task does. Not part of the version.", &TaskKeys::description,
     text_schema},
    {"inputs", k_optional, "What the task needs, by name.", &TaskKeys::inputs, inputs_schema},
    {"outputs", k_optional, "What the task makes, by name.", &TaskKeys::outputs, outputs_schema},
    {"sources", k_optional,
     "Files and folders that belong to the definition and stand in the working folder; as a mapping, "
     "destination: origin.",
     &TaskKeys::sources, sources_schema},
    {"command", k_optional,
     "The program and its arguments; $inputs.x, $outputs.x and $(inputs.x) act, and so do {if: EXPR, args: "
     "[…]} and {each: $list, args: […]}.",
     &TaskKeys::command, command_schema},
    {"script", k_optional, "A script for the shell; inputs and outputs are environment variables.",
     &TaskKeys::script, script_schema},
    {"shell", k_optional, "What runs the script; [sh, -eu] if absent.", &TaskKeys::shell, shell_schema},
    {"env", k_optional, "Further environment variables; $inputs.x and $(inputs.x) act.", &TaskKeys::env,
     env_schema},
    {"secrets", k_optional, "Variables with the values of secrets: {VARIABLE: secret}, or {VARIABLE: {name, version}}.",
     &TaskKeys::secrets, secrets_schema},
    {"partitions", k_optional,
     "Inputs whose values artifacts of the task are found by: int, bool, string, enum, datetime, duration.",
     &TaskKeys::partitions, names_schema},
    {"cache", k_optional, "false, or how results are reused.", &TaskKeys::cache, cache_schema},
    {"dynamic", k_optional,
     "true: what the task makes is a definition, written to $definition, which is checked and run in its place "
     "and gives the outputs.",
     &TaskKeys::dynamic, boolean_schema},
    {"checkpoint", k_optional,
     "true: the folder $WF_CHECKPOINT is kept from one attempt to the next, also of a run that recovers this one.",
     &TaskKeys::checkpoint, boolean_schema},
    {"sandbox", k_optional,
     "How far it is kept from what it has not declared: none, paths or full, or {level, read, write, network}; none if "
     "absent.",
     &TaskKeys::sandbox, sandbox_schema},
    {"image", k_optional,
     "The image of the container that it runs in, such as python:3.12-slim; part of the cache key, as what it is then.",
     &TaskKeys::image, image_schema},
    {"network", k_optional, "true: in a container it has the network of the engine; false if absent.",
     &TaskKeys::network, boolean_schema},
    k_retries_field<TaskKeys>,
    k_retry_field<TaskKeys>,
    k_timeout_field<TaskKeys>,
    k_resources_field<TaskKeys>,
    k_interruptible_field<TaskKeys>,
    k_pools_field<TaskKeys>,
};

constexpr Field<SecretKeys> k_secret_fields[] = {
    {"name", k_required, "The secret, as the machine knows it.", &SecretKeys::name, workflow_name_schema},
    {"version", k_optional, "Changes when the value does and results are not to be reused; part of the cache key.",
     &SecretKeys::version, text_schema},
};

constexpr Field<SandboxKeys> k_sandbox_fields[] = {
    {"level", k_required, "none, paths or full.", &SandboxKeys::level, sandbox_level_schema},
    {"read", k_optional, "Files and folders of the machine that it may read, as absolute paths.", &SandboxKeys::read,
     absolute_paths_schema},
    {"write", k_optional, "Those that it may change, too.", &SandboxKeys::write, absolute_paths_schema},
    {"network", k_optional, "true: it has the network under full, too; false if absent.", &SandboxKeys::network,
     boolean_schema},
};

constexpr Field<RetryKeys> k_retry_fields[] = {
    {"on_exit", k_optional,
     "The exit codes that are followed by another attempt; all but 126 and 127 if absent.",
     &RetryKeys::on_exit, exit_codes_schema},
    {"base", k_optional, "The wait before the second attempt; 1s if absent.", &RetryKeys::base, wait_schema},
    {"factor", k_optional, "How much longer each is; 2 if absent.", &RetryKeys::factor, factor_schema},
    {"cap", k_optional, "The longest wait; 5m if absent, or base where that is longer.", &RetryKeys::cap,
     wait_schema},
    {"jitter", k_optional, "The part that is left to chance; 0.5 if absent.", &RetryKeys::jitter,
     ratio_schema},
    {"system", k_optional, "Retries after failures that are not its own; 3 if absent.", &RetryKeys::system,
     natural_schema},
    {"escalate", k_optional, "How much more of a resource each further attempt has, such as {memory: 2}.",
     &RetryKeys::escalate, escalation_schema},
};

constexpr Field<ResourceKeys> k_resource_fields[] = {
    {"cpu", k_optional, "Processors: 2, 0.5 or 500m.", &ResourceKeys::cpu, processors_schema},
    {"memory", k_optional, "Bytes of memory: 512Mi, 2G.", &ResourceKeys::memory, bytes_schema},
    {"gpu", k_optional, "Whole graphics processors, which CUDA_VISIBLE_DEVICES names.", &ResourceKeys::gpu, natural_schema},
    {"scratch", k_optional, "Bytes in the working folder.", &ResourceKeys::scratch, bytes_schema},
    {"limits", k_optional, "How much it may take at most; as much as there is if absent.", &ResourceKeys::limits,
     limits_schema},
};

constexpr Field<AmountKeys> k_limit_fields[] = {
    {"cpu", k_optional, "Processors that it runs on at most.", &AmountKeys::cpu, processors_schema},
    {"memory", k_optional, "Bytes of memory; with more it is ended.", &AmountKeys::memory, bytes_schema},
    {"scratch", k_optional, "Bytes of any file that it writes.", &AmountKeys::scratch, bytes_schema},
};

constexpr Field<AmountKeys> k_escalation_fields[] = {
    {"cpu", k_optional, "The factor for processors.", &AmountKeys::cpu, factor_schema},
    {"memory", k_optional, "The factor for memory.", &AmountKeys::memory, factor_schema},
    {"scratch", k_optional, "The factor for scratch.", &AmountKeys::scratch, factor_schema},
};

constexpr Field<TimeoutKeys> k_timeout_fields[] = {
    {"attempt", k_optional, "How long one attempt may take.", &TimeoutKeys::attempt, duration_schema},
    {"total", k_optional, "How long it may take from its first attempt, with all others and the waits between them.",
     &TimeoutKeys::total, duration_schema},
    {"queue", k_optional, "How long it may wait for its first attempt once all that it needs is there.",
     &TimeoutKeys::queue, duration_schema},
};

constexpr Field<CacheKeys> k_cache_fields[] = {
    {"version", k_optional, "Part of the cache key: another text makes earlier results unused.",
     &CacheKeys::version, text_schema},
    {"ignore", k_optional, "What is left out of the cache key.", &CacheKeys::ignore, ignore_schema},
    {"allow_empty", k_optional, "true: a task without outputs is cached too.", &CacheKeys::allow_empty,
     boolean_schema},
};

constexpr Field<IgnoreKeys> k_ignore_fields[] = {
    {"inputs", k_optional, "Inputs whose values do not count.", &IgnoreKeys::inputs, names_schema},
    {"parts", k_optional, "Parts of the task that do not count.", &IgnoreKeys::parts, parts_schema},
};

constexpr Field<ConditionalKeys> k_conditional_fields[] = {
    {"if", k_required,
     "An expression that is true or false, over the task's inputs: inputs.verbose. When it is false there "
     "are no arguments.",
     &ConditionalKeys::condition, condition_schema},
    {"args", k_required, "The arguments when it is true.", &ConditionalKeys::args, command_schema},
};

constexpr Field<RepeatedKeys> k_repeated_fields[] = {
    {"each", k_required,
     "A reference to a list or map of the task, or one inside: $inputs.files. A map has entries, with key "
     "and value.",
     &RepeatedKeys::list, reference_schema},
    {"args", k_required, "The arguments for each element, which is $each, $each.field or $(each…) in them.",
     &RepeatedKeys::args, command_schema},
};

constexpr Field<NodeKeys> k_node_doc_field{"description", k_optional,
                                           "What the node is for. Not part of the version.",
                                           &NodeKeys::description, text_schema};
constexpr Field<NodeKeys> k_node_task_field{"task", k_optional,
                                            "The task to run, or one of another version: NAME#TASK@VERSION, "
                                            "which 'wf lock' pins in wf.lock.",
                                            &NodeKeys::task, task_name_schema};
constexpr Field<NodeKeys> k_node_workflow_field{
    "workflow", k_optional,
    "Instead of a task the workflow to run: the path of its definition, relative to this one, or "
    "[project/domain/]name@version, which 'wf lock' pins in wf.lock.",
    &NodeKeys::workflow, script_schema};
constexpr Field<NodeKeys> k_node_with_field{
    "with", k_optional, "What its inputs are given: literals, $inputs.x, $node.output, by input.",
    &NodeKeys::with, bindings_schema};

constexpr Field<NodeKeys> k_node_fields[] = {
    k_node_doc_field,
    k_node_task_field,
    k_node_workflow_field,
    {"switch", k_optional,
     "Instead of a task a list of cases, of which the first is run whose 'when' is true; the last one has none.",
     &NodeKeys::cases, cases_schema},
    {"gate", k_optional, "Instead of a task what the node waits for.", &NodeKeys::gate, gate_schema},
    k_node_with_field,
    {"map", k_optional, "Lists: it runs once for each element, and its outputs become lists.",
     &NodeKeys::map, bindings_schema},
    {"each", k_optional, "How a map goes through its elements.", &NodeKeys::each, each_schema},
    {"after", k_optional, "Nodes to wait for, besides those that are referred to.", &NodeKeys::after,
     names_schema},
    {"run_if", k_optional,
     "How the nodes before it have to end: all_success, all_done, or any_failed; all_success if absent. With "
     "the others, what it takes from nodes may be null.",
     &NodeKeys::run_if, run_if_schema},
    {"when", k_optional,
     "An expression that is true or false, over inputs and outputs of other nodes: best.accuracy > 0.9. When "
     "it is false the node is skipped.",
     &NodeKeys::when, condition_schema},
    k_retries_field<NodeKeys>,
    k_retry_field<NodeKeys>,
    k_timeout_field<NodeKeys>,
    k_resources_field<NodeKeys>,
    k_interruptible_field<NodeKeys>,
    k_pools_field<NodeKeys>,
};

constexpr Field<NodeKeys> k_case_fields[] = {
    {"when", k_optional, "When it is run: an expression that is true or false. The last case has none.",
     &NodeKeys::when, condition_schema},
    k_node_task_field,
    k_node_workflow_field,
    k_node_with_field,
    {"fail", k_optional, "Of a last case that runs nothing: the message with which the node fails.",
     &NodeKeys::fail, script_schema},
};

constexpr Field<NodeKeys> k_hook_fields[] = {k_node_doc_field, k_node_task_field, k_node_workflow_field,
                                             k_node_with_field};

constexpr Field<GateKeys> k_gate_fields[] = {
    {"approve", k_optional, "What somebody has to approve, with 'wf signal'; a text.", &GateKeys::approve,
     text_schema},
    {"signal", k_optional, "The type of a value that somebody gives, with 'wf signal'; the output 'value'.",
     &GateKeys::signal, type_schema},
    {"sleep", k_optional, "How long it waits: 30s, 2h, $inputs.wait.", &GateKeys::sleep, sleep_schema},
    {"timeout", k_optional, "How long it waits before it fails; for ever if absent.", &GateKeys::timeout,
     duration_schema},
};

constexpr Field<EachKeys> k_each_fields[] = {
    {"parallelism", k_optional, "Elements that run at the same time; as many as the run allows if absent.",
     &EachKeys::parallelism, positive_schema},
    {"min_success", k_optional,
     "How many elements have to succeed; the outputs of the others are null. All if absent.",
     &EachKeys::min_success, natural_schema},
    {"min_success_ratio", k_optional,
     "What part of the elements has to succeed, rounded up: an exact decimal from 0 to 1 of at most 9 digits.",
     &EachKeys::min_success_ratio, ratio_schema},
    {"stop_early", k_optional, "true: the other elements are stopped when enough have succeeded.",
     &EachKeys::stop_early, boolean_schema},
    {"combine", k_optional,
     "Elements of several lists: side by side (zip), or each with each (product: by the names of the inputs, "
     "the last one fastest); zip if absent.",
     &EachKeys::combine, combine_schema},
};

}  // namespace

const Record<WorkflowKeys>& workflow_record() {
  static constexpr Record<WorkflowKeys> k_record{"a definition", "A workflow of wf, format v1.",
                                                 k_workflow_fields};
  return k_record;
}

const Record<PortKeys>& input_record() {
  static constexpr Record<PortKeys> k_record{"an input", "An input in its long form.", k_input_fields};
  return k_record;
}

const Record<PortKeys>& output_record() {
  static constexpr Record<PortKeys> k_record{"an output", "An output in its long form.", k_output_fields};
  return k_record;
}

const Record<TaskKeys>& task_record() {
  static constexpr Record<TaskKeys> k_record{"a task", "A command or script with a typed interface.",
                                             k_task_fields};
  return k_record;
}

const Record<CacheKeys>& cache_record() {
  static constexpr Record<CacheKeys> k_record{"'cache'", "How results are reused.", k_cache_fields};
  return k_record;
}

const Record<IgnoreKeys>& ignore_record() {
  static constexpr Record<IgnoreKeys> k_record{"'ignore'", "What the cache key leaves out.", k_ignore_fields};
  return k_record;
}

const Record<ConditionalKeys>& conditional_record() {
  static constexpr Record<ConditionalKeys> k_record{
      "a conditional argument", "Arguments of a command under a condition.", k_conditional_fields};
  return k_record;
}

const Record<RepeatedKeys>& repeated_record() {
  static constexpr Record<RepeatedKeys> k_record{
      "a repeated argument", "Arguments of a command for each element.", k_repeated_fields};
  return k_record;
}

const Record<NodeKeys>& node_record() {
  static constexpr Record<NodeKeys> k_record{"a node", "One step of the workflow.", k_node_fields};
  return k_record;
}

const Record<NodeKeys>& case_record() {
  static constexpr Record<NodeKeys> k_record{"a case", "One of the things that a node may run.", k_case_fields};
  return k_record;
}

const Record<NodeKeys>& hook_record() {
  static constexpr Record<NodeKeys> k_record{"what is run at the end", "What is run after all nodes.",
                                             k_hook_fields};
  return k_record;
}

const Record<GateKeys>& gate_record() {
  static constexpr Record<GateKeys> k_record{"'gate'", "What a node waits for.", k_gate_fields};
  return k_record;
}

const Record<RetryKeys>& retry_record() {
  static constexpr Record<RetryKeys> k_record{"'retry'", "When it is tried again.", k_retry_fields};
  return k_record;
}

const Record<SandboxKeys>& sandbox_record() {
  static constexpr Record<SandboxKeys> k_record{"'sandbox'", "What a task is kept from.", k_sandbox_fields};
  return k_record;
}

const Record<ResourceKeys>& resource_record() {
  static constexpr Record<ResourceKeys> k_record{"'resources'", "What of the machine an attempt needs.", k_resource_fields};
  return k_record;
}

const Record<AmountKeys>& limit_record() {
  static constexpr Record<AmountKeys> k_record{"'limits'", "How much an attempt may take.", k_limit_fields};
  return k_record;
}

const Record<AmountKeys>& escalation_record() {
  static constexpr Record<AmountKeys> k_record{"'escalate'", "How much more each further attempt has.", k_escalation_fields};
  return k_record;
}

const Record<ConcurrencyKeys>& concurrency_record() {
  static constexpr Record<ConcurrencyKeys> k_record{"'concurrency'", "How many runs go on at the same time.",
                                                    k_concurrency_fields};
  return k_record;
}

const Record<SecretKeys>& secret_record() {
  static constexpr Record<SecretKeys> k_record{"a secret", "A secret, and what of it counts for reuse.", k_secret_fields};
  return k_record;
}

const Record<TimeoutKeys>& timeout_record() {
  static constexpr Record<TimeoutKeys> k_record{"'timeout'", "How long it may take.", k_timeout_fields};
  return k_record;
}

const Record<EachKeys>& each_record() {
  static constexpr Record<EachKeys> k_record{"'each'", "How a map goes through its elements.", k_each_fields};
  return k_record;
}

std::span<const std::string_view> cache_parts() { return k_parts; }

}  // namespace wf
