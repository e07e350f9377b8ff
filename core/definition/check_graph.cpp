#include <algorithm>

#include "core/base/text.hpp"
#include "core/definition/constants.hpp"
#include "core/definition/draft.hpp"
#include "core/definition/run_size.hpp"
#include "core/definition/temporary.hpp"

namespace wf {

namespace {

constexpr std::size_t k_shown_nodes = 12;

// Depth-first search without recursion: a chain may be as long as the file. Every cycle is reported once, at
// the binding that closes it.
class CycleSearch {
 public:
  CycleSearch(Decoder& decoder, const Draft& draft) : decoder_(decoder), draft_(draft) {
    std::size_t count = draft.nodes.size();
    first_.assign(count + 1, 0);
    for (const Edge& edge : draft.edges) ++first_[edge.from + 1];
    for (std::size_t i = 0; i < count; ++i) first_[i + 1] += first_[i];
    sorted_.resize(draft.edges.size());
    std::vector<std::size_t> fill(first_.begin(), first_.end() - 1);
    for (const Edge& edge : draft.edges) sorted_[fill[edge.from]++] = &edge;
    state_.assign(count, State::fresh);
  }

  void run() {
    for (std::size_t node = 0; node < state_.size(); ++node) {
      if (state_[node] == State::fresh) search(node);
    }
  }

 private:
  enum class State : std::uint8_t { fresh, open, done };
  struct Step {
    std::size_t node;
    std::size_t next_edge;
  };

  void search(std::size_t start) {
    enter(start);
    while (!path_.empty()) {
      Step& step = path_.back();
      if (step.next_edge == first_[step.node + 1]) {
        state_[step.node] = State::done;
        path_.pop_back();
        continue;
      }
      const Edge& edge = *sorted_[step.next_edge++];
      if (state_[edge.to] == State::open) report(edge);
      if (state_[edge.to] == State::fresh) enter(edge.to);
    }
  }

  void enter(std::size_t node) {
    state_[node] = State::open;
    path_.push_back({node, first_[node]});
  }

  void report(const Edge& edge) {
    auto begin =
        std::find_if(path_.begin(), path_.end(), [&](const Step& step) { return step.node == edge.to; });
    std::vector<std::string> names;
    for (auto step = begin; step != path_.end(); ++step)
      names.push_back(draft_.workflow.nodes[step->node].name);
    std::sort(names.begin(), names.end());
    std::string key = join(names, " ");
    if (!reported_.insert(key).second) return;
    decoder_.error(edge.at, {codes::k_cycle,
                             cat("nodes wait for each other: ", describe(begin, edge)),
                             {},
                             "take one of these references away"});
  }

  std::string describe(std::vector<Step>::iterator begin, const Edge& edge) const {
    std::string out;
    std::size_t shown = 0;
    for (auto step = begin; step != path_.end(); ++step) {
      if (++shown > k_shown_nodes) {
        out += "… -> ";
        break;
      }
      out += cat(draft_.workflow.nodes[step->node].name, " -> ");
    }
    return out + draft_.workflow.nodes[edge.to].name;
  }

