#include "cli/run_report.hpp"

#include "cli/output.hpp"
#include "cli/results.hpp"
#include "core/base/style.hpp"
#include "core/base/text.hpp"
#include "core/base/time.hpp"

namespace wf::cli {

namespace {

Json failure_json(const FailureReport& failure) {
  Json json = Json::object();
  json.add("node", failure.execution.text()).add("cause", failure.cause);
  json.add("folder", failure.folder).add("stdout", failure.stdout_path).add("stderr", failure.stderr_path);
  json.add("command", failure.manual_command);
  Json tail = Json::array();
  // Tasks write whatever bytes they like; JSON text is UTF-8.
  for (const std::string& line : failure.stderr_tail) tail.push(escape_terminal(line));
  return json.add("stderr_tail", std::move(tail));
}

Json summary_json(const RunRecord& run, const RunSummary& summary) {
  Json json = Json::object();
  json.add("run", run.key.id.text()).add("name", run.name.empty() ? Json() : Json(run.name));
  json.add("project", run.key.project).add("domain", run.key.domain);
  json.add("workflow", run.workflow).add("version", run.version.text());
  json.add("state", run_state_name(summary.state)).add("cause", summary.cause);
  const RunProgress& progress = summary.progress;
  Json counts = Json::object();
  counts.add("ran", progress.ran).add("reused", progress.reused).add("resumed", progress.resumed);
  counts.add("failed", progress.failed).add("aborted", progress.aborted);
  json.add("nodes", std::move(counts)).add("outputs", outputs_json(summary.outputs));
  Json failures = Json::array();
  for (const FailureReport& failure : summary.failures) failures.push(failure_json(failure));
  return json.add("failures", std::move(failures));
}

std::string failure_text(const RunRecord& run, const FailureReport& failure) {
  const std::string& message = failure.cause.at("message").as_string();
  std::string out = cat("wf: ", styled(Style::bad, "error:"), " ", failure.execution.text(), ": ",
                        escape_terminal(message), " [", failure.cause.at("code").as_string(), "]\n");
  if (!failure.stderr_tail.empty()) out += "  the last lines of its stderr:\n";
  for (const std::string& line : failure.stderr_tail) out += cat("    ", escape_terminal(line), "\n");
  if (failure.folder.empty()) return out;
  // A shell may take t[1] for a pattern.
  std::string node = failure.execution.text();
  if (failure.execution.element >= 0) node = cat("'", node, "'");
  out += cat("  folder:  ", failure.folder, "\n");
  out += cat("  logs:    wf logs ", run.key.id.text(), " ", node, "\n");
  out += cat("  by hand: ", escape_terminal(failure.manual_command), "\n");
  return out;
}

std::string counts_text(const RunProgress& progress) {
  std::string text = list_counts({{progress.ran, "ran"},
                                  {progress.reused, "reused"},
                                  {progress.resumed, "done before"},
                                  {progress.failed, "failed"},
                                  {progress.aborted, "aborted"}});
  return text.empty() ? "nothing to do" : text;
}

std::string outputs_text(const RunSummary& summary) {
  std::string out;
  Json json = outputs_json(summary.outputs);
  std::size_t width = 0;
  for (const auto& [name, value] : json.as_object()) width = std::max(width, name.size());
  for (const auto& [name, value] : json.as_object()) {
    std::string text = value.is_string() ? value.as_string() : value.compact();
    if (text.size() > 200) text = cat(text.substr(0, 200), "…");
    out += cat("  ", name, std::string(width - name.size() + 2, ' '), escape_terminal(text), "\n");
  }
  return out;
}

std::string human_text(const Context& context, const RunRecord& run, const RunSummary& summary) {
  std::int64_t ended = run.ended_us.value_or(context.clock.wall_us());
  return cat("run ", run.key.id.text(), " of ", run.workflow, "@", run.version.short_hex(), " ",
             styled_state(run_state_name(summary.state)), " in ", human_duration_us(ended - run.created_us),
             ": ", counts_text(summary.progress), "\n", outputs_text(summary));
}

Exit exit_of(RunState state) {
  if (state == RunState::succeeded) return Exit::ok;
  return state == RunState::aborted ? Exit::aborted : Exit::run_failed;
}

}  // namespace

Exit report_run(const Context& context, Store& store, const RunRecord& run, const Workflow& workflow,
                const RunSummary& summary, const ReportOptions& options) {
  bool human = context.is_format("table");
  for (const FailureReport& failure : summary.failures) {
    if (human) print_error_styled(context, failure_text(run, failure));
  }
  // First of all the run's own result: files in the way of --out do not make it another.
  if (human)
    print_styled(context, human_text(context, run, summary), Paging::never);
  else
    print_object(context, "", summary_json(run, summary));
  if (options.out && summary.state == RunState::succeeded) {
    write_results(*options.out, workflow, summary.outputs, store.blobs(),
                  options.force ? Overwrite::force : Overwrite::never);
    if (human) print(cat("  written to ", escape_terminal(*options.out), "/\n"));
  }
  return exit_of(summary.state);
}

}  // namespace wf::cli
