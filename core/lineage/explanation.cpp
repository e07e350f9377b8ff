#include "core/lineage/explanation.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <set>
#include <utility>

#include "core/base/text.hpp"
#include "core/catalog/codes.hpp"
#include "core/catalog/list_length.hpp"
#include "core/lineage/nearest_result.hpp"
#include "core/lineage/node_order.hpp"
#include "core/store/event_log.hpp"

namespace wf {

namespace {

// The number of the last driver that made an attempt, by execution.
std::map<NodePath, std::int64_t> drivers_of(Database& database, const RunKey& run) {
  Statement& rows = database.statement(
      "SELECT node, element, max(fence) FROM attempt WHERE project = ?1 AND domain = ?2 AND run = ?3 GROUP "
      "BY "
      "node, element");
  ResetLater reset(rows);
  rows.bind(run.project, run.domain, run.id);
  std::map<NodePath, std::int64_t> found;
  while (rows.step()) found[{rows.string(0), rows.integer(1)}] = rows.integer(2);
  return found;
}

std::int64_t driver_count(Database& database, const RunKey& run) {
  Statement& row =
      database.statement("SELECT max(fence) FROM driver WHERE project = ?1 AND domain = ?2 AND run = ?3");
  ResetLater reset(row);
  row.bind(run.project, run.domain, run.id);
  return row.step() ? row.optional_integer(0).value_or(1) : 1;
}

std::optional<Json> cause_of_run(Database& database, const RunKey& run) {
  Statement& row = database.statement("SELECT cause FROM run WHERE project = ?1 AND domain = ?2 AND id = ?3");
  ResetLater reset(row);
  row.bind(run.project, run.domain, run.id);
  if (!row.step() || row.is_null(0)) return std::nullopt;
  return Json::parse(row.text(0), "a stored cause");
}

// The last run that each execution waited for.
std::map<NodePath, Uuid> waits_of(Database& database, const RunKey& run) {
  std::map<NodePath, Uuid> found;
  EventFilter filter;
  filter.stream = run_stream(run.id);
  filter.type = event_type_name(EventType::node_waiting);
  for (const Event& event : read_events(database, filter)) {
    const Json* element = event.data.find("element");
    const Json* holder = event.data.find("run");
    if (holder == nullptr) continue;
    NodePath path{event.data.at("node").as_string(), element == nullptr ? -1 : element->as_int()};
    if (auto id = Uuid::parse(holder->as_string())) found[path] = *id;
  }
  return found;
}

class Explainer {
 public:
  Explainer(Store& store, const RunKey& run)
      : history_(store.database()),
        run_(history_.run(run)),
        order_(history_, {run}, {std::string()}),
        nearest_(history_, run_),
        list_lengths_(store.database(), run, [this](const std::string& frame) { return workflow_in(frame); }),
        drivers_(driver_count(store.database(), run)) {
    for (ExecutionRow& row : read_executions(store.database(), run))
      rows_[row.path.node].push_back(std::move(row));
    if (drivers_ > 1) driver_of_ = drivers_of(store.database(), run);
    waits_ = waits_of(store.database(), run);
    if (run_.state != "running") cause_ = cause_of_run(store.database(), run);
  }

  RunExplanation explain(const std::optional<NodePath>& wanted) {
    if (wanted) require_node(wanted->node);
    RunExplanation found{run_, drivers_, {}};
    for (const std::string& path : order_.nodes()) {
      if (!wanted || is_meant(path, *wanted))
        explain_node(place_of(path), wanted ? wanted->element : -1, found.executions);
    }
    for (const std::string& path : unplaced()) {
      if (!wanted || is_meant(path, *wanted)) explain_unplaced(path, found.executions);
    }
    if (wanted && wanted->element >= 0) keep_element(*wanted, found.executions);
    return found;
  }

  RunGaps gaps() {
    RunGaps found{run_, {}, {}};
    for (const std::string& path : order_.nodes()) {
      Place place = place_of(path);
      add_absent(place, found.absent);
      if (is_bad(rows_[path]) && is_tolerated(place)) found.tolerated.insert(path);
    }
    for (const std::string& path : unplaced()) {
      if (is_bad(rows_[path]) && is_tolerated(split_path(path).frame)) found.tolerated.insert(path);
    }
    const Json* blamed = cause_ ? cause_->find("node") : nullptr;
    if (blamed != nullptr) found.tolerated.erase(blamed->as_string());
    return found;
  }

