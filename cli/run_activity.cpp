#include "cli/run_activity.hpp"

#include <algorithm>
#include <set>

#include "cli/element_groups.hpp"
#include "cli/explain_words.hpp"
#include "cli/run_lines.hpp"
#include "cli/run_views.hpp"
#include "core/base/json_members.hpp"
#include "core/base/text.hpp"
#include "core/engine/pool_claims.hpp"
#include "core/lineage/explanation.hpp"

namespace wf::cli {

namespace {

Activity begun(const RunInfo& run, const NodeInfo& node, const RunGaps& gaps) {
  std::string why = why_waits(run, node, gaps);
  const std::string state = why.empty() ? "running" : "waiting";
  return {node.path, state, node.cause ? 0 : node.attempts, node.started_us, std::move(why)};
}

std::string name_of(const ElementGroup<Activity>& group) {
  return group.first->path == run_itself() ? "the run" : group.name();
}

std::string text_of(const Activity& one, std::int64_t now_us) {
  if (one.state != "running") return one.why;
  return cat("runs for ", took(*one.since_us, std::nullopt, now_us), one.attempt > 1 ? cat(", attempt ", one.attempt) : "");
}

}  // namespace

std::vector<Activity> read_activity(Store& store, const RunInfo& info) {
  std::vector<Activity> all;
  const RunKey& run = info.key;
  const RunGaps gaps = find_gaps_in_line(store, run);
  std::vector<NodeInfo> nodes = nodes_of(store.database(), run, "running");
  note_pauses(gaps, nodes);
  std::set<NodePath> told;
  for (const NodeInfo& node : nodes) {
    told.insert(node.path);
    all.push_back(begun(info, node, gaps));
  }
  std::stable_sort(all.begin(), all.end(),
                   [](const Activity& one, const Activity& other) { return one.state < other.state; });
  for (const Standing& one : read_lines(store, run))
    if (told.insert(one.path).second) all.push_back({one.path, "queued", 0, one.asked_us, one.why});
  if (told.contains(run_itself())) return all;
  for (const Explanation& one : gaps.absent)
    if (one.why == Why::waiting && !told.contains(one.path))
      all.push_back({one.path, "queued", 0, std::nullopt, why_text(gaps.run, one)});
  return all;
}

Json activity_json(const RunKey& run, const Activity& activity) {
  Json json = Json::object();
  json.add("run", run.id.text());
  if (activity.path == run_itself())
    json.add("node", Json()).add("element", Json());
  else
    add_node(json, activity.path.node, activity.path.element);
  json.add("state", activity.state).add("attempt", activity.attempt == 0 ? Json() : Json(activity.attempt));
  json.add("since", time_or_null(activity.since_us));
  return json.add("waits_for", or_null(activity.why));
}

std::string activity_text(const std::vector<Activity>& all, std::size_t most, std::int64_t now_us) {
  auto groups = group_elements(all, [](const Activity& one) {
    return one.state == "running" ? one.path.text() : cat(one.path.node, " ", one.state, " ", one.why);
  });
  std::string text;
  std::size_t width = 0;
  for (std::size_t i = 0; i < std::min(most, groups.size()); ++i) width = std::max(width, display_width(name_of(groups[i])));
  for (std::size_t i = 0; i < std::min(most, groups.size()); ++i) {
    const std::string name = name_of(groups[i]);
    text += cat("         ", name, std::string(width - display_width(name) + 2, ' '), text_of(*groups[i].first, now_us), "\n");
  }
  if (groups.size() > most) text += cat("         and ", groups.size() - most, " more\n");
  return text;
}

}  // namespace wf::cli
