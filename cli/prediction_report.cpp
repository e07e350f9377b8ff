#include "cli/prediction_report.hpp"

#include <algorithm>

#include "cli/element_groups.hpp"
#include "cli/explain_words.hpp"
#include "cli/output.hpp"
#include "cli/run_views.hpp"
#include "core/base/json_members.hpp"
#include "core/base/text.hpp"
#include "core/catalog/runs.hpp"
#include "core/lineage/coming.hpp"

namespace wf::cli {

namespace {

// An execution with why it would run or be reused.
struct Told {
  NodePath path;
  const PredictedExecution* predicted = nullptr;
  Explanation explanation;
};

Why why_missed(const PredictedExecution& one) {
  if (!one.offer) return one.node->task->task->cache.enabled ? Why::no_outputs : Why::cache_off;
  if (one.offer->lookup == Lookup::gone) return Why::output_gone;
  if (one.offer->lookup == Lookup::broken) return Why::output_broken;
  if (one.offer->lookup == Lookup::elsewhere) return Why::made_elsewhere;
  return one.offer->lookup == Lookup::refresh ? Why::refreshed : Why::first_time;
}

bool is_explained(const PredictedExecution& one) {
  return one.fate == Fate::run || (one.fate == Fate::reuse && one.from.empty());
}

// The task or workflow that it runs; empty for a gate, for a choice that is open, and for what the run gives.
std::string name_of(const PredictedExecution& one) {
  if (one.node == nullptr) return {};
  if (one.node->task != nullptr) return one.node->task->task->name;
  return one.node->workflow != nullptr ? one.node->workflow->workflow->name : std::string();
}

Explanation explain(ComingExplainer& explainer, const PredictedExecution& one) {
  ComingExecution coming;
  coming.path = one.path;
  coming.workflow = (one.node->task != nullptr ? one.node->task->plan : one.plan)->workflow->name;
  coming.task = name_of(one);
  coming.artifact = one.artifact;
  if (!one.artifact) coming.why = why_missed(one);
  if (one.offer) {
    coming.key = one.offer->key;
    coming.shared = one.offer->parts->parts_digest();
    coming.shared_text = one.offer->parts->parts();
    coming.inputs = one.offer->inputs;
  }
  return explainer.explain(coming);
}

Told explained(ComingExplainer& explainer, const PredictedExecution& one) {
  return {one.path, &one, is_explained(one) ? explain(explainer, one) : Explanation()};
}

// ---- a table

std::string until_text(const PredictedExecution& one) {
  constexpr std::size_t k_most_named = 3;
  std::vector<std::string> named(one.until.begin(), one.until.begin() + static_cast<std::ptrdiff_t>(std::min(
                                                                            one.until.size(), k_most_named)));
  std::string text = join(named, ", ");
  if (one.until.size() > k_most_named) text += cat(" and ", one.until.size() - k_most_named, " more");
  return text;
}

std::string doubt_text(const PredictedExecution& one) {
  std::string until = until_text(one);
  switch (one.doubt) {
    case Doubt::input:
      return cat("until ", until, ": it needs what comes of that");
    case Doubt::length:
      return cat("until ", until, ": how many elements it has comes of that");
    case Doubt::condition:
      return cat("until ", until, ": whether it is skipped hangs on that");
    case Doubt::choice:
      return cat("until ", until, ": which of its cases it runs hangs on that");
    case Doubt::same_result:
      return cat("until ", until, ": it would run, unless that makes the same result first");
    case Doubt::enough:
      return cat("until ", until, ": enough elements may have succeeded before its turn");
    case Doubt::failure:
      break;
  }
  if (!one.cause.is_null())
    return cat("until ", until, ": that may fail first; else this fails: ", cause_text(one.cause));
  return cat("until ", until, ": that would fail, and what has not begun by then is not begun");
}

std::string told_text(const RunVertex& run, const Told& told) {
  const PredictedExecution& one = *told.predicted;
  switch (one.fate) {
    case Fate::run:
    case Fate::reuse:
      return one.from.empty() ? why_text(run, told.explanation)
                              : cat("same key as ", one.from, " of this run");
    case Fate::skip:
    case Fate::fail:
      return cause_text(one.cause);
    case Fate::never:
      return "it needs a node that would fail";
    case Fate::nothing:
      return "nothing to do: the list it is mapped over is empty";
    case Fate::wait:
      return one.node->node->gate->kind == Gate::Kind::sleep ? "it waits for a time"
                                                             : "it waits for somebody";
    case Fate::unknown:
      break;
  }
  return doubt_text(one);
}

// The path of what an element hangs on, alike for all that hang on their own.
std::string general(const PredictedExecution& one, std::string path) {
  std::string own = cat("[", one.path.element, "]");
  std::size_t place = path.rfind(own);
  return place == std::string::npos ? path : path.replace(place, own.size(), "[*]");
}

// Equal for what is told in the same words, values and the elements' own numbers aside.
std::string sameness(const Told& told) {
  const PredictedExecution& one = *told.predicted;
  std::string key = cat(one.path.node, "\n", fate_name(one.fate), "\n", doubt_name(one.doubt), "\n",
                        general(one, one.from));
  for (const std::string& path : one.until) key += cat("\n", general(one, path));
  if (!one.cause.is_null()) key += cat("\n", cause_text(one.cause));
  if (!is_explained(one)) return key;
  const Explanation& explanation = told.explanation;
  key += cat("\n", to_text(explanation.why));
  if (explanation.earlier)
    key += cat("\n", explanation.earlier->run.id.text(), explanation.earlier->path.node);
  for (const KeyDifference& difference : explanation.differences) key += cat("\n", difference.place());
  return key;
}

bool tells_of_element(const Told& told) {
  const PredictedExecution& one = *told.predicted;
  auto own = [&](const std::string& path) { return general(one, path) != path; };
  return !told.explanation.differences.empty() || own(one.from) ||
         std::any_of(one.until.begin(), one.until.end(), own);
}

std::string table(ComingExplainer& explainer, const Prediction& prediction) {
  RunVertex run = explainer.run();
  Json::Array rows;
  // Of a million only the first of each group is kept explained.
  auto same = [&](const PredictedExecution& one) { return sameness(explained(explainer, one)); };
  for (const auto& group : group_elements(prediction.executions, same)) {
    const Told first = explained(explainer, *group.first);
    run.workflow = first.predicted->plan->workflow->name;
    std::string why = told_text(run, first);
    std::replace(why.begin(), why.end(), '\n', ' ');
    if (group.elements.size() > 1 && tells_of_element(first)) why += " (of the first)";
    Json row = Json::object();
    row.add("node", group.name()).add("fate", fate_name(first.predicted->fate)).add("why", std::move(why));
    rows.push_back(std::move(row));
  }
  return render_table({{"node", "NODE"}, {"fate", "WOULD"}, {"why", "WHY"}}, rows);
}

std::int64_t count(const Prediction& prediction, Fate fate) {
  return std::count_if(prediction.executions.begin(), prediction.executions.end(),
                       [fate](const PredictedExecution& one) { return one.fate == fate; });
}

std::string counts_text(const Prediction& prediction) {
  std::string text = list_counts({{count(prediction, Fate::run), "would run"},
                                  {count(prediction, Fate::reuse), "would be reused"},
                                  {count(prediction, Fate::skip), "would be skipped"},
                                  {count(prediction, Fate::fail), "would fail"},
                                  {count(prediction, Fate::never), "would not start"},
                                  {count(prediction, Fate::wait), "would wait"},
                                  {count(prediction, Fate::unknown), "unknown"}});
  return cat(text.empty() ? "nothing to do" : text, "; nothing was run or written\n");
}

std::string heading(const Scope& scope, const PredictedRun& run) {
  return cat("dry run of ", run.workflow, "@", run.version.short_hex(),
             run.plan.empty() ? "" : cat(" by plan ", run.plan), " in ", scope.project, "/", scope.domain,
             "\n");
}

// ---- JSON

std::string_view why_word(const Told& told) {
  const PredictedExecution& one = *told.predicted;
  switch (one.fate) {
    case Fate::run:
    case Fate::reuse:
      return one.from.empty() ? to_text(told.explanation.why) : "same_run";
    case Fate::skip:
      return to_text(Why::skipped);
    case Fate::fail:
      return "wrong_inputs";
    case Fate::never:
      return "needs_failing";
    case Fate::nothing:
      return to_text(Why::empty_map);
    case Fate::wait:
      return to_text(Why::gate);
    case Fate::unknown:
      break;
  }
  return doubt_name(one.doubt);
}

Json told_json(const Told& told) {
  const PredictedExecution& one = *told.predicted;
  Json json = Json::object();
  add_node(json, one.path.node, one.path.element);
  json.add("task", name_of(one)).add("fate", fate_name(one.fate)).add("why", why_word(told));
  json.add("cache_key", one.offer ? Json(one.offer->key.text()) : Json());
  json.add("earlier", told.explanation.earlier ? to_json(*told.explanation.earlier) : Json());
  json.add("differences", to_json(told.explanation.differences));
  json.add("from", or_null(one.from)).add("until", list_json(one.until));
  return json.add("cause", cause_json(one.cause.is_null() ? std::nullopt : std::optional(one.cause)));
}

Json counts_json(const Prediction& prediction) {
  Json json = Json::object();
  for (Fate fate : {Fate::run, Fate::reuse, Fate::skip, Fate::fail, Fate::never, Fate::wait, Fate::unknown})
    json.add(std::string(fate_name(fate)), count(prediction, fate));
  return json;
}

Json prediction_json(const Scope& scope, const PredictedRun& run, ComingExplainer& explainer) {
  Json json = Json::object();
  json.add("dry_run", true).add("project", scope.project).add("domain", scope.domain);
  json.add("workflow", run.workflow).add("version", run.version.text()).add("plan", or_null(run.plan));
  json.add("counts", counts_json(run.prediction));
  return json.add("executions", list_json(run.prediction.executions, [&](const PredictedExecution& one) {
                    return told_json(explained(explainer, one));
                  }));
}

}  // namespace

void print_prediction(const Context& context, Store& store, const PredictedRun& run) {
  const Scope scope = context.scope();
  ComingExplainer explainer(store, scope.project, scope.domain, run.workflow);
  if (!context.is_format("table")) return print_object(context, "", prediction_json(scope, run, explainer));
  print_object(context,
               cat(heading(scope, run), table(explainer, run.prediction), counts_text(run.prediction)),
               Json());
}

}  // namespace wf::cli