 private:
  static bool is_bad(const std::vector<ExecutionRow>& rows) {
    return std::any_of(rows.begin(), rows.end(), [](const ExecutionRow& row) {
      return row.state == "failed" || row.state == "aborted";
    });
  }

  static bool has_running(const std::vector<ExecutionRow>& rows) {
    return std::any_of(rows.begin(), rows.end(), [](const ExecutionRow& row) { return row.state == "running"; });
  }

  // A node of the run, or of a workflow that one of its nodes runs.
  struct Place {
    std::string path;
    std::string frame;
    const Workflow* workflow = nullptr;
    const Node* node = nullptr;
    Digest version;  // of the workflow, or of what the node uses instead of a task of it

    bool uses_task() const { return node->used && !node->used->task.empty(); }
    TaskName task() const {
      return uses_task() ? TaskName{node->used->name, node->used->task} : TaskName{workflow->name, node->task};
    }
    const Task* find_task() const {
      return (uses_task() ? *node->used->workflow : *workflow).find_task(task().task);
    }
    std::string runs() const { return used_workflow(*node) != nullptr ? node->used->name : task().task; }
  };

  const Workflow* workflow_in(const std::string& frame) {
    return history_.has_frame(run_.run, frame) ? &history_.workflow(history_.version_of(run_.run, frame)) : nullptr;
  }

  Place place_of(const std::string& path) {
    std::string frame = split_path(path).frame;
    const Digest& version = history_.version_of(run_.run, frame);
    const Workflow& workflow = history_.workflow(version);
    const Node* node = history_.node(run_.run, path);
    return {path, frame, &workflow, node, node->used ? node->used->version : version};
  }

  // What is in no definition: the inputs and the outputs of an emitted one, where they did not fit.
  std::vector<std::string> unplaced() const {
    std::vector<std::string> found;
    std::set<std::string> placed(order_.nodes().begin(), order_.nodes().end());
    for (const auto& [path, rows] : rows_) {
      if (!rows.empty() && !placed.contains(path)) found.push_back(path);
    }
    return found;
  }

  void explain_unplaced(const std::string& path, std::vector<Explanation>& out) {
    for (const ExecutionRow& row : rows_[path]) out.push_back(explain_taskless(row));
  }

  // Of what runs no task itself, such as a workflow that took too long.
  static Explanation explain_taskless(const ExecutionRow& row) {
    Explanation one;
    one.path = row.path;
    one.state = row.state;
    one.cause = row.cause;
    one.why = Why::not_asked;
    return one;
  }

  // A node, or all that is in the workflow that it runs.
  static bool is_meant(const std::string& path, const NodePath& wanted) {
    const std::string text = wanted.text();
    bool inside = path.starts_with(text + ".") || (wanted.element < 0 && path.starts_with(text + "["));
    return inside || path == wanted.node;
  }

  void require_node(const std::string& name) const {
    for (const std::string& node : order_.nodes()) {
      if (is_meant(node, {name, -1})) return;
    }
    if (auto row = rows_.find(name); row != rows_.end() && !row->second.empty()) return;
    std::string near = did_you_mean(name, order_.nodes());
    throw Error(codes::k_node_not_found,
                cat("run ", run_.run.id.tail(), " of ", run_.workflow, " has no node '", name, "'"),
                near.empty() ? cat("its nodes are ", join(order_.nodes(), ", ")) : near);
  }

  void keep_element(const NodePath& wanted, std::vector<Explanation>& found) const {
    bool mapped = std::none_of(found.begin(), found.end(), [&](const Explanation& one) {
      return one.path == NodePath{wanted.node, -1};
    });
    std::size_t count = std::erase_if(found, [&](const Explanation& one) {
      return one.path.node == wanted.node && one.path.element != wanted.element;
    });
    if (!found.empty()) return;
    throw Error(
        codes::k_node_not_found,
        cat("node '", wanted.node, "' has no element ", wanted.element, " in run ", run_.run.id.tail()),
        mapped ? cat("it has ", count, ", counted from 0") : "it is not mapped: leave the brackets out");
  }

