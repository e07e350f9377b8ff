#include "core/lineage/run_progress.hpp"

#include <algorithm>
#include <utility>

#include "core/base/text.hpp"

namespace wf {

namespace {

bool has_running(const std::vector<ExecutionRow>& rows) {
  return std::any_of(rows.begin(), rows.end(), [](const ExecutionRow& row) { return row.state == "running"; });
}

// Whether a frame is another, or in it: "" is around all.
bool is_inside(const std::string& frame, const std::string& around) {
  return around.empty() || frame == around || frame.starts_with(around + ".");
}

}  // namespace

bool is_bad(const std::vector<ExecutionRow>& rows) {
  return std::any_of(rows.begin(), rows.end(), [](const ExecutionRow& row) {
    return row.state == "failed" || row.state == "aborted";
  });
}

TaskName NodePlace::task() const {
  return uses_task() ? TaskName{node->used->name, node->used->task} : TaskName{workflow->name, node->task};
}

const Task* NodePlace::find_task() const {
  return (uses_task() ? *node->used->workflow : *workflow).find_task(task().task);
}

std::string NodePlace::runs() const { return used_workflow(*node) != nullptr ? node->used->name : task().task; }

RunProgress::RunProgress(Store& store, const RunKey& run)
    : history_(store.database()),
      run_(history_.run(run)),
      order_(history_, {{run}}, {}, NodeReach::up),
      list_lengths_(store.database(), run, [this](const std::string& frame) { return workflow_in(frame); }) {
  for (ExecutionRow& row : read_executions(store.database(), run)) rows_[row.path.node].push_back(std::move(row));
}

const std::vector<ExecutionRow>& RunProgress::executions(const std::string& path) const {
  static const std::vector<ExecutionRow> k_none;
  auto found = rows_.find(path);
  return found == rows_.end() ? k_none : found->second;
}

const Workflow* RunProgress::workflow_in(const std::string& frame) {
  return history_.has_frame(run_.run, frame) ? &history_.workflow(history_.version_of(run_.run, frame)) : nullptr;
}

NodePlace RunProgress::place_of(const std::string& path) {
  std::string frame = split_path(path).frame;
  const Digest& version = history_.version_of(run_.run, frame);
  const Workflow& workflow = history_.workflow(version);
  const Node* node = history_.node(run_.run, path);
  return {path, frame, &workflow, node, node->used ? node->used->version : version};
}

std::vector<std::string> RunProgress::unplaced() const {
  std::vector<std::string> found;
  std::set<std::string> placed(order_.nodes().begin(), order_.nodes().end());
  for (const auto& [path, rows] : rows_) {
    if (!rows.empty() && !placed.contains(path)) found.push_back(path);
  }
  return found;
}

std::multimap<std::string, std::string> RunProgress::mapped_workflows() {
  std::map<std::string, std::string> last;  // by the node that runs them
  for (const std::string& path : order_.nodes()) {
    for (std::string frame = split_path(path).frame; !frame.empty(); frame = frame_path(frame).parent) {
      FramePath at = frame_path(frame);
      std::string mapped = joined_path(at.parent, at.node);
      if (at.element >= 0 && !order_.has(mapped)) last[mapped] = path;
    }
  }
  std::multimap<std::string, std::string> found;
  for (const auto& [mapped, path] : last) found.emplace(path, mapped);
  return found;
}

bool RunProgress::is_open(const NodePlace& place, std::int64_t element) {
  return !state_of(joined_path(place.frame, NodePath{split_path(place.path).node, element}.text())).empty();
}

bool RunProgress::has_enough(const NodePlace& place) {
  auto known = enough_.find(place.path);
  if (known == enough_.end()) known = enough_.emplace(place.path, read_enough(place)).first;
  return known->second;
}

bool RunProgress::read_enough(const NodePlace& place) {
  std::optional<std::size_t> length = length_of(place);
  if (!length) return false;
  const std::vector<ExecutionRow>& rows = executions(place.path);
  const std::vector<FrameRow>& frames = frames_of(place);
  // What a dynamic task has emitted has to succeed too.
  auto good = frames.empty()
                  ? std::count_if(rows.begin(), rows.end(), [](const ExecutionRow& row) { return row.done(); })
                  : std::count_if(frames.begin(), frames.end(),
                                  [](const FrameRow& one) { return one.state == "succeeded"; });
  return good >= place.node->each.needed_of(static_cast<std::int64_t>(*length));
}

const std::vector<FrameRow>& RunProgress::frames_of(const NodePlace& place) {
  return history_.frames(run_.run, place.frame, split_path(place.path).node);
}

bool RunProgress::is_tolerated(const NodePlace& place) {
  return (place.node->each.may_leave_out() && has_enough(place)) || is_tolerated(place.frame);
}

bool RunProgress::is_tolerated(const std::string& frame) {
  if (frame.empty()) return run_.state == "succeeded";
  auto known = tolerated_.find(frame);
  if (known == tolerated_.end())
    known = tolerated_.emplace(frame, has_succeeded(frame) || is_tolerated(around(frame))).first;
  return known->second;
}

// The same as a node of the frame `around`, or of one in it, sees it: what is around that too does not count.
bool RunProgress::is_left_out(NodePlace place, const std::string& around) {
  while (true) {
    if (place.node->each.may_leave_out() && has_enough(place)) return true;
    if (is_inside(around, place.frame)) return false;
    if (has_succeeded(place.frame)) return true;
    place = this->around(place.frame);
  }
}

// "": it was never opened.
std::string RunProgress::state_of(const std::string& frame) {
  FramePath at = frame_path(frame);
  const std::vector<FrameRow>& frames = history_.frames(run_.run, at.parent, at.node);
  auto found = std::lower_bound(frames.begin(), frames.end(), at.element,
                                [](const FrameRow& one, std::int64_t element) { return one.element < element; });
  return found != frames.end() && found->element == at.element ? found->state : std::string();
}

std::optional<std::size_t> RunProgress::length_of(const NodePlace& place) {
  auto known = lengths_.find(place.path);
  if (known == lengths_.end()) known = lengths_.emplace(place.path, read_length(place)).first;
  return known->second;
}

// As long as one that it goes through is not there, it is not known how long that will be.
std::optional<std::size_t> RunProgress::read_length(const NodePlace& place) {
  for (const auto& [input, binding] : place.node->map) {
    const auto* reference = std::get_if<Reference>(&binding.value);
    if (reference == nullptr || reference->root == "inputs") continue;
    NodePlace source = place_of(joined_path(place.frame, reference->root));
    if (!source.node->map.empty() && !has_ended_for(source, RunIf::all_success)) return std::nullopt;
  }
  return list_lengths_.of_node(place.frame, *place.node);
}

// The node that runs the workflow of a frame.
NodePlace RunProgress::around(const std::string& frame) {
  FramePath outer = frame_path(frame);
  return place_of(joined_path(outer.parent, outer.node));
}

// Whether all of a node is there.
bool RunProgress::done(const NodePlace& place) {
  auto known = done_.find(place.path);
  if (known == done_.end()) known = done_.emplace(place.path, read_done(place)).first;
  return known->second;
}

bool RunProgress::read_done(const NodePlace& place) {
  const std::vector<ExecutionRow>& rows = executions(place.path);
  bool all = std::all_of(rows.begin(), rows.end(), [](const ExecutionRow& row) { return row.done(); });
  std::optional<std::size_t> length = place.node->map.empty() ? std::nullopt : length_of(place);
  bool over = place.node->each.stop_early || (!has_running(rows) && rows.size() == length);
  if (length && place.node->each.may_leave_out()) return has_enough(place) && over;
  if (!all || !length) return all && !rows.empty();
  return *length == rows.size() && (!rows.empty() || missing(place).empty());
}

// Whether it has ended as somebody behind it needs.
bool RunProgress::has_ended_for(const NodePlace& place, RunIf run_if) {
  const std::vector<FrameRow>& frames = frames_of(place);
  if (!frames.empty()) {
    auto in_state = [](const char* state) { return [state](const FrameRow& one) { return one.state == state; }; };
    if (std::any_of(frames.begin(), frames.end(), in_state("running"))) return false;
    if (run_if != RunIf::all_success) return true;
    if (!place.node->map.empty() && length_of(place)) return has_enough(place);
    return std::all_of(frames.begin(), frames.end(), in_state("succeeded"));
  }
  if (run_if == RunIf::all_success) return done(place);
  const std::vector<ExecutionRow>& rows = executions(place.path);
  return !rows.empty() && !has_running(rows);
}

std::vector<std::string> RunProgress::missing(const NodePlace& place) {
  std::vector<std::string> found;
  // Else workflows that it runs have begun, and all is there.
  if (!order_.has(place.path)) return found;
  std::set<std::string> before = order_.upstream(place.path);
  for (const std::string& name : place.node->after) before.insert(joined_path(place.frame, name));
  for (const std::string& path : before) {
    bool emitted = place.path.starts_with(path + ".") || place.path.starts_with(path + "[");
    if (emitted) continue;  // by this one, which has ended well then
    NodePlace one = place_of(path);
    bool without = is_bad(executions(path)) && is_left_out(one, place.frame);
    if (!without && !has_ended_for(one, place.node->run_if)) found.push_back(path);
  }
  if (found.empty() && place.node->run_if == RunIf::all_success) found = failed_runners(before, place.frame);
  return found;
}

// Of the workflows in which these nodes are, and not what is in `frame`, those that failed though all in them
// is there: for what they give, or their time. Named by the nodes that run them.
std::vector<std::string> RunProgress::failed_runners(const std::set<std::string>& nodes,
                                                     const std::string& frame) {
  std::set<std::string> found;
  for (const std::string& path : nodes) {
    for (std::string at = split_path(path).frame; !at.empty() && !is_inside(frame, at);
         at = frame_path(at).parent) {
      NodePlace runner = around(at);
      if (is_bad(executions(runner.path)) && !is_left_out(runner, frame)) found.insert(runner.path);
    }
  }
  return {found.begin(), found.end()};
}

std::string RunProgress::ended_around(const NodePlace& place) {
  for (std::string frame = place.frame; !frame.empty(); frame = frame_path(frame).parent) {
    std::string state = state_of(frame);
    if (state == "running" || state.empty()) continue;
    return run_.state == "running" || is_tolerated(frame) ? frame : "";
  }
  return "";
}

// Of the node itself, or of what is in the workflow that it runs.
const ExecutionRow* RunProgress::first_in_state(std::string_view state, const std::string& path) const {
  auto found_in = [&](const std::vector<ExecutionRow>& rows) -> const ExecutionRow* {
    auto row =
        std::find_if(rows.begin(), rows.end(), [&](const ExecutionRow& one) { return one.state == state; });
    return row == rows.end() ? nullptr : &*row;
  };
  if (const ExecutionRow* row = found_in(executions(path))) return row;
  for (const std::string& inside : {path + ".", path + "["})
    for (auto node = rows_.lower_bound(inside); node != rows_.end() && node->first.starts_with(inside); ++node)
      if (const ExecutionRow* row = found_in(node->second)) return row;
  return nullptr;
}

// What failed there, or before it; else what was stopped there, and says itself for what.
const ExecutionRow* RunProgress::root_at(const std::string& path) const {
  if (const ExecutionRow* failed = first_in_state("failed", path)) return failed;
  if (auto known = roots_.find(path); known != roots_.end()) return known->second;
  return first_in_state("aborted", path);
}

// From the first node to the last, so that what each needs has been looked at before.
void RunProgress::read_roots() {
  for (const std::string& path : order_.nodes()) {
    for (const std::string& before : missing(place_of(path))) {
      const ExecutionRow* root = root_at(before);
      if (root == nullptr) continue;
      roots_.emplace(path, root);
      break;
    }
  }
}

// What is run at the end waits for no failure: that it did not begin is for what has stopped the one before
// it.
const ExecutionRow* RunProgress::stopped_hook(const NodePlace& place) const {
  if (place.node->hook != Hook::on_exit) return nullptr;
  const std::size_t own = place.path.size() - place.node->name.size();
  return first_in_state(
      "aborted", cat(place.path.substr(0, own), k_hook_names[static_cast<std::size_t>(Hook::on_failure)]));
}

const ExecutionRow* RunProgress::root_of(const NodePlace& place) {
  if (!std::exchange(has_roots_, true)) read_roots();
  if (auto found = roots_.find(place.path); found != roots_.end()) return found->second;
  if (const ExecutionRow* stopped = stopped_hook(place)) return stopped;
  for (std::string frame = place.frame; !frame.empty(); frame = frame_path(frame).parent) {
    const ExecutionRow* row = state_of(frame) == "failed" ? first_in_state("failed", frame) : nullptr;
    if (row != nullptr) return row;
  }
  return nullptr;
}

}  // namespace wf
