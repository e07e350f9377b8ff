#include "cli/run_page.hpp"

#include <algorithm>
#include <unordered_map>

#include "cli/attempt_log.hpp"
#include "cli/explain_words.hpp"
#include "cli/folding.hpp"
#include "cli/output.hpp"
#include "cli/run_lines.hpp"
#include "cli/run_views.hpp"
#include "core/base/json_members.hpp"
#include "core/base/style.hpp"
#include "core/base/text.hpp"
#include "core/lineage/history.hpp"
#include "core/lineage/tree_text.hpp"

namespace wf::cli {

namespace {

std::string labels_text(const Json& settings) {
  std::vector<std::string> labels;
  for (const auto& [key, value] : settings.at("labels").as_object())
    labels.push_back(cat(key, "=", escape_terminal(value.as_string())));
  return join(labels, " ");
}

std::string parent_line(const RunParent& parent) {
  bool recovers = parent.relation == "recovery";
  std::string again =
      parent.again.empty() ? "" : cat(", but for ", escape_terminal(join(parent.again, ", ")));
  return cat(recovers ? "  recovers  " : "  rerun of  ", "run ", parent.id.tail(), again, "\n");
}

std::string derived_line(const RunInfo& run) {
  bool recovers = run.parent->relation == "recovery";
  return cat("  later     ", recovers ? "recovered by" : "run again as", " run ", run.key.id.tail(), ", ",
             state_text(run), "\n");
}

std::string header(const RunPage& page, std::int64_t now_us) {
  const RunInfo& run = page.info;
  std::string out = cat("run ", run.key.id.text(), "  ", styled_state(state_text(run)), "\n");
  if (run.name) out += cat("  name      ", escape_terminal(*run.name), "\n");
  out += cat("  workflow  ", run.workflow, "@", version_text(run), ", asked for as ",
             escape_terminal(run.requested), "\n");
  if (run.parent) out += parent_line(*run.parent);
  for (const RunInfo& one : page.derived) out += derived_line(one);
  if (run.plan) out += cat("  plan      ", run.plan->name, "@", run.plan->digest.short_hex(), "\n");
  if (std::string labels = labels_text(run.settings); !labels.empty())
    out += cat("  labels    ", labels, "\n");
  out += cat("  project   ", run.key.project, "/", run.key.domain, "\n");
  out += cat("  started   ", short_time(run.created_us), " by ", escape_terminal(run.created_by));
  if (run.driver) out += cat(" on ", escape_terminal(run.driver->host), " (", run.driver->platform, ")");
  out +=
      cat("\n  took      ", took(run.created_us, run.ended_us, now_us), run.ended_us ? "" : " so far", "\n");
  out += cat("  nodes     ", counts_text(run.counts), "\n");
  if (!page.driver_log.empty()) out += cat("  log       ", escape_terminal(page.driver_log), "\n");
  if (run.undriven) out += cat("  go on     ", go_on_command(run.key, run.abort_asked), "\n");
  if (run.abort_asked) out += cat("  because   ", escape_terminal(*run.abort_asked), "\n");
  if (run.cause) out += cat("  because   ", run_cause_text(*run.cause), "\n");
  return out;
}

std::string given_text(const RunValue& value) {
  if (value.given.empty()) return {};
  if (value.given == "default") return "the version's default";
  if (value.given == "plan") return "from the plan";
  if (value.given == "file") return "given as a file";
  return value.source.empty() ? "given" : cat("from ", value.source);
}

std::string values_section(Store& store, const std::string& title, const std::vector<RunValue>& values) {
  if (values.empty()) return {};
  History history(store.database());
  Json::Array rows;
  for (const RunValue& value : values) {
    Json row = Json::object();
    row.add("name", value.name);
    row.add("value", value_text(value.type, value.value, history.size_of(value.value)));
    row.add("given", given_text(value));
    rows.push_back(std::move(row));
  }
  return cat("\n", render_table({{"name", title}, {"value", "VALUE"}, {"given", ""}}, rows));
}

// Elements of a mapped node that fared alike.
struct NodeGroup {
  std::vector<std::int64_t> elements;
  NodeInfo first;
  std::string why;  // what the first waits for
  std::int64_t attempts = 0;
  std::int64_t ended_us = 0;
};

std::vector<NodeGroup> group_nodes(const RunPage& page, Rows rows) {
  std::vector<NodeGroup> groups;
  std::unordered_map<std::string, std::size_t> places;
  for (const NodeInfo& node : page.nodes) {
    bool alone = rows == Rows::each || node.path.element < 0;
    std::string producer = node.producer ? node.producer->id.text() : std::string();
    std::string why = node.state == "running" ? why_waits(page.info, node, page.gaps) : std::string();
    std::string_view word = why.empty() ? std::string_view(node.state) : "waiting";
    std::string key = alone ? node.path.text() : cat(node.path.node, " ", word, " ", producer);
    auto [place, is_new] = places.try_emplace(key, groups.size());
    if (is_new) groups.push_back({{}, node, std::move(why), 0, 0});
    NodeGroup& group = groups[place->second];
    group.elements.push_back(node.path.element);
    group.attempts += node.attempts;
    group.ended_us = std::max(group.ended_us, node.ended_us.value_or(0));
  }
  for (NodeGroup& group : groups) std::sort(group.elements.begin(), group.elements.end());
  return groups;
}

Json node_row(const NodeGroup& group, std::int64_t now_us) {
  Elements elements(group.elements);
  const NodeInfo& first = group.first;
  std::optional<std::int64_t> ended;
  if (group.ended_us != 0) ended = group.ended_us;
  bool ran = group.attempts > 0;
  const bool waits = !group.why.empty();
  const std::string_view state = waits ? std::string_view("waiting") : first.state;
  Json row = Json::object();
  row.add("node", first.path.node + elements.text());
  row.add("state", elements.single() ? std::string(state) : cat(elements.list().size(), " ", state));
  row.add("attempts", ran ? Json(group.attempts) : Json());
  row.add("started", short_time(first.started_us).substr(11));
  row.add("took", ran && !waits ? Json(took(first.started_us, ended, now_us)) : Json());
  std::string note = first.producer ? cat("made by run ", first.producer->id.tail()) : std::string();
  if (first.cause) note = cause_text(*first.cause);
  if (waits) note = group.why;
  row.add("note", note);
  return row;
}

// What has not begun, and why.
void add_absent(const RunGaps& gaps, Rows rows, Json::Array& lines) {
  auto groups = rows == Rows::grouped
                    ? absent_groups(gaps)
                    : group_elements(gaps.absent, [](const Explanation& one) { return one.path.text(); });
  for (const auto& group : groups) {
    const Explanation& first = *group.first;
    Json row = Json::object();
    row.add("node", group.name()).add("state", absent_state(first)).add("attempts", Json());
    row.add("started", Json()).add("took", Json()).add("note", why_text(gaps.run, first));
    lines.push_back(std::move(row));
  }
}

std::string nodes_section(const RunPage& page, Rows rows, std::int64_t now_us) {
  Json::Array lines;
  for (const NodeGroup& group : group_nodes(page, rows)) lines.push_back(node_row(group, now_us));
  add_absent(page.gaps, rows, lines);
  if (lines.empty()) return {};
  return cat("\n", render_table({{"node", "NODE"},
                                 {"state", "STATE"},
                                 {"attempts", "ATTEMPTS"},
                                 {"started", "STARTED"},
                                 {"took", "TOOK"},
                                 {"note", ""}},
                                lines));
}

std::string failure_text(Store& store, const RunPage& page, const AttemptInfo& attempt) {
  std::string out = cat("\n", attempt.path.text(), ", attempt ", attempt.attempt, " failed");
  if (attempt.cause) out += cat(": ", cause_text(*attempt.cause));
  out += "\n";
  std::vector<std::string> tail = log_tail(store, page.info.key, attempt, LogStream::err);
  for (const std::string& line : tail) out += cat("  | ", line, "\n");
  if (tail.empty() || log_freed_us(store, attempt, LogStream::err)) return out;
  return out + cat("  all of it: wf logs ", page.info.key.id.tail(), " '", attempt.path.text(), "' --attempt ",
                   attempt.attempt, "\n");
}

std::string failures_section(Store& store, const RunPage& page) {
  constexpr std::size_t k_most = 5;
  std::string out;
  std::size_t failures = 0;
  for (const AttemptInfo& attempt : page.attempts) {
    if (attempt.state == "failed" && ++failures <= k_most) out += failure_text(store, page, attempt);
  }
  if (failures > k_most) out += cat("\nand ", failures - k_most, " more failures; -o json lists all\n");
  return out;
}

// Blanks that a table leaves behind an empty last cell.
std::string without_trailing_blanks(const std::string& text) {
  std::string out;
  for (std::string_view line : split(text, '\n')) {
    std::size_t end = line.find_last_not_of(' ');
    out += cat(line.substr(0, end == std::string_view::npos ? 0 : end + 1), "\n");
  }
  out.pop_back();
  return out;
}

Json types_json(const std::vector<RunValue>& values) {
  Json json = Json::object();
  for (const RunValue& value : values) json.add(value.name, value.type);
  return json;
}

Json derived_json(const RunInfo& run) {
  return Json::object()
      .add("run", run.key.id.text())
      .add("relation", run.parent->relation)
      .add("state", run.state);
}

Json absent_json(const Explanation& one) {
  Json json = Json::object();
  add_node(json, one.path.node, one.path.element);
  json.add("why", to_text(one.why)).add("waits_for", list_json(one.waits_for));
  return json.add("cause", cause_json(one.cause));
}

// How each input was given: {how: default, value, file or reference; reference: "wf:…"}.
Json given_json(const std::vector<RunValue>& inputs) {
  Json json = Json::object();
  for (const RunValue& input : inputs) {
    json.add(input.name, Json::object().add("how", input.given).add("reference", or_null(input.source)));
  }
  return json;
}

}  // namespace

RunPage read_run_page(Store& store, const RunKey& key) {
  Database& database = store.database();
  RunPage page{
      read_run(database, key),
      inputs_of(database, key),
      outputs_of(database, key),
      nodes_of(database, key),
      attempts_of(database, key, std::nullopt),
      find_gaps_in_line(store, key),
      list_runs(database, {key.project, key.domain, {{"parent", key.id.text(), key.id}}, "created"}).items};
  note_pauses(page.gaps, page.nodes);
  return page;
}

std::vector<ElementGroup<Explanation>> absent_groups(const RunGaps& gaps) {
  return group_elements(gaps.absent, [&](const Explanation& one) {
    return cat(one.path.node, " ", why_text(gaps.run, one));
  });
}

Json page_json(const RunPage& page) {
  Json json = run_json(page.info);
  json.add("derived", list_json(page.derived, derived_json)).add("settings", page.info.settings);
  json.add("driver_log", or_null(page.driver_log));
  json.add("inputs", values_json(page.inputs)).add("input_types", types_json(page.inputs));
  json.add("given", given_json(page.inputs));
  json.add("executions", list_json(page.nodes, execution_json));
  json.add("not_begun", list_json(page.gaps.absent, absent_json));
  json.add("attempts", list_json(page.attempts, attempt_json));
  json.add("outputs", values_json(page.outputs)).add("output_types", types_json(page.outputs));
  return json;
}

std::string page_text(Store& store, const RunPage& page, Rows rows) {
  std::int64_t now_us = store.clock().wall_us();
  return without_trailing_blanks(folded(header(page, now_us)) + values_section(store, "INPUT", page.inputs) +
                                 nodes_section(page, rows, now_us) + failures_section(store, page) +
                                 values_section(store, "OUTPUT", page.outputs));
}

}  // namespace wf::cli