  // Where one element is wanted, the others are only counted: to look for the nearest result takes time.
  void explain_node(const Place& place, std::int64_t element, std::vector<Explanation>& out) {
    auto first = static_cast<std::ptrdiff_t>(out.size());
    for (const ExecutionRow& row : rows_[place.path]) {
      bool told = element < 0 || row.path.element == element;
      if (told)
        out.push_back(used_workflow(*place.node) != nullptr ? explain_taskless(row) : explain_row(row, place));
      else
        out.emplace_back().path = row.path;
    }
    add_absent(place, out);
    std::sort(out.begin() + first, out.end(),
              [](const Explanation& one, const Explanation& other) { return one.path < other.path; });
  }

  // What has not begun.
  void add_absent(const Place& place, std::vector<Explanation>& out) {
    const std::vector<ExecutionRow>& rows = rows_[place.path];
    bool whole =
        std::any_of(rows.begin(), rows.end(), [](const ExecutionRow& row) { return row.path.element < 0; });
    if (whole) return;
    std::optional<std::size_t> length = place.node->map.empty() ? std::nullopt : length_of(place);
    if (length && *length > 0) return add_absent_elements(place, *length, out);
    if (!rows.empty()) return;
    out.push_back(explain_absent(place));
    if (length && out.back().waits_for.empty()) out.back().why = Why::empty_map;
  }

  void add_absent_elements(const Place& place, std::size_t length, std::vector<Explanation>& out) {
    const std::vector<ExecutionRow>& rows = rows_[place.path];
    if (rows.size() >= length) return;
    std::set<std::int64_t> begun;
    for (const ExecutionRow& row : rows) begun.insert(row.path.element);
    Explanation absent = explain_absent(place);
    absent.enough = place.node->each.stop_early && has_enough(place);
    for (std::size_t i = 0; i < length; ++i) {
      absent.path.element = static_cast<std::int64_t>(i);
      absent.waited_for = wait_of(absent.path);
      if (begun.count(absent.path.element) == 0) out.push_back(absent);
    }
  }

  // Whether as many of its elements have succeeded as it needs, as far as that is known.
  bool has_enough(const Place& place) {
    auto known = enough_.find(place.path);
    if (known == enough_.end()) known = enough_.emplace(place.path, read_enough(place)).first;
    return known->second;
  }

  bool read_enough(const Place& place) {
    std::optional<std::size_t> length = length_of(place);
    if (!length) return false;
    const std::vector<ExecutionRow>& rows = rows_[place.path];
    const std::vector<FrameRow>& frames = frames_of(place);
    // What a dynamic task has emitted has to succeed too.
    auto good = frames.empty()
                    ? std::count_if(rows.begin(), rows.end(), [](const ExecutionRow& row) { return row.done(); })
                    : std::count_if(frames.begin(), frames.end(),
                                    [](const FrameRow& one) { return one.state == "succeeded"; });
    return good >= place.node->each.needed_of(static_cast<std::int64_t>(*length));
  }

  const std::vector<FrameRow>& frames_of(const Place& place) {
    return history_.frames(run_.run, place.frame, split_path(place.path).node);
  }

  // Whether what failed of the node has not kept it, or what is around it, from succeeding.
  bool is_tolerated(const Place& place) {
    return (place.node->each.may_leave_out() && has_enough(place)) || is_tolerated(place.frame);
  }

  // The same of what failed in a frame; "" is the run.
  bool is_tolerated(const std::string& frame) {
    if (frame.empty()) return run_.state == "succeeded";
    auto known = tolerated_.find(frame);
    if (known == tolerated_.end())
      known = tolerated_.emplace(frame, has_succeeded(frame) || is_tolerated(around(frame))).first;
    return known->second;
  }

  // The same as a node of the frame `around`, or of one in it, sees it: what is around that too does not count.
  bool is_left_out(Place place, const std::string& around) {
    auto is_around = [&](const std::string& frame) {
      return frame.empty() || around == frame || around.starts_with(frame + ".");
    };
    while (true) {
      if (place.node->each.may_leave_out() && has_enough(place)) return true;
      if (is_around(place.frame)) return false;
      if (has_succeeded(place.frame)) return true;
      place = this->around(place.frame);
    }
  }

