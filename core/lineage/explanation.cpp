#include "core/lineage/explanation.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <set>
#include <utility>

#include "core/base/text.hpp"
#include "core/catalog/codes.hpp"
#include "core/catalog/runs.hpp"
#include "core/lineage/nearest_result.hpp"
#include "core/lineage/run_progress.hpp"
#include "core/store/event_log.hpp"

namespace wf {

namespace {

struct LastAttempt {
  std::int64_t driver = 0;
  bool lost = false;
};

std::map<NodePath, LastAttempt> last_attempts(Database& database, const RunKey& run) {
  Statement& rows = database.statement(
      "SELECT node, element, fence, state = 'lost' FROM attempt "
      "WHERE project = ?1 AND domain = ?2 AND run = ?3 ORDER BY node, element, attempt");
  ResetLater reset(rows);
  rows.bind(run.project, run.domain, run.id);
  std::map<NodePath, LastAttempt> found;
  while (rows.step()) found[{rows.string(0), rows.integer(1)}] = {rows.integer(2), rows.integer(3) == 1};
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

// The last that an execution said it waits for.
struct Wait {
  std::int64_t at_us = 0;
  std::optional<Uuid> run;
  std::optional<Json> room;
};

struct Waits {
  std::map<NodePath, Wait> last;
  std::map<NodePath, Uuid> runs;      // the last that each execution waited for …
  std::set<NodePath> over;            // … and does not any more
  std::set<std::string> twins;        // nodes of which one waited for another execution of the run
  std::map<std::string, Json> rooms;  // by node, what its executions wait for of the machine
};

Waits waits_of(Database& database, const RunKey& run) {
  Waits found;
  EventFilter filter;
  filter.stream = run_stream(run.id);
  filter.type = event_type_name(EventType::node_waiting);
  for (const Event& event : read_events(database, filter)) {
    const Json* element = event.data.find("element");
    const Json* holder = event.data.find("run");
    const std::string& node = event.data.at("node").as_string();
    const NodePath path{node, element == nullptr ? -1 : element->as_int()};
    const auto id = holder == nullptr ? std::nullopt : Uuid::parse(holder->as_string());
    const Json* room = event.data.find("room");
    found.last[path] = {event.at_us, id, room == nullptr ? std::nullopt : std::optional(*room)};
    if (room != nullptr) {
      found.rooms[node] = *room;
      continue;
    }
    const bool twin = id == run.id;
    if (twin) found.twins.insert(node);
    if (!id || twin) {
      found.over.insert(path);
    } else {
      found.runs[path] = *id;
      found.over.erase(path);
    }
  }
  return found;
}

// It makes nothing when it has ended, or its driver has.
bool goes_on(Database& database, const RunKey& run) {
  Statement& row = database.statement(
      "SELECT 1 FROM run WHERE project = ?1 AND domain = ?2 AND id = ?3 AND state = 'running'");
  row.bind(run.project, run.domain, run.id);
  if (!row_of(row, [](const Statement&) { return true; })) return false;
  const std::optional<DriverInfo> driver = newest_driver(database, run);
  return driver && state_of(*driver) != DriverState::dead;
}

class Explainer {
 public:
  Explainer(Store& store, const RunKey& run)
      : progress_(store, run),
        run_(progress_.run()),
        nearest_(progress_.history(), run_),
        drivers_(driver_count(store.database(), run)) {
    if (drivers_ > 1) last_attempts_ = last_attempts(store.database(), run);
    waits_ = waits_of(store.database(), run);
    if (run_.state == "running")
      pauses_ = read_pauses(store.database(), run, store.clock().wall_us());
    else
      cause_ = cause_of_run(store.database(), run);
  }

  RunExplanation explain(const std::optional<NodePath>& wanted) {
    if (wanted) require_node(wanted->node);
    RunExplanation found{run_, drivers_, {}};
    std::multimap<std::string, std::string> mapped = progress_.mapped_workflows();
    for (const std::string& path : progress_.nodes()) {
      // The element of a node that runs a workflow is in the path of what is in it.
      if (!wanted || is_meant(path, *wanted))
        explain_node(progress_.place_of(path), wanted && wanted->node == path ? wanted->element : -1,
                     found.executions);
      for (auto [one, end] = mapped.equal_range(path); one != end; ++one) {
        if (!wanted || is_meant(one->second, *wanted))
          add_absent(progress_.place_of(one->second), found.executions);
      }
    }
    for (const std::string& path : progress_.unplaced()) {
      if (!wanted || is_meant(path, *wanted)) explain_unplaced(path, found.executions);
    }
    if (wanted && wanted->element >= 0) keep_element(*wanted, found.executions);
    return found;
  }

  RunGaps gaps() {
    RunGaps found{run_, {}, pauses_, {}, {}};
    for (const auto& [path, pause] : pauses_) {
      Explanation one;
      one.path = path;
      note_pause(one);
      if (one.ready) found.ready.emplace(path, std::move(one));
    }
    std::multimap<std::string, std::string> mapped = progress_.mapped_workflows();
    for (const std::string& path : progress_.nodes()) {
      NodePlace place = progress_.place_of(path);
      add_absent(place, found.absent);
      for (auto [one, end] = mapped.equal_range(path); one != end; ++one)
        add_absent(progress_.place_of(one->second), found.absent);
      if (is_bad(progress_.executions(path)) && progress_.is_tolerated(place)) found.tolerated.insert(path);
    }
    for (const std::string& path : progress_.unplaced()) {
      if (is_bad(progress_.executions(path)) && progress_.is_tolerated(split_path(path).frame)) found.tolerated.insert(path);
    }
    const Json* blamed = cause_ ? cause_->find("node") : nullptr;
    if (blamed != nullptr) found.tolerated.erase(blamed->as_string());
    return found;
  }

 private:
  void explain_unplaced(const std::string& path, std::vector<Explanation>& out) {
    for (const ExecutionRow& row : progress_.executions(path)) out.push_back(explain_taskless(row));
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

  Explanation explain_workflow(const ExecutionRow& row, const NodePlace& place) {
    Explanation one = explain_taskless(row);
    if (progress_.is_open(place, row.path.element)) one.why = Why::workflow;
    return one;
  }

  // A node, or all that is in the workflow that it runs.
  static bool is_meant(const std::string& path, const NodePath& wanted) {
    // Of a node that is named without all elements on its way one element may be wanted in each.
    const bool same_depth =
        std::count(path.begin(), path.end(), '.') == std::count(wanted.node.begin(), wanted.node.end(), '.');
    return is_meant_by(wanted.text(), {path, -1}) || (same_depth && is_meant_by(wanted.node, {path, -1}));
  }

  void require_node(const std::string& name) {
    for (const std::string& node : progress_.nodes()) {
      if (is_meant(node, {name, -1})) return;
    }
    if (!progress_.executions(name).empty()) return;
    if (std::string unopened = unopened_around(name); !unopened.empty())
      throw Error(codes::k_node_not_found,
                  cat("run ", run_.run.id.tail(), " of ", run_.workflow, " has not begun the workflow of '",
                      unopened, '\''),
                  cat("see 'wf explain ", run_.run.id.tail(), " \"", unopened, "\"'"));
    std::string near = did_you_mean(name, progress_.nodes());
    throw Error(codes::k_node_not_found,
                cat("run ", run_.run.id.tail(), " of ", run_.workflow, " has no node '", name, "'"),
                near.empty() ? cat("its nodes are ", join(progress_.nodes(), ", ")) : near);
  }

  // As it stands there, with the elements of all that it is in.
  bool is_node(const std::string& name) {
    const std::vector<std::string>& nodes = progress_.nodes();
    return std::find(nodes.begin(), nodes.end(), name) != nodes.end() ||
           !progress_.executions(name).empty() || is_mapped_workflow(name);
  }

  bool is_mapped_workflow(const std::string& node) {
    const std::multimap<std::string, std::string> mapped = progress_.mapped_workflows();
    return std::any_of(mapped.begin(), mapped.end(), [&](const auto& one) { return one.second == node; });
  }

  // The element around the node whose workflow has not begun; "": there is none.
  std::string unopened_around(const std::string& name) {
    for (std::size_t end = name.find("]."); end != std::string::npos; end = name.find("].", end + 1)) {
      const std::string element = name.substr(0, end + 1);
      const std::optional<NodePath> path = NodePath::parse(element);
      if (!path || !is_mapped_workflow(path->node)) continue;
      const NodePlace place = progress_.place_of(path->node);
      const bool exists = path->element < static_cast<std::int64_t>(progress_.length_of(place).value_or(0));
      if (exists && !progress_.is_open(place, path->element)) return element;
    }
    return {};
  }

  void keep_element(const NodePath& wanted, std::vector<Explanation>& found) {
    std::size_t executed =
        std::erase_if(found, [&](const Explanation& one) { return !is_meant_by(wanted.text(), one.path); });
    if (!found.empty()) return;
    if (!is_node(wanted.node))
      throw Error(
          codes::k_node_not_found,
          cat("no '", wanted.node, "' has an element ", wanted.element, " in run ", run_.run.id.tail()),
          cat("see 'wf explain ", run_.run.id.tail(), " ", wanted.node, "'"));
    const Node* node = progress_.history().node(run_.run, wanted.node);
    bool mapped = node == nullptr || !node->map.empty();
    auto [frame, name] = split_path(wanted.node);
    std::size_t frames = progress_.history().frames(run_.run, frame, name).size();
    if (mapped) frames = std::max(frames, progress_.length_of(progress_.place_of(wanted.node)).value_or(0));
    throw Error(
        codes::k_node_not_found,
        cat("node '", wanted.node, "' has no element ", wanted.element, " in run ", run_.run.id.tail()),
        mapped ? cat("it has ", std::max(executed, frames), ", counted from 0")
               : "it is not mapped: leave the brackets out");
  }

  // Where one element is wanted, the others are only counted: to look for the nearest result takes time.
  void explain_node(const NodePlace& place, std::int64_t element, std::vector<Explanation>& out) {
    auto first = static_cast<std::ptrdiff_t>(out.size());
    for (const ExecutionRow& row : progress_.executions(place.path)) {
      bool told = element < 0 || row.path.element == element;
      if (told)
        out.push_back(used_workflow(*place.node) != nullptr ? explain_workflow(row, place)
                                                            : explain_row(row, place));
      else
        out.emplace_back().path = row.path;
    }
    add_absent(place, out);
    std::sort(out.begin() + first, out.end(),
              [](const Explanation& one, const Explanation& other) { return one.path < other.path; });
  }

  // What has not begun.
  void add_absent(const NodePlace& place, std::vector<Explanation>& out) {
    const std::vector<ExecutionRow>& rows = progress_.executions(place.path);
    bool whole =
        std::any_of(rows.begin(), rows.end(), [](const ExecutionRow& row) { return row.path.element < 0; });
    if (whole) return;
    std::optional<std::size_t> length = place.node->map.empty() ? std::nullopt : progress_.length_of(place);
    if (length && *length > 0) return add_absent_elements(place, *length, out);
    if (!rows.empty()) return;
    out.push_back(explain_absent(place));
    if (length && out.back().waits_for.empty()) out.back().why = Why::empty_map;
  }

  void add_absent_elements(const NodePlace& place, std::size_t length, std::vector<Explanation>& out) {
    const std::vector<ExecutionRow>& rows = progress_.executions(place.path);
    if (rows.size() >= length) return;
    const bool runs_workflows = place.find_task() == nullptr;
    std::set<std::int64_t> begun;
    for (const ExecutionRow& row : rows) begun.insert(row.path.element);
    Explanation absent = explain_absent(place);
    absent.enough = place.node->each.stop_early && progress_.has_enough(place);
    for (std::size_t i = 0; i < length; ++i) {
      absent.path.element = static_cast<std::int64_t>(i);
      note_wait(absent);
      const bool open = runs_workflows && progress_.is_open(place, absent.path.element);
      if (!open && !begun.contains(absent.path.element)) out.push_back(absent);
    }
  }

  Explanation explain_row(const ExecutionRow& row, const NodePlace& place) {
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
    auto last = last_attempts_.find(row.path);
    // What was reused may have been begun before: by a driver that died over it.
    if (last != last_attempts_.end() && !taken) {
      found.driver = last->second.driver;
      found.lost = last->second.lost;
    }
    if (run_.driver_dead && row.state == "running" && !row.cause) found.lost = true;
    note_pause(found);
    if (taken || found.why == Why::lost_race) found.earlier = row.result;
    explain_miss(nearest_, row, place.task(), found);
    return found;
  }

  static void name_task(const NodePlace& place, Explanation& found) {
    found.task = place.runs();
    found.workflow = place.task().workflow;
    found.task_version = place.version;
  }

  static Why why(const ExecutionRow& row, const NodePlace& place) {
    if (row.lookup == "hit") return Why::reused;
    if (row.state == "recovered" && !place.node->gate) return Why::recovered;
    if (row.lookup == "gone") return Why::output_gone;
    if (row.lookup == "broken") return Why::output_broken;
    if (row.lookup == "elsewhere") return Why::made_elsewhere;
    if (row.lookup == "refresh") return Why::refreshed;
    if (row.lookup == "off")
      return place.find_task()->cache.enabled ? Why::no_outputs : Why::cache_off;
    if (row.state == "skipped") return Why::skipped;
    if (place.node->gate) return Why::gate;
    if (row.lookup.empty()) return Why::not_asked;
    return row.state == "reused" ? Why::lost_race : Why::first_time;
  }

  Explanation explain_absent(const NodePlace& place) {
    Explanation found;
    found.path = {place.path, -1};
    name_task(place, found);
    found.ended = progress_.ended_around(place);
    bool goes_on = run_.state == "running" && found.ended.empty();
    found.why = goes_on ? Why::waiting : Why::never_started;
    found.waits_for = progress_.missing(place);
    auto room = waits_.rooms.find(found.path.node);
    if (goes_on && found.waits_for.empty() && room != waits_.rooms.end()) found.room = room->second;
    const ExecutionRow* root = goes_on ? nullptr : progress_.root_of(place);
    found.cause = root == nullptr ? cause_ : root->cause;
    found.hook = place.node->hook != Hook::none;
    note_wait(found);
    return found;
  }

  // Who makes the result of what has not begun. Who does after another has died or ended says so a little later.
  void note_wait(Explanation& absent) {
    absent.waited_for = wait_of(absent.path);
    if (absent.why != Why::waiting) return;
    if (waits_.over.contains(absent.path) || (absent.waited_for && !is_going_on(*absent.waited_for)))
      absent.waited_for.reset();
    absent.twin = !absent.waited_for && absent.waits_for.empty() && waits_.twins.contains(absent.path.node);
  }

  // What keeps one that has begun from going on. What was said of that before it paused is over.
  void note_pause(Explanation& begun) {
    auto known = pauses_.find(begun.path);
    if (known == pauses_.end()) return;
    const Pause& pause = known->second;
    begun.cause = pause.cause;
    if (pause.cause) return;
    begun.ready = true;
    begun.lost = pause.lost;
    begun.waited_for.reset();
    auto last = waits_.last.find(begun.path);
    if (last == waits_.last.end() || last->second.at_us < pause.since_us) return;
    const auto& [at_us, run, room] = last->second;
    begun.room = room;
    begun.twin = run == run_.run.id;
    if (run && !begun.twin && is_going_on(*run)) begun.waited_for = run;
  }

  bool is_going_on(const Uuid& other) {
    auto [known, is_new] = going_on_.try_emplace(other);
    if (is_new)
      known->second = goes_on(progress_.history().database(), {run_.run.project, run_.run.domain, other});
    return known->second;
  }

  std::optional<Uuid> wait_of(const NodePath& path) const {
    auto found = waits_.runs.find(path);
    return found == waits_.runs.end() ? std::nullopt : std::optional(found->second);
  }

  RunProgress progress_;
  const RunVertex& run_;
  NearestResults nearest_;
  std::int64_t drivers_ = 1;
  std::map<NodePath, LastAttempt> last_attempts_;  // only where there were several drivers
  Waits waits_;
  std::map<NodePath, Pause> pauses_;
  std::map<Uuid, bool> going_on_;  // runs that were waited for
  std::optional<Json> cause_;  // of the run's end
};

}  // namespace

std::string_view to_text(Why why) {
  constexpr std::array k_words = std::to_array<std::string_view>(
      {"reused", "recovered", "lost_race", "first_time", "tried_before", "key_changed", "output_gone",
       "output_broken", "made_elsewhere", "refreshed", "cache_off", "no_outputs", "not_asked", "empty_map",
       "waiting", "never_started", "skipped", "gate", "workflow"});
  static_assert(k_words.size() == static_cast<std::size_t>(Why::workflow) + 1);
  return k_words.at(static_cast<std::size_t>(why));
}

bool Explanation::ran() const {
  return !state.empty() && why != Why::reused && why != Why::recovered && why != Why::not_asked &&
         why != Why::skipped && why != Why::gate && why != Why::workflow;
}

RunExplanation explain(Store& store, const RunKey& run, const std::optional<NodePath>& node) {
  return Explainer(store, run).explain(node);
}

RunGaps find_gaps(Store& store, const RunKey& run) { return Explainer(store, run).gaps(); }

}  // namespace wf
