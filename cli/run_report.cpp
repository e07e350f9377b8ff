#include "cli/run_report.hpp"

#include <functional>

#include "cli/annotations.hpp"
#include "cli/junit.hpp"
#include "cli/output.hpp"
#include "cli/report_file.hpp"
#include "cli/results.hpp"
#include "cli/run_page.hpp"
#include "cli/run_views.hpp"
#include "core/base/file.hpp"
#include "core/base/json_members.hpp"
#include "core/base/style.hpp"
#include "core/base/text.hpp"
#include "core/base/time.hpp"
#include "core/engine/codes.hpp"
#include "core/registry/versions.hpp"

namespace wf::cli {

namespace {

Json failure_json(const FailureReport& failure) {
  Json json = Json::object();
  add_node(json, failure.execution.node, failure.execution.element);
  json.add("cause", cause_json(failure.cause)).add("attempts", failure.attempts);
  json.add("folder", or_null(failure.folder)).add("stdout", or_null(failure.stdout_path));
  json.add("stderr", or_null(failure.stderr_path)).add("command", or_null(failure.manual_command));
  // Tasks write whatever bytes they like; JSON text is UTF-8.
  return json.add("stderr_tail", list_json(failure.stderr_tail, [](const std::string& line) {
                    return Json(escape_terminal(line));
                  }));
}

// The run as everywhere, what this command did for it, and what failed meanwhile.
Json summary_json(Store& store, const RunRecord& run, const RunSummary& summary, bool stub) {
  const RunProgress& progress = summary.progress;
  Json did = Json::object();
  did.add("ran", progress.ran).add("reused", progress.reused).add("done_before", progress.resumed);
  did.add("recovered", progress.recovered);
  did.add("failed", progress.failed).add("aborted", progress.aborted).add("skipped", progress.skipped);
  Json json = run_json(read_run(store.database(), run.key));
  json.add("stub", bool{stub}).add("this_time", std::move(did)).add("outputs", outputs_json(summary.outputs));
  return json.add("failures", list_json(summary.failures, failure_json));
}

// In a run that succeeded without it, a failure is worth a warning.
std::string failure_text(const RunRecord& run, const FailureReport& failure, const ReportOptions& options) {
  const std::string& message = failure.cause.at("message").as_string();
  std::string word =
      run.state == RunState::succeeded ? styled(Style::caution, "warning:") : styled(Style::bad, "error:");
  std::string tried = failure.attempts > 1 ? cat(", the last of ", failure.attempts, " attempts") : "";
  std::string out = cat("wf: ", word, " ", failure.execution.text(), ": ", escape_terminal(message), tried, " [",
                        failure.cause.at("code").as_string(), "]\n");
  if (!failure.stderr_tail.empty()) out += "  the last lines of its stderr:\n";
  for (const std::string& line : failure.stderr_tail) out += cat("    ", escape_terminal(line), "\n");
  if (failure.folder.empty() || options.stub) return out;
  // A shell may take t[1] for a pattern.
  std::string node = failure.execution.text();
  if (node.find('[') != std::string::npos) node = cat("'", node, "'");
  std::string which = cat(run.key.id.text(), " ", node, "\n");
  return cat(out, "  folder: ", escape_terminal(failure.folder), "\n  logs:   wf logs ", which,
             "  again:  wf debug --start ", which);
}

std::string failures_text(const RunRecord& run, const std::vector<FailureReport>& failures,
                          const ReportOptions& options) {
  constexpr std::size_t k_most = 10;
  std::string out;
  for (std::size_t i = 0; i < failures.size() && i < k_most; ++i) out += failure_text(run, failures[i], options);
  if (failures.size() <= k_most) return out;
  return out + cat("wf: and ", failures.size() - k_most, " more failures: wf show ", run.key.id.tail(), "\n");
}

// Of a run that has failed as a whole, and not by one of its nodes.
std::string own_failure_text(const RunSummary& summary) {
  if (summary.state != RunState::failed || blamed_node(summary.cause)) return {};
  return cat("wf: ", styled(Style::bad, "error:"), " ", cause_text(summary.cause), " [", cause_code(summary.cause, ""),
             "]\n");
}

std::string counts_text(RunState state, const RunProgress& progress) {
  std::string text = list_counts({{progress.ran, "ran"},
                                  {progress.reused, "reused"},
                                  {progress.resumed, "done before"},
                                  {progress.recovered, "recovered"},
                                  {progress.failed, "failed"},
                                  {progress.aborted, "aborted"},
                                  {progress.skipped, "skipped"}});
  if (!text.empty()) return text;
  return state == RunState::succeeded ? "nothing to do" : "nothing was begun";
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

std::string human_text(const Context& context, const RunRecord& run, const RunSummary& summary,
                       const ReportOptions& options) {
  std::int64_t ended = run.ended_us.value_or(context.clock.wall_us());
  std::string name = options.stub ? "stub run" : cat("run ", run.key.id.text());
  return cat(name, " of ", run.workflow, "@", run.version.short_hex(), " ",
             styled_state(run_state_name(summary.state)), " in ", human_duration_us(ended - run.created_us),
             ": ", counts_text(summary.state, summary.progress), "\n", outputs_text(summary));
}

// The definition that was run: its path as seen from here, and its text.
std::pair<std::string, std::string> definition_of(Store& store, const RunInfo& run) {
  std::optional<RegistrationEntry> entry =
      find_registration(store.database(), {run.key.project, run.key.domain}, run.workflow, run.registration);
  if (!entry) return {};
  std::string here = absolute_path(".") + '/';
  const std::string& path = entry->source_path;
  return {path.starts_with(here) ? path.substr(here.size()) : path, store.blobs().read(entry->source)};
}

Annotation run_annotation(const std::optional<Json>& cause, const std::string& lead, Place place) {
  return {Severity::error, cause_code(cause, "run"), std::move(place),
          cat(lead, ": ", cause ? cause_text(*cause) : "no cause is recorded")};
}

// One for each failed execution, at the line of its node; of what failed without one, the cause of the run.
std::vector<Annotation> run_annotations(Store& store, const RunPage& page) {
  std::vector<Annotation> annotations;
  if (page.info.state == "succeeded") return annotations;
  auto [path, text] = definition_of(store, page.info);
  Place whole;
  whole.file = path;
  for (const NodeInfo& node : page.nodes) {
    if (node.state != "failed") continue;
    // What is inside a workflow that a node runs is shown at that node.
    std::string outermost = node.path.node.substr(0, node.path.node.find_first_of(".["));
    Place place = place_of_node(path, text, outermost).value_or(whole);
    annotations.push_back(run_annotation(node.cause, cat("node ", node.path.text(), " failed"), place));
  }
  if (annotations.empty())
    annotations.push_back(run_annotation(page.info.cause, cat("the run ", page.info.state), whole));
  return annotations;
}

// What is written after a run. Each part is tried, whatever becomes of the others.
class Aftermath {
 public:
  void attempt(const std::function<void()>& part) {
    try {
      part();
    } catch (const Error& error) {
      failures_.push_back(error);
    }
  }
  const std::vector<Error>& failures() const { return failures_; }

 private:
  std::vector<Error> failures_;
};

void say_for_people(const Context& context, const ReportOptions& options, const std::string& text) {
  // Annotations have stdout to themselves.
  options.annotations.empty() ? print_styled(context, text, Paging::never)
                              : print_error_styled(context, text);
}

void write_outputs(const Context& context, Store& store, const Workflow& workflow, const RunSummary& summary,
                   const ReportOptions& options) {
  if (!options.out || summary.state != RunState::succeeded) return;
  write_results(*options.out, workflow, summary.outputs, store.blobs(),
                options.force ? Overwrite::force : Overwrite::never);
  if (context.is_format("table"))
    say_for_people(context, options, cat("  written to ", escape_terminal(*options.out), "/\n"));
}

void print_annotations(Store& store, const RunKey& run, const std::vector<Error>& failures,
                       const std::string& style) {
  if (style.empty()) return;
  std::vector<Annotation> annotations = run_annotations(store, read_run_page(store, run));
  for (const Error& error : failures) annotations.push_back(annotation_of(error));
  print(render_annotations(style, annotations));
}

// A run that came to a bad end keeps its exit status; a good one has not kept what was asked of it.
Exit exit_after(const Context& context, const RunSummary& summary, const std::vector<Error>& failures) {
  bool throws = summary.state == RunState::succeeded && !failures.empty();
  for (std::size_t i = throws ? 1 : 0; i < failures.size(); ++i)
    print_failure(context, context.globals.format, failures[i]);
  if (throws) throw AnnotatedError(failures.front());
  return exit_of(summary.state, summary.cause);
}

}  // namespace

Exit exit_of(RunState state, const Json& cause) {
  if (state == RunState::succeeded) return Exit::ok;
  if (state == RunState::aborted) return Exit::aborted;
  bool late = cause_code(cause, "") == codes::k_workflow_timeout.id && !blamed_node(cause);
  return late ? Exit::timed_out : Exit::run_failed;
}

std::vector<Option> report_options(ReportOptions& report) {
  return {
      {"--out", "DIR", "write the outputs there, and outputs.json last", &report.out},
      {"--force", "", "let --out replace files that differ", &report.force},
      {"--junit", "FILE", "write the run as JUnit XML, a test case for each node execution", &report.junit},
      annotations_option(report.annotations),
      {"--detach", "", "go on in the background: print the run's id once it is registered, and return",
       &report.detach}};
}

Exit report_run(const Context& context, Store& store, const RunRecord& run, const Workflow& workflow,
                const RunSummary& summary, const ReportOptions& options) {
  bool human = context.is_format("table");
  if (human)
    print_error_styled(context, own_failure_text(summary) + failures_text(run, summary.failures, options));
  // First of all the run's own result: files in the way of --out do not make it another.
  if (human)
    say_for_people(context, options, human_text(context, run, summary, options));
  else
    print_object(context, "", summary_json(store, run, summary, options.stub));
  Aftermath after;
  after.attempt([&] { write_outputs(context, store, workflow, summary, options); });
  after.attempt([&] {
    if (options.junit)
      write_report(*options.junit, junit_text(store, read_run_page(store, run.key)));
  });
  print_annotations(store, run.key, after.failures(), options.annotations);
  return exit_after(context, summary, after.failures());
}

}  // namespace wf::cli