  bool has_succeeded(const std::string& frame) { return state_of(frame) == "succeeded"; }

  // "": it was never opened.
  std::string state_of(const std::string& frame) {
    FramePath at = frame_path(frame);
    const std::vector<FrameRow>& frames = history_.frames(run_.run, at.parent, at.node);
    auto found = std::lower_bound(frames.begin(), frames.end(), at.element,
                                  [](const FrameRow& one, std::int64_t element) { return one.element < element; });
    return found != frames.end() && found->element == at.element ? found->state : std::string();
  }

  // The length of a mapped node's list, as far as it is known. A chain of maps asks for each again and again.
  std::optional<std::size_t> length_of(const Place& place) {
    auto known = lengths_.find(place.path);
    if (known == lengths_.end()) known = lengths_.emplace(place.path, read_length(place)).first;
    return known->second;
  }

  // As long as one that it goes through is not there, it is not known how long that will be.
  std::optional<std::size_t> read_length(const Place& place) {
    for (const auto& [input, binding] : place.node->map) {
      const auto* reference = std::get_if<Reference>(&binding.value);
      if (reference == nullptr || reference->root == "inputs") continue;
      Place source = place_of(joined_path(place.frame, reference->root));
      if (!source.node->map.empty() && !has_ended_for(source, RunIf::all_success)) return std::nullopt;
    }
    return list_lengths_.of_node(place.frame, *place.node);
  }

  // The node that runs the workflow of a frame.
  Place around(const std::string& frame) {
    FramePath outer = frame_path(frame);
    return place_of(joined_path(outer.parent, outer.node));
  }

  // Whether all of a node is there.
  bool done(const Place& place) {
    auto known = done_.find(place.path);
    if (known == done_.end()) known = done_.emplace(place.path, read_done(place)).first;
    return known->second;
  }

  bool read_done(const Place& place) {
    const std::vector<ExecutionRow>& rows = rows_[place.path];
    bool all = std::all_of(rows.begin(), rows.end(), [](const ExecutionRow& row) { return row.done(); });
    std::optional<std::size_t> length = place.node->map.empty() ? std::nullopt : length_of(place);
    bool over = place.node->each.stop_early || (!has_running(rows) && rows.size() == length);
    if (length && place.node->each.may_leave_out()) return has_enough(place) && over;
    if (!all || !length) return all && !rows.empty();
    return *length == rows.size() && (!rows.empty() || missing(place).empty());
  }

  // Whether it has ended as somebody behind it needs.
  bool has_ended_for(const Place& place, RunIf run_if) {
    const std::vector<FrameRow>& frames = frames_of(place);
    if (!frames.empty()) {
      auto in_state = [](const char* state) { return [state](const FrameRow& one) { return one.state == state; }; };
      if (std::any_of(frames.begin(), frames.end(), in_state("running"))) return false;
      if (run_if != RunIf::all_success) return true;
      if (!place.node->map.empty() && length_of(place)) return has_enough(place);
      return std::all_of(frames.begin(), frames.end(), in_state("succeeded"));
    }
    if (run_if == RunIf::all_success) return done(place);
    const std::vector<ExecutionRow>& rows = rows_[place.path];
    return !rows.empty() && !has_running(rows);
  }

  // The nodes it needs that are not done.
  std::vector<std::string> missing(const Place& place) {
    std::vector<std::string> found;
    std::set<std::string> before = order_.upstream(place.path);
    for (const std::string& name : place.node->after) before.insert(joined_path(place.frame, name));
    for (const std::string& path : before) {
      bool emitted = place.path.starts_with(path + ".") || place.path.starts_with(path + "[");
      if (emitted) continue;  // by this one, which has ended well then
      Place one = place_of(path);
      bool without = is_bad(rows_[path]) && is_left_out(one, place.frame);
      if (!without && !has_ended_for(one, place.node->run_if)) found.push_back(path);
    }
    return found;
  }

