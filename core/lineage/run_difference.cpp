#include "core/lineage/run_difference.hpp"

#include <algorithm>
#include <set>

#include "core/base/text.hpp"
#include "core/catalog/reference.hpp"
#include "core/definition/stored_text.hpp"
#include "core/lineage/aligned_graph.hpp"
#include "core/lineage/codes.hpp"
#include "core/lineage/execution_rows.hpp"
#include "core/lineage/node_difference.hpp"
#include "core/lineage/node_order.hpp"
#include "core/lineage/wiring.hpp"

namespace wf {

namespace {

// The newest result that has these bytes: the one a person who holds the file most likely means.
ComparedRun maker_of(History& history, const LineageQuery& query, const ContentVertex& content) {
  std::optional<Artifact> newest =
      newest_artifact_holding(history.database(), query.project, query.domain, content.digest);
  if (newest) return {history.run(newest->run), newest->node, newest->node.node};
  throw Error(codes::k_not_of_a_run, cat("no run made '", query.reference, "'"),
              "give runs, or files and results that runs made; 'wf ls' lists runs");
}

// The node behind an output of the run; the whole run when it is no node's.
std::string node_behind(History& history, const RunVertex& run, const std::string& output) {
  std::string found;
  Wiring(history, run.run).each_source({}, Elements(), [&](const Wire& wire) {
    if (wire.input == output && found.empty()) found = wire.node;
  });
  return found;
}

std::vector<std::int64_t> elements_of(History& history, const RunKey& run, const std::string& node) {
  std::vector<std::int64_t> found;
  for (const NodeRow& row : history.rows(run, node)) found.push_back(row.element);
  auto [frame, name] = split_path(node);
  for (const FrameRow& one : history.frames(run, frame, name)) found.push_back(one.element);
  return found;
}

// A node of the run, whether it has run or not, or an element that has.
void require_node(History& history, const RunKey& run, const NodePath& node) {
  std::vector<std::int64_t> elements = elements_of(history, run, node.node);
  if (node.element < 0 && (!elements.empty() || history.node(run, node.node) != nullptr)) return;
  if (node.element >= 0 && std::find(elements.begin(), elements.end(), node.element) != elements.end())
    return;
  throw_no_node(run, node, history.node_names(run));
}

ComparedRun compared_node(History& history, const RunKey& run, const NodePath& node) {
  require_node(history, run, node);
  auto [frame, name] = split_path(node.node);
  bool has_frames = !history.frames(run, frame, name).empty();
  return {history.run(run), node, has_frames ? node.text() : node.node};
}

ComparedRun find_compared(Store& store, History& history, const LineageQuery& query) {
  Subject subject = find_subject(store, query);
  if (const auto* run = std::get_if<RunSubject>(&subject)) return {history.run(run->run), {}, {}};
  if (const auto* node = std::get_if<NodeSubject>(&subject))
    return compared_node(history, node->run, node->node);
  if (const auto* content = std::get_if<ContentVertex>(&subject)) return maker_of(history, query, *content);
  if (const auto* data = std::get_if<DataSubject>(&subject)) {
    const RunVertex& run = history.run(data->run);
    if (data->node.node == k_run_inputs) return {run, {}, {}};
    if (data->node.node != k_run_outputs) return compared_node(history, data->run, data->node);
    std::string behind = node_behind(history, run, data->output);
    return {run, {behind, -1}, behind};
  }
  throw Error(codes::k_not_of_a_run, cat("'", query.reference, "' is a version, and not a run"),
              "what differs between two versions: wf version diff A B");
}

std::map<std::string, InputVertex> inputs_of(History& history, const RunKey& run) {
  std::map<std::string, InputVertex> inputs;
  for (StoredInput& input : history.inputs(run)) inputs.emplace(input.vertex.name, std::move(input.vertex));
  return inputs;
}

std::map<std::string, InputVertex> outputs_of(History& history, const Result& result) {
  std::map<std::string, InputVertex> found;
  for (NamedValue& value : history.data(result.run, result.artifact)) {
    InputVertex& output =
        found.emplace(value.name, plain_value(value.name, value.type, std::move(value.value))).first->second;
    output.size = history.size_of(output.value);
  }
  return found;
}

bool same_value(const InputVertex& one, const InputVertex& other) {
  return one.type == other.type && one.value.canonical() == other.value.canonical();
}

// Pairs by name; equal values are left out.
std::vector<ValuePair> pair_up(const std::map<std::string, InputVertex>& before,
                               const std::map<std::string, InputVertex>& after) {
  std::map<std::string, ValuePair> pairs;
  for (const auto& [name, value] : before) pairs[name].before = value;
  for (const auto& [name, value] : after) pairs[name].after = value;
  std::vector<ValuePair> different;
  for (auto& [name, pair] : pairs) {
    if (pair.before && pair.after && same_value(*pair.before, *pair.after)) continue;
    pair.name = name;
    different.push_back(std::move(pair));
  }
  return different;
}

// The executions of one run, as far as they are compared.
class Side {
 public:
  Side(History& history, const ComparedRun& compared, NodeNames names, NodeReach reach)
      : run_(compared.run.run),
        names_(std::move(names)),
        rows_(read_executions(history.database(), run_)),
        parts_(history.database(), run_) {
    for (ExecutionRow& row : rows_) row.path.node = names_(row.path.node);
    std::sort(rows_.begin(), rows_.end(),
              [](const ExecutionRow& one, const ExecutionRow& other) { return one.path < other.path; });
    if (compared.node.node.empty()) return;
    std::vector<NodePath> nodes{compared.node};
    for (const std::string& name : history.node_names(run_))
      if (name != compared.node.node && is_at(name, compared.path)) nodes.push_back({name, -1});
    // What comes of one element is compared whole.
    if (reach == NodeReach::down)
      for (const NodePath& node : nodes) elements_.emplace(names_(node.node), node.element);
    else
      behind_ = behind_executions(history, run_, nodes);
    for (const auto& [node, element] : behind_.elements) elements_.emplace(names_(node), element);
  }

