#include "core/lineage/run_difference.hpp"

#include <algorithm>
#include <set>

#include "core/base/text.hpp"
#include "core/catalog/reference.hpp"
#include "core/lineage/codes.hpp"
#include "core/lineage/node_order.hpp"

namespace wf {

namespace {

// The newest result that has these bytes: the one a person who holds the file most likely means.
ComparedRun maker_of(History& history, const LineageQuery& query, const ContentVertex& content) {
  constexpr std::int64_t k_all = 1'000'000;
  std::optional<Artifact> newest;
  for (const Holding& holding :
       artifacts_holding(history.database(), query.project, query.domain, content.digest, k_all)) {
    auto artifact = find_artifact(history.database(), query.project, query.domain, holding.artifact);
    if (artifact && (!newest || artifact->created_us > newest->created_us)) newest = artifact;
  }
  if (newest) return {history.run(newest->run), newest->node.node};
  throw Error(codes::k_not_of_a_run, cat("no run made '", query.reference, "'"),
              "give runs, or files and results that runs made; 'wf ls' lists runs");
}

// The node behind an output of the run; the whole run when it is no node's.
std::string node_behind(History& history, const RunVertex& run, const std::string& output) {
  for (const Feed& feed : history.feeds_into(run.version, "")) {
    if (feed.input == output) return feed.source;
  }
  return {};
}

ComparedRun find_compared(Store& store, History& history, const LineageQuery& query) {
  Subject subject = find_subject(store, query);
  if (const auto* run = std::get_if<RunSubject>(&subject)) return {history.run(run->run), {}};
  if (const auto* node = std::get_if<NodeSubject>(&subject)) return {history.run(node->run), node->node.node};
  if (const auto* content = std::get_if<ContentVertex>(&subject)) return maker_of(history, query, *content);
  if (const auto* data = std::get_if<DataSubject>(&subject)) {
    const RunVertex& run = history.run(data->run);
    if (data->node.node == k_run_inputs) return {run, {}};
    if (data->node.node == k_run_outputs) return {run, node_behind(history, run, data->output)};
    return {run, data->node.node};
  }
  throw Error(codes::k_not_of_a_run, cat("'", query.reference, "' is a version, and not a run"),
              "what differs between two versions: wf version diff A B");
}

std::map<std::string, InputVertex> inputs_of(History& history, const RunKey& run) {
  Statement& rows = history.database().statement(
      "SELECT name, type, value, given, origin FROM run_input WHERE project = ?1 AND domain = ?2 AND "
      "run = ?3 ORDER BY name");
  ResetLater reset(rows);
  rows.bind(run.project, run.domain, run.id);
  std::map<std::string, InputVertex> inputs;
  while (rows.step()) {
    InputVertex input{run, rows.string(0), rows.string(1),         Json::parse(rows.text(2), "an input"),
                      -1,  rows.string(3), rows.optional_string(4)};
    inputs.emplace(input.name, std::move(input));
  }
  for (auto& [name, input] : inputs) input.size = history.size_of(input.value);
  return inputs;
}

InputVertex plain(std::string name, std::string type, Json value) {
  InputVertex vertex;
  vertex.name = std::move(name);
  vertex.type = std::move(type);
  vertex.value = std::move(value);
  return vertex;
}

std::map<std::string, InputVertex> environment_of(History& history, const RunKey& run) {
  Statement& row = history.database().statement(
      "SELECT d.host, d.platform, d.wf_version, r.settings FROM run r JOIN driver d ON d.project = r.project "
      "AND "
      "d.domain = r.domain AND d.run = r.id WHERE r.project = ?1 AND r.domain = ?2 AND r.id = ?3 "
      "ORDER BY d.fence DESC LIMIT 1");
  ResetLater reset(row);
  row.bind(run.project, run.domain, run.id);
  std::map<std::string, InputVertex> found;
  if (!row.step()) return found;
  auto put = [&](const char* name, Json value) {
    found.emplace(name, plain(name, "string", std::move(value)));
  };
  put("host", row.string(0));
  put("platform", row.string(1));
  put("wf", row.string(2));
  Json settings = Json::parse(row.text(3), "a run's settings");
  if (const Json* path = settings.find("path")) put("path", *path);
  return found;
}

std::map<std::string, InputVertex> outputs_of(History& history, const NodeRow& row) {
  std::map<std::string, InputVertex> found;
  if (!row.artifact) return found;
  for (NamedValue& value : history.data(row.producer, *row.artifact)) {
    InputVertex& output =
        found.emplace(value.name, plain(value.name, value.type, std::move(value.value))).first->second;
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

class Comparison {
 public:
  Comparison(History& history, RunDifference& difference, std::size_t most)
      : history_(&history), difference_(&difference), most_(most) {}

  void compare(const std::string& node, const std::set<std::string>& upstream) {
    bool agrees = std::none_of(upstream.begin(), upstream.end(),
                               [&](const std::string& name) { return differing_.count(name) > 0; });
    std::map<std::int64_t, std::pair<const NodeRow*, const NodeRow*>> aligned;
    for (const NodeRow& row : history_->rows(difference_->before.run.run, node))
      aligned[row.element].first = &row;
    for (const NodeRow& row : history_->rows(difference_->after.run.run, node))
      aligned[row.element].second = &row;
    for (const auto& [element, rows] : aligned) {
      ++difference_->executions_compared;
      ExecutionDifference found = compare_rows({node, element}, rows.first, rows.second);
      if (is_same(found)) continue;
      differing_.insert(node);
      ++difference_->executions_that_differ;
      if (difference_->executions.size() >= most_) continue;
      found.upstream_agrees = agrees;
      if (found.keys == KeyRelation::different) explain(found, *rows.first, *rows.second);
      difference_->executions.push_back(std::move(found));
    }
  }

 private:
  static bool done(const std::string& state) { return state == "succeeded" || state == "reused"; }

  static bool is_same(const ExecutionDifference& one) {
    bool same_state = one.before == one.after || (done(one.before) && done(one.after));
    return same_state && one.keys != KeyRelation::different && one.outputs.empty();
  }

  ExecutionDifference compare_rows(NodePath path, const NodeRow* before, const NodeRow* after) {
    ExecutionDifference found;
    found.path = std::move(path);
    if (before != nullptr) found.before = before->state;
    if (after != nullptr) found.after = after->state;
    if (before == nullptr || after == nullptr) return found;
    if (before->cache_key && after->cache_key)
      found.keys = *before->cache_key == *after->cache_key ? KeyRelation::equal : KeyRelation::different;
    bool both = before->artifact && after->artifact && *before->artifact != *after->artifact;
    if (both) found.outputs = pair_up(outputs_of(*history_, *before), outputs_of(*history_, *after));
    return found;
  }

  void explain(ExecutionDifference& found, const NodeRow& before, const NodeRow& after) {
    auto parts_of = [&](const RunKey& run, const Digest& key) {
      return find_key_parts(history_->database(), run.project, run.domain, key);
    };
    auto one = parts_of(difference_->before.run.run, *before.cache_key);
    auto other = parts_of(difference_->after.run.run, *after.cache_key);
    if (one && other) found.parts = wf::compare(*one, *other);
  }

  History* history_;
  RunDifference* difference_;
  std::size_t most_;
  std::set<std::string> differing_;
};

std::map<std::string, Effort> efforts_of(Database& database, const RunKey& run) {
  Statement& rows = database.statement(
      "SELECT node, count(*), sum(duration_ns), sum(cpu_us), max(max_rss_bytes) FROM attempt WHERE "
      "project = ?1 AND domain = ?2 AND run = ?3 GROUP BY node");
  ResetLater reset(rows);
  rows.bind(run.project, run.domain, run.id);
  std::map<std::string, Effort> efforts;
  while (rows.step()) {
    efforts[rows.string(0)] = {rows.integer(1), rows.optional_integer(2).value_or(0) / 1000,
                               rows.optional_integer(3).value_or(0), rows.optional_integer(4).value_or(0)};
  }
  return efforts;
}

}  // namespace

std::string_view to_text(KeyRelation relation) {
  if (relation == KeyRelation::equal) return "equal";
  return relation == KeyRelation::different ? "different" : "unknown";
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
  difference.environment = pair_up(environment_of(history, one.run), environment_of(history, other.run));
  std::map<std::string, Effort> efforts_before = efforts_of(store.database(), one.run);
  std::map<std::string, Effort> efforts_after = efforts_of(store.database(), other.run);
  Comparison comparison(history, difference, most);
  NodeOrder order(history, {one.version, other.version}, {difference.before.node, difference.after.node});
  bool whole = difference.before.node.empty() || difference.after.node.empty();
  if (!whole)
    std::erase_if(difference.inputs, [&](const ValuePair& input) { return !order.takes_input(input.name); });
  for (const std::string& node : order.nodes()) {
    comparison.compare(node, order.upstream(node));
    EffortPair effort{node, efforts_before[node], efforts_after[node]};
    if (effort.before.attempts > 0 || effort.after.attempts > 0) difference.efforts.push_back(effort);
  }
  return difference;
}

}  // namespace wf
