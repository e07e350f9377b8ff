#include "cli/report/page.hpp"

#include <algorithm>
#include <map>

#include "cli/attempt_evidence.hpp"
#include "cli/attempt_log.hpp"
#include "cli/explain_words.hpp"
#include "cli/report/page_parts.hpp"
#include "cli/report/run_diagrams.hpp"
#include "cli/report/task_files.hpp"
#include "cli/run_views.hpp"
#include "cli/sandbox_words.hpp"
#include "core/base/error.hpp"
#include "core/base/json_members.hpp"
#include "core/base/text.hpp"
#include "core/base/time.hpp"
#include "core/catalog/reference.hpp"
#include "core/drawing/page.hpp"
#include "core/lineage/tree_text.hpp"

namespace wf::cli {

namespace {

constexpr std::size_t k_most_failures = 50;  // that are told with the end of their logs

class PageData {
 public:
  PageData(Store& store, History& history, const RunAccount& account)
      : store_(&store), history_(&history), account_(&account), run_(&account.page.info) {
    for (const GateRow& gate : account.gates) gates_.emplace(gate.node, &gate);
  }

  Json json(const RunDiagrams& diagrams) {
    Json json = Json::object();
    json.add("state", run_->abort_asked ? Json("aborting") : Json(run_->state));
    json.add("summary", summary()).add("about", about());
    json.add("until", since(account_->until_us)).add("goes_on", !run_->ended_us);
    json.add("cause", run_->cause ? Json(run_cause_text(*run_->cause))
                                : run_->abort_asked ? Json(as_text(*run_->abort_asked)) : Json());
    json.add("claims",
             list_json(account_->drivers, [&](const DriverInfo& one) { return since(one.claimed_us); }));
    json.add("executions",
             list_json(account_->executions, [&](const Execution& one) { return execution(one); }));
    json.add("frames", list_json(account_->frames, [&](const RunFrame& one) { return frame(one); }));
    json.add("not_begun", list_json(absent_groups(account_->page.gaps), [&](const auto& one) { return absent(one); }));
    json.add("critical_path", positions(account_->critical_path));
    add_failures(json);
    json.add("inputs", values(account_->page.inputs, k_run_inputs));
    json.add("outputs", values(account_->page.outputs, k_run_outputs));
    json.add("graphs", list_json(diagrams.drawn, graph)).add("graphs_left_out", size(diagrams.left_out));
    json.add("task_files", task_files_json(store_->blobs(), task_files_of(store_->database(), *account_)));
    return json.add("commands", commands());
  }

 private:
  static Json size(std::size_t count) { return static_cast<std::int64_t>(count); }
  // Microseconds since the run was made.
  std::int64_t since(std::int64_t at_us) const { return at_us - run_->created_us; }
  std::string scope_options() const { return cat(" -p ", run_->key.project, " -d ", run_->key.domain); }

  static Json positions(const std::vector<std::size_t>& all) {
    return list_json(all, [](std::size_t position) { return size(position); });
  }

  std::string summary() const {
    std::string text = cat(counts_text(run_->counts), " · ", took(run_->created_us, account_->until_us, 0));
    return run_->ended_us ? text : cat(text, " up to ", short_time(account_->until_us));
  }

  Json about() const {
    Json rows = Json::array();
    auto put = [&](std::string_view name, const std::string& text) {
      if (!text.empty()) rows.push(Json::array().push(name).push(as_text(text)));
    };
    put("run", run_->key.id.text());
    put("name", run_->name.value_or(""));
    put("workflow", run_->workflow);
    put("version",
        cat(run_->version.text(), run_->labels.empty() ? "" : cat("  (", join(run_->labels, ", "), ")")));
    put("asked for as", run_->requested);
    if (run_->plan) put("launch plan", cat(run_->plan->name, "@", run_->plan->digest.short_hex()));
    if (run_->parent)
      put(run_->parent->relation == "recovery" ? "recovers" : "rerun of", run_->parent->id.text());
    put("project", cat(run_->key.project, "/", run_->key.domain));
    put("started", cat(format_wall_us(run_->created_us), " by ", run_->created_by));
    put("ended", run_->ended_us ? format_wall_us(*run_->ended_us) : "not yet");
    for (const DriverInfo& driver : account_->drivers)
      put(driver.fence == 1 ? "driven" : "taken over",
          cat("from ", format_wall_us(driver.claimed_us), " on ", driver.host, " (", driver.platform,
              "), process ", driver.pid, ", wf ", driver.wf_version));
    for (const auto& [key, value] : run_->settings.as_object())
      put(cat("setting ", key), value.is_null() ? "" : setting_text(value));
    return rows;
  }

  static std::string setting_text(const Json& value) {
    if (!value.is_object()) return value.is_string() ? value.as_string() : value.compact();
    std::vector<std::string> members;
    for (const auto& [key, member] : value.as_object())
      if (!member.is_null()) members.push_back(cat(key, "=", setting_text(member)));
    return join(members, " ");
  }

  // "approve \"Release 0.93?\": approved by ada@laptop, looks good"
  static std::string gate_text(const GateRow& gate) {
    std::string text = gate.kind;
    if (!gate.message.empty()) text += cat(" \"", gate.message, "\"");
    return cat(text, ": ", gate.answer ? answer_text(gate) : "no answer");
  }

