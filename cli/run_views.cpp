#include "cli/run_views.hpp"

#include <algorithm>

#include "cli/explain_words.hpp"
#include "cli/output.hpp"
#include "core/base/json_members.hpp"
#include "core/base/text.hpp"
#include "core/base/time.hpp"
#include "core/definition/value.hpp"
#include "core/lineage/tree_text.hpp"

namespace wf::cli {

namespace {

// "alive", "dead" or "elsewhere" of a run that goes on, else "done".
std::string_view driver_word(const RunInfo& run) {
  if (run.state != "running") return "done";
  if (run.undriven) return "dead";
  return state_of(*run.driver) == DriverState::elsewhere ? "elsewhere" : "alive";
}

Json driver_json(const RunInfo& run) {
  if (!run.driver) return {};
  Json json = Json::object();
  json.add("state", driver_word(run)).add("host", run.driver->host);
  return json.add("pid", run.driver->pid).add("platform", run.driver->platform);
}

Json plan_json(const RunInfo& run) {
  if (!run.plan) return {};
  return Json::object().add("name", run.plan->name).add("digest", run.plan->digest.text());
}

Json parent_json(const RunInfo& run) {
  if (!run.parent) return {};
  Json json = Json::object();
  json.add("run", run.parent->id.text()).add("relation", run.parent->relation);
  return json.add("again", list_json(run.parent->again));
}

Json counts_json(const NodeCounts& counts) {
  Json json = Json::object();
  json.add("running", counts.running)
      .add("waiting", counts.waiting)
      .add("ran", counts.succeeded)
      .add("reused", counts.reused);
  json.add("recovered", counts.recovered);
  json.add("failed", counts.failed).add("aborted", counts.aborted);
  return json.add("skipped", counts.skipped);
}

Json producer_json(const NodeInfo& node) {
  if (!node.producer) return {};
  Json json = Json::object();
  json.add("run", node.producer->id.text());
  add_node(json, node.produced_by.node, node.produced_by.element);
  return json;
}

}  // namespace

std::string version_text(const RunInfo& run) {
  std::string label = run.labels.empty() ? std::string() : cat(" (", run.labels.front(), ")");
  return run.version.short_hex() + label;
}

std::string counts_text(const NodeCounts& counts) {
  std::string text = list_counts({{counts.succeeded, "ran"},
                                  {counts.reused, "reused"},
                                  {counts.recovered, "recovered"},
                                  {counts.running, "running"},
                                  {counts.waiting, "waiting"},
                                  {counts.failed, "failed"},
                                  {counts.aborted, "aborted"},
                                  {counts.skipped, "skipped"}});
  return text.empty() ? "none" : text;
}

std::string cause_text(const Json& cause) {
  const Json* message = cause.find("message");
  bool text = message != nullptr && message->is_string();
  return escape_terminal(text ? message->as_string() : cause.compact(), Lines::multiline);
}

std::string cause_code(const std::optional<Json>& cause, const std::string& otherwise) {
  const Json* code = cause ? cause->find("code") : nullptr;
  return code != nullptr && code->is_string() ? code->as_string() : otherwise;
}

std::string run_cause_text(const Json& cause) {
  std::optional<NodePath> node = blamed_node(cause);
  return node ? cat(node->text(), ": ", cause_text(cause)) : cause_text(cause);
}

std::string why_waits(const RunInfo& run, const NodeInfo& node, const RunGaps& gaps) {
  const auto ready = gaps.ready.find(node.path);
  const bool has_run = !node.cause && (ready == gaps.ready.end() || ready->second.lost);
  const std::string before = node.cause ? cat("; it ", cause_text(*node.cause)) : "";
  if (run.undriven) return cat("for a driver: its own died", has_run ? " while it ran" : before);
  if (run.queued) return cat("for the turn of the run", has_run ? ": its driver died while it ran" : before);
  if (node.cause) return cause_text(*node.cause);
  if (ready == gaps.ready.end()) return {};
  return cat(lack_text(ready->second), has_run ? "; its driver died while it ran" : "");
}

std::string state_text(const RunInfo& run) {
  const std::string_view word = run.abort_asked ? "aborting" : std::string_view(run.state);
  if (run.undriven) return cat(word, ", driver dead");
  return run.queued && !run.abort_asked ? "queued" : std::string(word);
}

std::string took(std::int64_t from_us, const std::optional<std::int64_t>& to_us, std::int64_t now_us) {
  // Wall clocks may go back; nothing took less than no time.
  return human_duration_us(std::max<std::int64_t>(to_us.value_or(now_us) - from_us, 0));
}

Json run_json(const RunInfo& run) {
  Json json = Json::object();
  json.add("run", run.key.id.text());
  json.add("name", or_null(run.name));
  json.add("project", run.key.project);
  json.add("domain", run.key.domain);
  json.add("workflow", run.workflow);
  json.add("version", run.version.text());
  json.add("labels", list_json(run.labels));
  json.add("registration", run.registration);
  json.add("plan", plan_json(run));
  json.add("requested", run.requested);
  json.add("parent", parent_json(run));
  json.add("state", run.state);
  json.add("cause", cause_json(run.cause));
  json.add("abort_asked", or_null(run.abort_asked));
  json.add("started", format_wall_us(run.created_us));
  json.add("started_by", run.created_by);
  json.add("ended", time_or_null(run.ended_us));
  json.add("driver", driver_json(run));
  return json.add("counts", counts_json(run.counts));
}

Json run_row(const RunInfo& run, std::int64_t now_us) {
  Json row = Json::object();
  row.add("short", run.key.id.tail());
  row.add("workflow", run.workflow);
  row.add("version_short", version_text(run));
  row.add("state", state_text(run));
  row.add("started_short", short_time(run.created_us));
  row.add("took", took(run.created_us, run.ended_us, now_us));
  row.add("nodes_text", counts_text(run.counts));
  row.add("name", or_null(run.name));
  return row;
}

Json values_json(const std::vector<RunValue>& values) {
  Json json = Json::object();
  for (const RunValue& value : values) json.add(value.name, printed_value(value.type, value.value));
  return json;
}

Json execution_json(const NodeInfo& node) {
  Json json = Json::object();
  add_node(json, node.path.node, node.path.element);
  json.add("state", node.state);
  json.add("cause", cause_json(node.cause));
  json.add("attempts", node.attempts);
  json.add("started", format_wall_us(node.started_us));
  json.add("ended", time_or_null(node.ended_us));
  json.add("artifact", text_or_null(node.artifact));
  return json.add("producer", producer_json(node));
}

Json attempt_json(const AttemptInfo& attempt) {
  Json json = Json::object();
  add_node(json, attempt.path.node, attempt.path.element);
  json.add("attempt", attempt.attempt);
  json.add("name", attempt.name);
  json.add("executor", attempt.executor);
  json.add("image", attempt.image ? Json(*attempt.image) : Json());
  json.add("state", attempt.state);
  json.add("cause", cause_json(attempt.cause));
  json.add("started", format_wall_us(attempt.started_us));
  json.add("ended", time_or_null(attempt.ended_us));
  json.add("duration_us", attempt.duration_ns ? Json(*attempt.duration_ns / 1000) : Json());
  // What a signal ended has no exit code, and the other way round.
  json.add("exit_code", attempt.exit_code.value_or(-1) < 0 ? Json() : Json(*attempt.exit_code));
  json.add("signal", attempt.signal.value_or(0) == 0 ? Json() : Json(*attempt.signal));
  Json category = attempt.category.empty() ? Json() : Json(attempt.category);
  json.add("charged", attempt.delay_ns ? Json(attempt.charged) : Json());
  json.add("category", std::move(category));
  json.add("delay_us", attempt.delay_ns ? Json(*attempt.delay_ns / 1000) : Json());
  json.add("oom", bool{attempt.out_of_memory});
  json.add("memory_events", attempt.memory_events.value_or(Json()));
  json.add("max_rss_bytes", attempt.max_rss_bytes ? Json(*attempt.max_rss_bytes) : Json());
  json.add("cpu_us", attempt.cpu_us ? Json(*attempt.cpu_us) : Json());
  json.add("resources", attempt.resources.value_or(Json()));
  json.add("sandbox", attempt.sandbox.value_or(Json()));
  json.add("stdout", text_or_null(attempt.stdout_blob));
  return json.add("stderr", text_or_null(attempt.stderr_blob));
}

}  // namespace wf::cli