  // What was taken of an input of the run, one after the other.
  Json taken_of(const InputVertex& input) const {
    Json taken = Json::array();
    auto places = behind_.inputs.find(input.name);
    if (places == behind_.inputs.end()) return taken.push(input.value);
    for (const ValuePlace& place : places->second) taken.push(placed(input.type, input.value, place).value);
    return taken;
  }

  // Of the run itself.
  std::string own_name(const std::string& node) const { return names_(node); }

  // The one element of the node that is compared; -1: all.
  std::int64_t element_of(const std::string& node) const {
    auto found = elements_.find(node);
    return found == elements_.end() ? -1 : found->second;
  }
  bool takes(const NodePath& path) const {
    std::int64_t only = element_of(path.node);
    return only < 0 || path.element < 0 || path.element == only;
  }

  std::vector<const ExecutionRow*> executions(const std::string& node) const {
    auto before = [](const ExecutionRow& row, const std::string& name) { return row.path.node < name; };
    std::vector<const ExecutionRow*> found;
    for (auto row = std::lower_bound(rows_.begin(), rows_.end(), node, before);
         row != rows_.end() && row->path.node == node; ++row) {
      if (takes(row->path)) found.push_back(&*row);
    }
    return found;
  }

  std::map<std::string, Effort> efforts(Database& database) const {
    Statement& rows = database.statement(
        "SELECT node, element, count(*), sum(duration_ns), sum(cpu_us), max(max_rss_bytes) FROM attempt "
        "WHERE project = ?1 AND domain = ?2 AND run = ?3 GROUP BY node, element");
    ResetLater reset(rows);
    rows.bind(run_.project, run_.domain, run_.id);
    std::map<std::string, Effort> efforts;
    while (rows.step()) {
      NodePath path{names_(rows.string(0)), rows.integer(1)};
      if (!takes(path)) continue;
      Effort& effort = efforts[path.node];
      effort.attempts += rows.integer(2);
      effort.duration_us += rows.optional_integer(3).value_or(0) / 1000;
      effort.cpu_us += rows.optional_integer(4).value_or(0);
      effort.max_rss_bytes = std::max(effort.max_rss_bytes, rows.optional_integer(5));
    }
    return efforts;
  }

  PartsReader& parts() { return parts_; }
  const RunKey& run() const { return run_; }

 private:
  RunKey run_;
  NodeNames names_;
  std::vector<ExecutionRow> rows_;
  PartsReader parts_;
  std::map<std::string, std::int64_t> elements_;
  Behind behind_;
};

class Comparison {
 public:
  Comparison(History& history, RunDifference& difference, NodeReach reach, std::size_t most)
      : history_(&history),
        difference_(&difference),
        most_(most),
        before_(history, difference.before, {}, reach),
        after_(history, difference.after, {difference.before.path, difference.after.path}, reach),
        definitions_(history) {}

  // Of the inputs that differ those of which what was taken does.
  void compare_inputs() {
    std::erase_if(difference_->inputs, [&](const ValuePair& input) {
      return input.before && input.after && before_.taken_of(*input.before) == after_.taken_of(*input.after);
    });
  }

