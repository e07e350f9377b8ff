// Temporary outputs: kept as long as somebody in the run may read them.
#include <algorithm>
#include <utility>

#include "core/engine/driver.hpp"

namespace wf {

// By the node, also where one of its cases gives them.
std::vector<std::string> Driver::temporary_of(const Taken& taken) const {
  std::vector<std::string> found;
  const PlanNode& planned = taken.node.frame->plan().nodes[taken.node.node];
  if (planned.temporary.empty()) return found;
  for (const Port& port : taken.node.plan().task->task->outputs) {
    bool spent = std::binary_search(planned.temporary.begin(), planned.temporary.end(), port.name);
    if (port.temporary && spent) found.push_back(port.name);
  }
  return found;
}

void Driver::note_temporary(const Taken& taken, const Uuid& artifact,
                            const std::vector<OutputValue>& outputs) {
  const std::vector<std::string> names = temporary_of(taken);
  for (const OutputValue& output : outputs) {
    if (std::find(names.begin(), names.end(), output.name) == names.end()) continue;
    temporary_[taken.node].push_back({artifact, output.name, contents_of(output.type, output.value)});
    ++temporary_users_[{artifact, output.name}];
  }
}

// A node has ended: those that it was the last to read are spent.
void Driver::spend_after(NodeOf node) {
  for (NodeIndex read : node.frame->plan().nodes[node.node].reads) {
    const NodeOf made{node.frame, read};
    const std::vector<NodeIndex>& readers = node.frame->plan().nodes[read].readers;
    bool over = std::all_of(readers.begin(), readers.end(), [&](NodeIndex reader) {
      Outcome outcome = node.frame->state(reader).outcome;
      return outcome == Outcome::succeeded || outcome == Outcome::skipped;
    });
    if (over) spend(made);
  }
}

// Several nodes may have the same result: the last of them spends it.
void Driver::spend(NodeOf node) {
  auto known = temporary_.extract(node);
  if (!known) return;
  for (SpentOutput& output : known.mapped()) {
    if (--temporary_users_[{output.artifact, output.name}] > 0) continue;
    for (const Content& content : output.contents) {
      if (!is_staged_for_any(content)) staged_.drop(content);
    }
    spent_.push_back(std::move(output));
  }
}

bool Driver::is_staged_for_any(const Content& content) const {
  const std::string* path = staged_.find(content);
  if (path == nullptr) return false;
  return std::any_of(running_.begin(), running_.end(), [&](const auto& running) {
    const std::vector<std::string>& seen = running.second->prepared.inputs;
    return std::find(seen.begin(), seen.end(), *path) != seen.end();
  });
}

// After all that says who reads them.
void Driver::record_spent() {
  if (spent_.empty() || !reuses_.empty() || !recovered_.empty() || ending_) return;
  push_result(OutputsSpent{std::exchange(spent_, {})}, CommitQueue::Urgency::deferred);
}

}  // namespace wf
