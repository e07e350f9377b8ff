#include "cli/report/run_diagrams.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <set>

#include "cli/definition_graph.hpp"
#include "cli/output.hpp"
#include "core/base/text.hpp"
#include "core/base/time.hpp"

namespace wf::cli {

namespace {

constexpr std::size_t k_most_diagrams = 40;
constexpr std::size_t k_most_boxes = 20'000;  // of all together

struct StateRow {
  std::string_view state;
  std::string_view word;
  Tone tone;
};
// What is worst decides the colour of several.
constexpr std::array<StateRow, 8> k_states{{{"failed", "failed", Tone::red},
                                            {"lost", "lost with its driver", Tone::red},
                                            {"running", "running", Tone::amber},
                                            {"aborted", "aborted", Tone::violet},
                                            {"succeeded", "ran", Tone::green},
                                            {"recovered", "recovered", Tone::blue},
                                            {"reused", "reused", Tone::blue},
                                            {"skipped", "skipped", Tone::faded}}};

// What became of a node, its elements and all that runs in it.
struct Tally {
  std::map<std::string, std::int64_t> states;
  std::int64_t start_us = INT64_MAX;
  std::int64_t end_us = 0;
  bool is_critical = false;

  void add(const std::string& state, std::int64_t from_us, std::int64_t to_us) {
    ++states[state];
    start_us = std::min(start_us, from_us);
    end_us = std::max(end_us, to_us);
  }

  Tone tone() const {
    for (const StateRow& row : k_states) {
      if (states.contains(std::string(row.state))) return row.tone;
    }
    return Tone::plain;
  }

  // "failed · 1.2s", "3 ran, 1 failed · 1.2s"
  std::string text() const {
    std::vector<std::pair<std::int64_t, std::string_view>> counts;
    for (const StateRow& row : k_states) {
      auto found = states.find(std::string(row.state));
      if (found != states.end()) counts.emplace_back(found->second, row.word);
    }
    if (counts.empty()) return "not started";
    bool alone = counts.size() == 1 && counts.front().first == 1;
    std::string text = alone ? std::string(counts.front().second) : list_counts(counts);
    return end_us > start_us ? cat(text, " · ", human_duration_us(end_us - start_us)) : text;
  }
};

// "sub[3].inner" as "sub[…].inner": the elements of a node run alike.
std::string without_elements(const std::string& frame) {
  std::string out;
  bool inside = false;
  for (char c : frame) {
    if (c == ']') inside = false;
    if (!inside) out += c;
    if (c == '[') {
      inside = true;
      out += "…";
    }
  }
  return out;
}

// Where a node stands, from the run's own workflow inwards.
struct Level {
  std::string frame;
  std::string node;
};

std::vector<Level> levels_of(const std::string& path) {
  std::vector<Level> levels;
  auto [frame, node] = split_path(path);
  levels.push_back({frame, node});
  while (!frame.empty()) {
    FramePath above = frame_path(frame);
    levels.push_back({above.parent, above.node});
    frame = above.parent;
  }
  std::reverse(levels.begin(), levels.end());
  return levels;
}

class DiagramMaker {
 public:
  DiagramMaker(const RunAccount& account, History& history) : account_(&account), history_(&history) {
    group_of_[""] = add_group("", account.page.info.version);
    for (const RunFrame& frame : account.frames)
      group_of_[frame.path] = add_group(without_elements(frame.path), frame.version);
    for (const Execution& execution : account.executions)
      tally(execution.info.path.node).add(execution.info.state, execution.info.started_us, execution.end_us);
    for (const RunFrame& frame : account.frames) {
      FramePath above = frame_path(frame.path);
      tally(joined_path(above.parent, above.node))
          .add(frame.state, frame.started_us, frame.ended_us.value_or(account.until_us));
    }
    mark_critical();
  }

  RunDiagrams make() {
    RunDiagrams out;
    std::size_t boxes = 0;
    for (Group& group : groups_) {
      boxes += history_->workflow(group.version).nodes.size();
      if (out.drawn.size() == k_most_diagrams || (boxes > k_most_boxes && !out.drawn.empty()))
        ++out.left_out;
      else
        out.drawn.push_back(draw(group));
    }
    return out;
  }

 private:
  // What is drawn once: a version that runs in frames that differ by elements only.
  struct Group {
    std::string frame;
    Digest version;
    std::map<std::string, Tally> tallies;                  // by node
    std::set<std::pair<std::string, std::string>> strong;  // from, to
  };

  std::size_t add_group(const std::string& frame, const Digest& version) {
    auto [place, is_new] = known_.try_emplace({frame, version}, groups_.size());
    if (is_new) groups_.push_back({frame, version, {}, {}});
    return place->second;
  }

  // What never opened has no group of its own, and nothing is drawn of it.
  Group& group_of(const std::string& frame) {
    auto found = group_of_.find(frame);
    return found == group_of_.end() ? nowhere_ : groups_[found->second];
  }

  Tally& tally(const std::string& path) {
    auto [frame, node] = split_path(path);
    return group_of(frame).tallies[node];
  }

  void mark_critical() {
    std::vector<Level> last;
    for (std::size_t position : account_->critical_path) {
      std::vector<Level> levels = levels_of(account_->executions[position].info.path.node);
      for (const Level& level : levels) group_of(level.frame).tallies[level.node].is_critical = true;
      for (std::size_t i = 0; i < std::min(last.size(), levels.size()); ++i) {
        if (last[i].frame != levels[i].frame) break;
        if (last[i].node == levels[i].node) continue;
        group_of(levels[i].frame).strong.insert({last[i].node, levels[i].node});
        break;
      }
      last = std::move(levels);
    }
  }

  RunDiagram draw(Group& group) {
    DefinitionGraph graph = graph_of(history_->workflow(group.version), Json::object(), Ends::left_out);
    RunDiagram out{group.frame.empty() ? graph.name : cat(graph.name, ", run by ", group.frame),
                   group.frame,
                   {},
                   diagram_of(graph)};
    out.diagram.title.clear();
    for (std::size_t i = 0; i < graph.vertices.size(); ++i) {
      const Tally& tally = group.tallies[graph.vertices[i].name];
      Box& box = out.diagram.boxes[i];
      box.look.tone = tally.tone();
      box.lines.push_back(tally.text());
      box.tip += cat("\n", tally.text());
      if (tally.is_critical) box.emphasis = Emphasis::strong;
      out.nodes.push_back(graph.vertices[i].name);
    }
    for (Arrow& arrow : out.diagram.arrows) {
      if (group.strong.contains({out.nodes[arrow.from], out.nodes[arrow.to]}))
        arrow.emphasis = Emphasis::strong;
    }
    return out;
  }

  const RunAccount* account_;
  History* history_;
  std::vector<Group> groups_;
  Group nowhere_;
  std::map<std::pair<std::string, Digest>, std::size_t> known_;
  std::map<std::string, std::size_t> group_of_;  // by frame
};

}  // namespace

RunDiagrams diagrams_of(const RunAccount& account, History& history) {
  return DiagramMaker(account, history).make();
}

}  // namespace wf::cli