  void compare_environment(const NodeOrder& order) {
    auto of = [&](const Side& side) {
      std::vector<std::string> nodes;
      for (const std::string& node : order.nodes()) nodes.push_back(side.own_name(node));
      return environment_of(*history_, side.run(), nodes);
    };
    difference_->environment = pair_up(of(before_), of(after_));
  }

  void compare_nodes(const NodeOrder& order) {
    std::map<std::string, Effort> before = before_.efforts(history_->database());
    std::map<std::string, Effort> after = after_.efforts(history_->database());
    for (const std::string& node : order.nodes()) {
      compare(node, order.upstream(node));
      EffortPair effort{node, before[node], after[node]};
      if (effort.before.attempts > 0 || effort.after.attempts > 0) difference_->efforts.push_back(effort);
    }
    difference_->aligned = aligned_graph(*difference_, tallies_, order);
  }

 private:
  using Pair = std::pair<const ExecutionRow*, const ExecutionRow*>;

  void compare(const std::string& node, const std::set<std::string>& upstream) {
    bool agrees = std::none_of(upstream.begin(), upstream.end(),
                               [&](const std::string& name) { return differing_.count(name) > 0; });
    NonDeterminism chance{node, {}};
    for (const auto& [element, rows] : align(node)) {
      ++difference_->executions_compared;
      ExecutionDifference found = compare_rows({node, element}, rows.first, rows.second);
      bool open =
          is_open(difference_->before.run, found.before) || is_open(difference_->after.run, found.after);
      count(found, open);
      if (open || is_same(found)) continue;
      differing_.insert(node);
      ++difference_->executions_that_differ;
      if (found.non_deterministic()) chance.elements.push_back(element);
      if (difference_->executions.size() >= most_) continue;
      found.upstream_agrees = agrees;
      if (rows.first != nullptr && rows.second != nullptr) explain(found, *rows.first, *rows.second);
      difference_->executions.push_back(std::move(found));
    }
    if (!chance.elements.empty()) difference_->non_deterministic.push_back(std::move(chance));
  }

  // Whether it is still to be seen how an execution of the run ends.
  bool is_open(const RunVertex& run, const std::string& state) {
    bool open = run.state == "running" && (state.empty() || state == "running");
    if (open) difference_->unfinished = run.run;
    return open;
  }

  void count(const ExecutionDifference& one, bool open) {
    NodeTally& tally = tallies_[one.path.node];
    ++tally.compared;
    tally.mapped = tally.mapped || one.path.element >= 0;
    if (open || is_same(one)) return;
    ++(one.after.empty() ? tally.only_before : one.before.empty() ? tally.only_after : tally.different);
    tally.non_deterministic = tally.non_deterministic || one.non_deterministic();
  }

  // By element; of two elements that are compared with each other, by that of the side before.
  std::map<std::int64_t, Pair> align(const std::string& node) const {
    std::map<std::int64_t, Pair> aligned;
    for (const ExecutionRow* row : before_.executions(node)) aligned[row->path.element].first = row;
    std::int64_t one = before_.element_of(node);
    bool paired = one >= 0 && after_.element_of(node) >= 0;
    for (const ExecutionRow* row : after_.executions(node)) {
      bool mapped = row->path.element >= 0;
      aligned[paired && mapped ? one : row->path.element].second = row;
    }
    return aligned;
  }

  static bool is_same(const ExecutionDifference& one) {
    return one.same_state() && one.same_cause() && one.keys != KeyRelation::different && one.outputs.empty();
  }

  ExecutionDifference compare_rows(NodePath path, const ExecutionRow* before, const ExecutionRow* after) {
    ExecutionDifference found;
    found.path = std::move(path);
    auto tell = [](const ExecutionRow* row, std::string& state, std::optional<Json>& cause) {
      if (row == nullptr) return;
      state = row->state;
      cause = row->cause;
    };
    tell(before, found.before, found.before_cause);
    tell(after, found.after, found.after_cause);
    if (before == nullptr || after == nullptr) return found;
    if (before->key && after->key)
      found.keys = *before->key == *after->key ? KeyRelation::equal : KeyRelation::different;
    bool both = before->result && after->result && before->result->artifact != after->result->artifact;
    if (both)
      found.outputs = pair_up(outputs_of(*history_, *before->result), outputs_of(*history_, *after->result));
    if (!before->result && !after->result && before->path.element < 0)
      found.outputs = pair_up(answer_of(*history_, before_.run(), before->path.node),
                              answer_of(*history_, after_.run(), after_.own_name(after->path.node)));
    return found;
  }

