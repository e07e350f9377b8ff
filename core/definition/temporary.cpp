#include "core/definition/temporary.hpp"

#include <algorithm>
#include <set>
#include <unordered_map>

namespace wf {

namespace {

// A node, or each of its cases.
template <typename Visit>
void each_choice(const Node& node, const Visit& visit) {
  if (node.cases.empty()) visit(node);
  for (const Node& one : node.cases) visit(one);
}

std::set<std::string> declared(const Workflow& workflow, const Node& node) {
  std::set<std::string> found;
  each_choice(node, [&](const Node& one) {
    const Task* task = task_of(workflow, one);
    if (task == nullptr) return;
    for (const Port& port : task->outputs) {
      if (port.temporary) found.insert(port.name);
    }
  });
  return found;
}

bool hands_on(const Workflow& workflow, const Node& node) {
  bool any = false;
  each_choice(node, [&](const Node& one) { any = any || runs_workflow(workflow, one); });
  return any;
}

class Search {
 public:
  explicit Search(const Workflow& workflow) : workflow_(workflow), followers_(workflow.nodes.size()) {
    for (std::size_t i = 0; i < workflow.nodes.size(); ++i) places_.emplace(workflow.nodes[i].name, i);
    for (std::size_t i = 0; i < workflow.nodes.size(); ++i) {
      each_predecessor(workflow.nodes[i], [&](const std::string& name) {
        if (auto before = places_.find(name); before != places_.end())
          followers_[before->second].push_back(i);
      });
    }
    for (const WorkflowOutput& output : workflow.outputs)
      each_reference(output.binding, [&](const Reference& one) { given_[one.root].insert(one.name); });
  }

  TemporaryOutputs of(std::size_t node, const std::set<std::string>& outputs) const {
    bool handed_on = false;
    std::set<std::size_t> readers = readers_of(node, handed_on);
    TemporaryOutputs found;
    for (const std::string& name : outputs) {
      bool given = handed_on || gives(node, name);
      (given ? found.given : found.spent).push_back(name);
    }
    if (!found.spent.empty()) found.readers.assign(readers.begin(), readers.end());
    return found;
  }

 private:
  // `handed_on`: one of them that hands on is what the workflow gives something of.
  std::set<std::size_t> readers_of(std::size_t node, bool& handed_on) const {
    std::set<std::size_t> found{node};
    std::vector<std::size_t> open{node};
    while (!open.empty()) {
      std::size_t at = open.back();
      open.pop_back();
      for (std::size_t next : followers_[at]) {
        if (!found.insert(next).second || !hands_on(workflow_, workflow_.nodes[next])) continue;
        handed_on = handed_on || given_.contains(workflow_.nodes[next].name);
        open.push_back(next);
      }
    }
    return found;
  }

  bool gives(std::size_t node, const std::string& output) const {
    auto given = given_.find(workflow_.nodes[node].name);
    return given != given_.end() && given->second.contains(output);
  }

  const Workflow& workflow_;
  std::unordered_map<std::string_view, std::size_t> places_;
  std::vector<std::vector<std::size_t>> followers_;
  std::unordered_map<std::string, std::set<std::string>> given_;
};

}  // namespace

std::vector<TemporaryOutputs> temporary_outputs(const Workflow& workflow) {
  std::vector<std::set<std::string>> outputs;
  bool any = false;
  for (const Node& node : workflow.nodes) {
    outputs.push_back(declared(workflow, node));
    any = any || !outputs.back().empty();
  }
  if (!any) return {};
  const Search search(workflow);
  std::vector<TemporaryOutputs> found(workflow.nodes.size());
  for (std::size_t i = 0; i < found.size(); ++i) {
    if (!outputs[i].empty()) found[i] = search.of(i, outputs[i]);
  }
  return found;
}

}  // namespace wf
