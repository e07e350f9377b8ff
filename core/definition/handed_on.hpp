// Files and folders on their way through a workflow: who takes them, and who gives them on as they are.
#pragma once
#include <cstddef>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "core/definition/model.hpp"

namespace wf {

// What a reference names: an output of a node, or an input of the workflow.
using Named = std::pair<std::string, std::string>;  // its root and its name

// Of one workflow; those that its nodes run are looked into where they are known, each of them once.
class HandedOn {
 public:
  explicit HandedOn(const Workflow& workflow) : workflow_(workflow) {}

  // Everything that may be what `from` is, itself included: a node that runs a workflow may give what it is
  // given.
  std::set<Named> holders(const Named& from) { return holders(workflow_, from); }
  // Nodes that refer to it, by their place.
  const std::set<std::size_t>& readers(const Named& held) { return uses_of(workflow_).readers[held]; }
  // Whether an output of the workflow may hold it.
  bool gives(const Named& held) { return !uses_of(workflow_).given[held].empty(); }

 private:
  struct Taken {
    const Node* node;  // or the case of one
    std::string input;
  };
  struct Uses {
    std::map<Named, std::vector<Taken>> taken;  // by nodes that run workflows
    std::map<Named, std::set<std::size_t>> readers;
    std::map<Named, std::set<std::string>> given;
  };

  Uses& uses_of(const Workflow& workflow);
  static void note_node(const Workflow& workflow, std::size_t at, Uses& uses);
  std::set<Named> holders(const Workflow& workflow, const Named& from);
  std::set<std::string> handed_on(const Workflow& workflow, const Taken& taken);
  const std::set<std::string>& given_of_input(const Workflow& workflow, const std::string& input);

  const Workflow& workflow_;
  std::map<const Workflow*, Uses> uses_;
  std::map<std::pair<const Workflow*, std::string>, std::set<std::string>> given_of_input_;
};

// A node, or each of its cases.
template <typename Visit>
void each_choice(const Node& node, const Visit& visit) {
  if (node.cases.empty()) visit(node);
  for (const Node& one : node.cases) visit(one);
}

}  // namespace wf