  Explanation explain_row(const ExecutionRow& row, const Place& place) {
    Explanation found;
    found.path = row.path;
    name_task(place, found);
    found.state = row.state;
    found.key = row.key;
    found.cause = row.cause;
    found.again = row.again;
    found.waited_for = wait_of(row.path);
    found.why = why(row, place);
    bool taken = found.why == Why::reused || found.why == Why::recovered;
    auto driver = driver_of_.find(row.path);
    // What was reused may have been begun before: by a driver that died over it.
    if (driver != driver_of_.end() && !taken) found.driver = driver->second;
    if (taken || found.why == Why::lost_race) found.earlier = row.result;
    explain_miss(nearest_, row, place.task(), found);
    return found;
  }

  static void name_task(const Place& place, Explanation& found) {
    found.task = place.runs();
    found.workflow = place.task().workflow;
    found.task_version = place.version;
  }

  static Why why(const ExecutionRow& row, const Place& place) {
    if (row.lookup == "hit") return Why::reused;
    if (row.state == "recovered" && !place.node->gate) return Why::recovered;
    if (row.lookup == "gone") return Why::output_gone;
    if (row.lookup == "broken") return Why::output_broken;
    if (row.lookup == "refresh") return Why::refreshed;
    if (row.lookup == "off")
      return place.find_task()->cache.enabled ? Why::no_outputs : Why::cache_off;
    if (row.state == "skipped") return Why::skipped;
    if (place.node->gate) return Why::gate;
    if (row.lookup.empty()) return Why::not_asked;
    return row.state == "reused" ? Why::lost_race : Why::first_time;
  }

  // The innermost workflow around that has ended in a run that goes on, or that does not mind; "": none.
  std::string ended_around(const Place& place) {
    for (std::string frame = place.frame; !frame.empty(); frame = frame_path(frame).parent) {
      std::string state = state_of(frame);
      if (state == "running" || state.empty()) continue;
      return run_.state == "running" || is_tolerated(frame) ? frame : "";
    }
    return "";
  }

  Explanation explain_absent(const Place& place) {
    Explanation found;
    found.path = {place.path, -1};
    name_task(place, found);
    found.ended = ended_around(place);
    bool goes_on = run_.state == "running" && found.ended.empty();
    found.why = goes_on ? Why::waiting : Why::never_started;
    found.cause = cause_;
    found.waits_for = missing(place);
    found.waited_for = wait_of(found.path);
    return found;
  }

  std::optional<Uuid> wait_of(const NodePath& path) const {
    auto found = waits_.find(path);
    return found == waits_.end() ? std::nullopt : std::optional(found->second);
  }

  History history_;
  RunVertex run_;
  NodeOrder order_;
  NearestResults nearest_;
  ListLengths list_lengths_;
  std::int64_t drivers_ = 1;
  std::map<std::string, std::vector<ExecutionRow>> rows_;  // by node
  std::map<NodePath, std::int64_t> driver_of_;             // only where there were several
  std::map<NodePath, Uuid> waits_;                         // for other runs
  // Of nodes, as far as they were asked about.
  std::map<std::string, bool> done_;
  std::map<std::string, bool> enough_;
  std::map<std::string, std::optional<std::size_t>> lengths_;
  std::map<std::string, bool> tolerated_;  // by frame
  std::optional<Json> cause_;  // of the run's end
};

}  // namespace

std::string_view to_text(Why why) {
  constexpr std::array<std::string_view, 16> k_words{
      "reused",        "recovered",     "lost_race", "first_time", "key_changed", "output_gone",
      "output_broken", "refreshed",     "cache_off", "no_outputs", "not_asked",   "empty_map",
      "waiting",       "never_started", "skipped",   "gate"};
  return k_words.at(static_cast<std::size_t>(why));
}

bool Explanation::ran() const {
  return !state.empty() && why != Why::reused && why != Why::recovered && why != Why::not_asked &&
         why != Why::skipped && why != Why::gate;
}

RunExplanation explain(Store& store, const RunKey& run, const std::optional<NodePath>& node) {
  return Explainer(store, run).explain(node);
}

RunGaps find_gaps(Store& store, const RunKey& run) { return Explainer(store, run).gaps(); }

}  // namespace wf
