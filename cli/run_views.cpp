#include "cli/run_views.hpp"

#include <algorithm>

#include "cli/output.hpp"
#include "core/base/text.hpp"
#include "core/base/time.hpp"
#include "core/lineage/tree_text.hpp"

namespace wf::cli {

namespace {

template <typename T>
Json optional(const std::optional<T>& value) {
  return value ? Json(*value) : Json();
}

Json optional_time(const std::optional<std::int64_t>& at_us) {
  return at_us ? Json(format_wall_us(*at_us)) : Json();
}

Json optional_digest(const std::optional<Digest>& digest) { return digest ? Json(digest->text()) : Json(); }

void add_path(Json& json, const NodePath& path) {
  json.add("node", path.node);
  json.add("element", path.element < 0 ? Json() : Json(path.element));
}

}  // namespace

std::string version_text(const RunInfo& run) {
  std::string label = run.labels.empty() ? std::string() : cat(" (", run.labels.front(), ")");
  return run.version.short_hex() + label;
}

std::string counts_text(const NodeCounts& counts) {
  std::string text = list_counts({{counts.succeeded, "ran"},
                                  {counts.reused, "reused"},
                                  {counts.running, "running"},
                                  {counts.failed, "failed"},
                                  {counts.aborted, "aborted"}});
  return text.empty() ? "none" : text;
}

std::string cause_text(const Json& cause) {
  const Json* message = cause.find("message");
  bool text = message != nullptr && message->is_string();
  return escape_terminal(text ? message->as_string() : cause.compact(), Lines::multiline);
}

std::string run_cause_text(const Json& cause) {
  const Json* node = cause.find("node");
  if (node == nullptr || !node->is_string()) return cause_text(cause);
  const Json* element = cause.find("element");
  bool mapped = element != nullptr && element->is_int();
  return cat(NodePath{node->as_string(), mapped ? element->as_int() : -1}.text(), ": ", cause_text(cause));
}

std::string took(std::int64_t from_us, const std::optional<std::int64_t>& to_us, std::int64_t now_us) {
  // Wall clocks may go back; nothing took less than no time.
  return human_duration_us(std::max<std::int64_t>(to_us.value_or(now_us) - from_us, 0));
}

Json run_json(const RunInfo& run) {
  Json labels = Json::array();
  for (const std::string& label : run.labels) labels.push(label);
  Json json = Json::object();
  json.add("run", run.key.id.text());
  json.add("project", run.key.project);
  json.add("domain", run.key.domain);
  json.add("name", optional(run.name));
  json.add("workflow", run.workflow);
  json.add("version", run.version.text());
  json.add("labels", labels);
  json.add("registration", run.registration);
  json.add("requested", run.requested);
  json.add("state", run.state);
  json.add("cause", run.cause ? *run.cause : Json());
  json.add("started", format_wall_us(run.created_us));
  json.add("ended", optional_time(run.ended_us));
  json.add("by", run.created_by);
  json.add("nodes", run.counts.to_json());
  return json;
}

Json run_row(const RunInfo& run, std::int64_t now_us) {
  Json row = Json::object();
  row.add("short", run.key.id.tail());
  row.add("workflow", run.workflow);
  row.add("version_short", version_text(run));
  row.add("state", run.state);
  row.add("started_short", short_time(run.created_us));
  row.add("took", took(run.created_us, run.ended_us, now_us));
  row.add("nodes_text", counts_text(run.counts));
  row.add("name", optional(run.name));
  return row;
}

Json value_json(const RunValue& value) {
  Json json = Json::object();
  json.add("name", value.name);
  json.add("type", value.type);
  json.add("value", value.value);
  if (!value.given.empty()) json.add("given", value.given);
  if (!value.given.empty()) json.add("source", value.source.empty() ? Json() : Json(value.source));
  return json;
}

Json node_json(const NodeInfo& node) {
  Json json = Json::object();
  add_path(json, node.path);
  json.add("state", node.state);
  json.add("attempts", node.attempts);
  json.add("started", format_wall_us(node.started_us));
  json.add("ended", optional_time(node.ended_us));
  json.add("artifact", node.artifact ? Json(node.artifact->text()) : Json());
  json.add("producer",
           node.producer ? Json(cat(node.producer->id.text(), "/", node.produced_by.text())) : Json());
  json.add("cause", node.cause ? *node.cause : Json());
  return json;
}

Json attempt_json(const AttemptInfo& attempt) {
  Json json = Json::object();
  add_path(json, attempt.path);
  json.add("attempt", attempt.attempt);
  json.add("name", attempt.name);
  json.add("executor", attempt.executor);
  json.add("state", attempt.state);
  json.add("started", format_wall_us(attempt.started_us));
  json.add("ended", optional_time(attempt.ended_us));
  json.add("duration_ns", optional(attempt.duration_ns));
  json.add("exit_code", optional(attempt.exit_code));
  json.add("signal", optional(attempt.signal));
  json.add("cause", attempt.cause ? *attempt.cause : Json());
  json.add("stdout", optional_digest(attempt.stdout_blob));
  json.add("stderr", optional_digest(attempt.stderr_blob));
  return json;
}

}  // namespace wf::cli