  // Members that are null or usual are left out: there may be very many of these.
  Json execution(const Execution& one) const {
    const NodeInfo& node = one.info;
    Json json = Json::object();
    json.add("node", node.path.node).add("state", node.state);
    if (node.path.element >= 0) json.add("element", node.path.element);
    json.add("start", since(node.started_us)).add("end", since(one.end_us)).add("ready", since(one.ready_us));
    if (!one.task.empty()) json.add("task", one.task);
    if (one.is_critical) json.add("critical", true);
    if (node.producer) json.add("made_by", cat(node.producer->id.text(), "/", node.produced_by.text()));
    if (node.key) json.add("key", node.key->hex());
    if (node.cause) json.add("cause", cause_text(*node.cause));
    auto gate = gates_.find(node.path.node);
    if (gate != gates_.end()) json.add("gate", as_text(gate_text(*gate->second)));
    return json.add("tries", list_json(one.tries, [&](const Try& each) { return attempt(each); }));
  }

  Json absent(const ElementGroup<Explanation>& group) const {
    const Explanation& first = *group.first;
    Json json = Json::object().add("node", first.path.node).add("name", group.name());
    return json.add("state", absent_state(first)).add("why", as_text(why_text(account_->page.gaps.run, first)));
  }

  Json attempt(const Try& one) const {
    const AttemptInfo& info = one.info;
    Json json = Json::object();
    json.add("number", info.attempt).add("state", info.state);
    json.add("start", since(info.started_us)).add("end", since(one.end_us)).add("wait", one.wait_us);
    json.add("cpu", or_null(info.cpu_us)).add("rss", or_null(info.max_rss_bytes));
    if (info.resources) json.add("asked", resources_text(*info.resources));
    if (info.sandbox) json.add("sandbox", sandbox_text(*info.sandbox));
    if (info.exit_code.value_or(-1) >= 0) json.add("exit", *info.exit_code);
    if (info.signal.value_or(0) != 0) json.add("signal", *info.signal);
    if (!info.category.empty()) json.add("category", info.category);
    if (info.cause) json.add("cause", cause_text(*info.cause));
    return json;
  }

  Json frame(const RunFrame& one) const {
    Json json = Json::object();
    json.add("path", one.path).add("state", one.state).add("start", since(one.started_us));
    return json.add("end", since(std::max(one.started_us, one.ended_us.value_or(account_->until_us))));
  }

  void add_failures(Json& json) {
    Json told = Json::array();
    std::size_t more = 0;
    for (std::size_t i = 0; i < account_->executions.size(); ++i) {
      if (account_->executions[i].info.state != "failed") continue;
      if (told.as_array().size() < k_most_failures)
        told.push(failure(i));
      else
        ++more;
    }
    json.add("failures", std::move(told)).add("more_failures", size(more));
  }

  Json failure(std::size_t position) {
    const Execution& one = account_->executions[position];
    Json json = Json::object();
    json.add("execution", size(position)).add("code", cause_code(one.info.cause, ""));
    json.add("tail", one.tries.empty() ? Json::array() : tail(one.tries.back().info));
    std::string node = cat(run_->key.id.text(), " '", one.info.path.text(), "'");
    Json next = Json::array();
    if (!one.tries.empty()) next.push(cat("wf logs ", node, scope_options()));
    next.push(cat("wf explain ", node, one.tries.empty() ? "" : " --attempts", scope_options()));
    return json.add("commands", std::move(next));
  }

  Json tail(const AttemptInfo& attempt) {
    try {
      return list_json(log_tail(*store_, run_->key, attempt, LogStream::err));
    } catch (const Error& error) {
      return Json::array().push(error.message());  // of a damaged store the rest can still be told
    }
  }

  Json values(const std::vector<RunValue>& all, std::string_view where) {
    return list_json(all, [&](const RunValue& value) {
      Json json = Json::object();
      json.add("name", value.name).add("type", value.type);
      json.add("value", value_text(value.type, value.value, history_->size_of(value.value)));
      json.add("given", value.source.empty() ? or_null(value.given) : Json(value.source));
      DataReference reference{
          {}, run_->key.project, run_->key.domain, run_->key.id.text(), {std::string(where), -1}, value.name};
      return json.add("reference", reference.text());
    });
  }

  static Json graph(const RunDiagram& one) {
    return Json::object().add("title", one.title).add("frame", one.frame).add("nodes", list_json(one.nodes));
  }

  Json commands() const {
    Json json = Json::array();
    json.push(cat("wf show ", run_->key.id.text(), scope_options()));
    json.push(cat("wf lineage show ", run_->key.id.text(), scope_options()));
    return json;
  }

  Store* store_;
  History* history_;
  const RunAccount* account_;
  const RunInfo* run_;
  std::map<std::string, const GateRow*> gates_;  // by node
};

}  // namespace

std::string report_page(Store& store, History& history, const RunAccount& account) {
  const RunInfo& run = account.page.info;
  RunDiagrams diagrams = diagrams_of(account, history);
  HtmlPage page;
  std::string name = run.name ? *run.name : cat("run ", run.key.id.tail());
  page.title = cat(run.workflow, "@", version_text(run), " · ", name);
  page.style = report::k_css;
  page.body = report::k_html;
  page.script = report::k_js;
  page.data = PageData(store, history, account).json(diagrams);
  for (std::size_t i = 0; i < diagrams.drawn.size(); ++i)
    page.more +=
        cat("<template id=\"graph-", i, "\">", render_svg(diagrams.drawn[i].diagram), "</template>\n");
  return render_page(page);
}

}  // namespace wf::cli