  Decoder& decoder_;
  const Draft& draft_;
  std::vector<std::size_t> first_;
  std::vector<const Edge*> sorted_;
  std::vector<State> state_;
  std::vector<Step> path_;
  std::unordered_set<std::string> reported_;
};

// Whether all was understood that may lead to what stands before a node or a case.
bool is_understood(const YamlTree& tree, const Node& node, const NodeDraft& draft) {
  const NodeKeys& keys = draft.keys;
  auto all_of = [&](YamlId mapping, const auto& read) {
    return mapping == k_no_yaml || tree[mapping].count / 2 == read.size();
  };
  bool condition = keys.when == k_no_yaml || node.when;
  // Without a value a gate has null, which only a signal may have.
  const auto* literal = node.gate ? std::get_if<Json>(&node.gate->value.value) : nullptr;
  bool gate = literal == nullptr || !literal->is_null() || node.gate->kind == Gate::Kind::signal;
  bool after = keys.after == k_no_yaml || tree[keys.after].count == 0;
  if (!after || !condition || !gate || !all_of(keys.with, node.with) || !all_of(keys.map, node.map))
    return false;
  for (std::size_t i = 0; i < node.cases.size(); ++i)
    if (!is_understood(tree, node.cases[i], draft.cases[i])) return false;
  return true;
}

bool is_always_false(const std::optional<Expression>& condition) {
  return condition && constant_truth(*condition) == false;
}

void report_always_skipped(Decoder& decoder, const Draft& draft) {
  for (std::size_t i = 0; i < draft.nodes.size(); ++i) {
    const Node& node = draft.workflow.nodes[i];
    for (std::size_t c = 0; c < node.cases.size(); ++c) {
      if (is_always_false(node.cases[c].when))
        decoder.warning(
            draft.nodes[i].cases[c].keys.when,
            {codes::k_never_runs,
             cat("this case of node '", node.name, "' can never run: its condition is always false"),
             {},
             "let the condition hang on an input or a node, or remove the case"});
    }
    if (!is_always_false(node.when)) continue;
    decoder.warning(draft.nodes[i].keys.when, {codes::k_never_runs,
                                               cat("node '", node.name, "' can never run: its condition is always false"),
                                               {},
                                               "let the condition hang on an input or a node, or remove the node"});
  }
}

// Nodes that wait for a failure of nobody.
void report_never_run(Decoder& decoder, const Draft& draft) {
  std::vector<bool> waits(draft.nodes.size());
  for (const Edge& edge : draft.edges) waits[edge.from] = true;
  for (std::size_t i = 0; i < draft.nodes.size(); ++i) {
    const Node& node = draft.workflow.nodes[i];
    if (waits[i] || node.hook != Hook::none || node.run_if != RunIf::any_failed) continue;
    if (!is_understood(decoder.tree, node, draft.nodes[i])) continue;
    decoder.warning(draft.nodes[i].keys.run_if,
                    {codes::k_never_runs,
                     cat("node '", node.name, "' can never run: nothing is before it that may fail"),
                     {},
                     "name what may fail under 'after', or make it 'on_failure'"});
  }
}

// Outputs that are temporary, and given by the workflow all the same.
void report_given(Decoder& decoder, const Draft& draft) {
  const std::vector<TemporaryOutputs> found = temporary_outputs(draft.workflow);
  for (std::size_t i = 0; i < found.size(); ++i) {
    const std::size_t task = draft.nodes[i].task;
    if (task >= draft.tasks.size()) continue;  // of another version, or of cases
    for (const std::string& name : found[i].given) {
      const std::size_t output = draft.tasks[task].output_index.find(name);
      decoder.warning(draft.tasks[task].outputs[output].key,
                      {codes::k_temporary_given,
                       cat("'", name, "' is temporary and stays all the same: the workflow may give what node '",
                           draft.workflow.nodes[i].name, "' makes"),
                       {},
                       "remove 'temporary', or give something else"});
    }
  }
}

// What no run could come to the end of.
void report_too_large(Decoder& decoder, const Draft& draft) {
  const std::vector<Node>& nodes = draft.workflow.nodes;
  const Node* beyond = node_beyond_bound(draft.workflow);
  if (beyond == nullptr) return;
  decoder.error(draft.nodes[static_cast<std::size_t>(beyond - nodes.data())].key,
                {codes::k_too_large_run,
                 cat("with node '", beyond->name, "' a run has more than ", k_most_executions, " executions"),
                 {},
                 "map over fewer elements and let each do more, or make several runs of it"});
}

}  // namespace

void check_graph(Decoder& decoder, const Draft& draft) {
  CycleSearch(decoder, draft).run();
  report_never_run(decoder, draft);
  report_always_skipped(decoder, draft);
  report_given(decoder, draft);
  report_too_large(decoder, draft);
  const std::vector<Task>& tasks = draft.workflow.tasks;
  bool dynamic = std::any_of(tasks.begin(), tasks.end(), [](const Task& task) { return task.promised.has_value(); });
  if (dynamic) return;  // what is emitted may run them
  for (std::size_t i = 0; i < draft.tasks.size(); ++i) {
    if (draft.tasks[i].used) continue;
    decoder.warning(draft.tasks[i].key, {codes::k_unused_task,
                                         cat("no node runs task '", tasks[i].name, "'"),
                                         {},
                                         "remove it, or add a node for it"});
  }
}

}  // namespace wf
