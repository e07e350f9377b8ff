#include "core/definition/temporary.hpp"

#include <algorithm>
#include <set>
#include <string_view>
#include <unordered_map>

#include "core/definition/handed_on.hpp"

namespace wf {

namespace {

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

class Search {
 public:
  explicit Search(const Workflow& workflow)
      : workflow_(workflow), handed_on_(workflow), waiting_(workflow.nodes.size()) {
    std::unordered_map<std::string_view, std::size_t> places;
    for (std::size_t i = 0; i < workflow.nodes.size(); ++i) places.emplace(workflow.nodes[i].name, i);
    for (std::size_t i = 0; i < workflow.nodes.size(); ++i) {
      each_predecessor(workflow.nodes[i], [&](const std::string& name) {
        if (auto before = places.find(name); before != places.end()) waiting_[before->second].push_back(i);
      });
    }
  }

  TemporaryOutputs of(std::size_t node, const std::set<std::string>& outputs) {
    TemporaryOutputs found;
    std::set<std::size_t> readers{node};
    readers.insert(waiting_[node].begin(), waiting_[node].end());
    for (const std::string& name : outputs) {
      std::set<Named> holders = handed_on_.holders({workflow_.nodes[node].name, name});
      bool given = std::any_of(holders.begin(), holders.end(),
                               [&](const Named& one) { return handed_on_.gives(one); });
      (given ? found.given : found.spent).push_back(name);
      if (given) continue;
      for (const Named& one : holders) {
        const std::set<std::size_t>& more = handed_on_.readers(one);
        readers.insert(more.begin(), more.end());
      }
    }
    if (!found.spent.empty()) found.readers.assign(readers.begin(), readers.end());
    return found;
  }

 private:
  const Workflow& workflow_;
  HandedOn handed_on_;
  std::vector<std::vector<std::size_t>> waiting_;  // for each node those that refer to it or wait for it
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
  Search search(workflow);
  std::vector<TemporaryOutputs> found(workflow.nodes.size());
  for (std::size_t i = 0; i < found.size(); ++i) {
    if (!outputs[i].empty()) found[i] = search.of(i, outputs[i]);
  }
  return found;
}

}  // namespace wf
