#include "cli/report/critical_path.hpp"

#include <algorithm>
#include <map>
#include <unordered_map>
#include <unordered_set>

#include "core/base/text.hpp"

namespace wf::cli {

namespace {

using Position = std::optional<std::size_t>;

class PathFinder {
 public:
  PathFinder(RunAccount& account, History& history) : account_(&account), history_(&history) {
    for (std::size_t i = 0; i < account.executions.size(); ++i) take_last(i);
    for (std::size_t i = 0; i < account.executions.size(); ++i)
      if (is_last(i)) note_end(i);
    for (const RunFrame& frame : account.frames) frames_.emplace(frame.path, &frame);
  }

  void mark() {
    for (Execution& execution : account_->executions) {
      execution.before = last_before(execution.info.path.node);
      execution.ready_us = execution.before ? end_of(*execution.before) : account_->page.info.created_us;
    }
    std::vector<std::size_t>& path = account_->critical_path;
    for (Position at = last_of_all(); at; at = account_->executions[*at].before) {
      if (account_->executions[*at].is_critical) break;  // a clock that went back may have made a circle
      account_->executions[*at].is_critical = true;
      path.push_back(*at);
    }
    std::reverse(path.begin(), path.end());
  }

 private:
  std::int64_t end_of(std::size_t position) const { return account_->executions[position].end_us; }

  // Of two that ended at once the later in order.
  void take_later(Position& known, Position other) const {
    if (other && (!known || end_of(*other) >= end_of(*known))) known = other;
  }

  bool was_there(std::size_t position) const {
    const std::string& state = account_->executions[position].info.state;
    return state == "reused" || state == "recovered";
  }

  // That other elements of a node were there already was found out at once, however late it was recorded: one
  // that ran counts before them.
  void take_last(std::size_t position) {
    Position& known = last_element_[account_->executions[position].info.path.node];
    if (!known || was_there(*known) == was_there(position))
      take_later(known, position);
    else if (was_there(*known))
      known = position;
  }

  bool is_last(std::size_t position) const {
    return last_element_.at(account_->executions[position].info.path.node) == position;
  }

  // The last of a node is an end of it, and of every node that runs the workflow it is in.
  void note_end(std::size_t position) {
    std::string path = account_->executions[position].info.path.node;
    for (;;) {
      take_later(last_[path], position);
      std::string frame = split_path(path).frame;
      if (frame.empty()) return;
      FramePath above = frame_path(frame);
      path = joined_path(above.parent, above.node);
    }
  }

  Position last_of_all() const {
    Position found;
    for (std::size_t i = 0; i < account_->executions.size(); ++i) {
      if (is_last(i) && account_->executions[i].info.state != "skipped") take_later(found, i);
    }
    return found;
  }

  using Names = std::unordered_map<std::string, std::vector<std::string>>;

  // Who waits for whom inside a version, by the one that waits.
  const Names& waits_of(const Digest& version) {
    auto [place, is_new] = waits_.try_emplace(version);
    if (!is_new) return place->second;
    const Workflow& workflow = history_->workflow(version);
    for (const Node& node : workflow.nodes) {
      std::vector<std::string>& names = place->second[node.name];
      each_predecessor(node, [&](const std::string& name) { names.push_back(name); });
      if (node.hook == Hook::none) continue;
      for (const Node& other : workflow.nodes) {
        if (other.hook < node.hook) names.push_back(other.name);
      }
    }
    return place->second;
  }

  // The last to end of what a node, or the workflow that it is in, had to wait for.
  Position last_before(const std::string& path) {
    auto [place, is_new] = before_.try_emplace(path);
    if (!is_new) return place->second;
    auto [frame, node] = split_path(path);
    Position found = last_inside(frame, node);
    if (!found && !frame.empty()) found = last_before_frame(frame);
    return before_[path] = found;
  }

  // What never began was over when the last of what it would have waited for was.
  Position last_inside(const std::string& frame, const std::string& node) {
    Position found;
    if (!frame.empty() && !frames_.contains(frame)) return found;
    const Names& waits = waits_of(frame.empty() ? account_->page.info.version : frames_.at(frame)->version);
    std::vector<std::string> pending{node};
    std::unordered_set<std::string> seen{node};
    while (!pending.empty()) {
      auto names = waits.find(pending.back());
      pending.pop_back();
      if (names == waits.end()) continue;
      for (const std::string& name : names->second) {
        auto last = last_.find(joined_path(frame, name));
        if (last != last_.end())
          take_later(found, last->second);
        else if (seen.insert(name).second)
          pending.push_back(name);
      }
    }
    return found;
  }

  // A workflow that was emitted waits for the execution that emitted it.
  Position last_before_frame(const std::string& frame) {
    FramePath above = frame_path(frame);
    std::string path = joined_path(above.parent, above.node);
    Position emitter = position_of({path, above.element});
    return emitter ? emitter : last_before(path);
  }

  Position position_of(const NodePath& path) {
    if (positions_.empty()) {
      for (std::size_t i = 0; i < account_->executions.size(); ++i)
        positions_.emplace(account_->executions[i].info.path, i);
    }
    auto found = positions_.find(path);
    return found == positions_.end() ? std::nullopt : Position(found->second);
  }

  RunAccount* account_;
  History* history_;
  std::unordered_map<std::string, Position> last_element_;  // by the path of the node
  std::unordered_map<std::string, Position> last_;          // to end, of the workflows that the node runs too
  std::unordered_map<std::string, Position> before_;
  std::unordered_map<std::string, const RunFrame*> frames_;
  std::map<Digest, Names> waits_;
  std::map<NodePath, std::size_t> positions_;
};

}  // namespace

void mark_critical_path(RunAccount& account, History& history) { PathFinder(account, history).mark(); }

}  // namespace wf::cli