  void explain(ExecutionDifference& found, const ExecutionRow& before, const ExecutionRow& after) {
    const NodePath one{before_.own_name(before.path.node), before.path.element};
    const NodePath other{after_.own_name(after.path.node), after.path.element};
    if (found.keys == KeyRelation::different) compare_keys(found, before, after);
    if (found.keys == KeyRelation::unknown && has_run(before) && has_run(after)) {
      found.definition = definitions_.changes({before_.run(), one.node}, {after_.run(), other.node});
      found.inputs =
          pair_up(given_to(*history_, before_.run(), one), given_to(*history_, after_.run(), other));
    }
    std::string task = task_name(*history_, before_.run(), one.node);
    std::string other_task = task_name(*history_, after_.run(), other.node);
    found.uncached = found.keys == KeyRelation::unknown && before.result && after.result && !task.empty();
    if (task == other_task) return;
    std::erase_if(found.definition, [](const Change& change) { return path_text(change) == "node.task"; });
    Change chosen;
    chosen.path = {"task"};
    chosen.before = std::move(task);
    chosen.after = std::move(other_task);
    found.definition.insert(found.definition.begin(), std::move(chosen));
  }

  void compare_keys(ExecutionDifference& found, const ExecutionRow& before, const ExecutionRow& after) {
    std::optional<KeyParts> one = before_.parts().of(before);
    std::optional<KeyParts> other = after_.parts().of(after);
    if (one && other) found.parts = wf::compare(*one, *other);
  }

  static bool has_run(const ExecutionRow& row) { return row.result || row.state == "failed"; }

  History* history_;
  RunDifference* difference_;
  std::size_t most_;
  Side before_;
  Side after_;
  std::set<std::string> differing_;
  std::map<std::string, NodeTally> tallies_;
  NodeDefinitions definitions_;
};

}  // namespace

std::string_view to_text(KeyRelation relation) {
  if (relation == KeyRelation::equal) return "equal";
  return relation == KeyRelation::different ? "different" : "unknown";
}

bool ExecutionDifference::same_state() const {
  return before == after || (has_result(before) && has_result(after));
}

// Of what was aborted it is chance which failure came first.
bool ExecutionDifference::same_cause() const {
  if (before != "failed" || after != "failed" || !before_cause || !after_cause) return true;
  auto said = [](const Json& cause, const char* member) {
    const Json* found = cause.find(member);
    return found == nullptr ? Json() : *found;
  };
  return said(*before_cause, "code") == said(*after_cause, "code") &&
         said(*before_cause, "message") == said(*after_cause, "message");
}

const ExecutionDifference* RunDifference::first() const {
  auto found = std::find_if(executions.begin(), executions.end(),
                            [](const ExecutionDifference& one) { return one.upstream_agrees; });
  return found == executions.end() ? nullptr : &*found;
}

bool RunDifference::truncated() const {
  return executions_that_differ > static_cast<std::int64_t>(executions.size());
}

bool RunDifference::same() const {
  return definition.empty() && inputs.empty() && environment.empty() && executions_that_differ == 0;
}

RunDifference difference_of_runs(Store& store, const LineageQuery& before, const LineageQuery& after,
                                 std::size_t most) {
  History history(store.database());
  RunDifference difference;
  difference.before = find_compared(store, history, before);
  difference.after = find_compared(store, history, after);
  const RunVertex& one = difference.before.run;
  const RunVertex& other = difference.after.run;
  if (one.version != other.version)
    difference.definition = difference_of_versions(store, one.version, other.version);
  difference.inputs = pair_up(inputs_of(history, one.run), inputs_of(history, other.run));
  NodeReach reach = before.limits.down == 0 ? NodeReach::up
                    : before.limits.up == 0 ? NodeReach::down
                                            : NodeReach::both;
  difference.reach = reach;
  bool whole = difference.before.node.node.empty() || difference.after.node.node.empty();
  NodeNames names(difference.before.path, difference.after.path);
  NodeOrder order(history, {{one.run}, {other.run, names}}, whole ? std::string() : difference.before.path,
                  reach);
  if (!whole)
    std::erase_if(difference.inputs,
                  [&](const ValuePair& input) { return order.takers(input.name).empty(); });
  Comparison comparison(history, difference, reach, most);
  comparison.compare_environment(order);
  comparison.compare_inputs();
  comparison.compare_nodes(order);
  for (const RunVertex* run : {&one, &other})
    if (run->state == "running" && (whole || difference.executions_compared == 0))
      difference.unfinished = run->run;
  if (difference.same() && difference.unfinished) {
    std::string id = difference.unfinished->id.text();
    throw Error(codes::k_not_ended, cat("nothing differs yet, but run ", id, " has not ended"),
                cat("ask again when it has: wf wait ", id));
  }
  return difference;
}

}  // namespace wf
