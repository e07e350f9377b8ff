#include "core/engine/sure_failure.hpp"

#include <algorithm>
#include <deque>
#include <string_view>
#include <unordered_map>
#include <utility>

namespace wf {

namespace {

using Failures = std::vector<SureFailure>;
using When = SureFailure::When;

// Of a frame all of whose nodes have ended in a prediction.
class Judgement {
 public:
  Judgement(const Frame& frame, const Failures& failed, std::span<PredictedExecution> inside)
      : frame_(frame), plan_(frame.plan()), failed_(failed), inside_(inside) {
    for (NodeIndex node = 0; node < plan_.nodes.size(); ++node) {
      by_name_.emplace(plan_.nodes[node].node->name, node);
      ends_at_once_.push_back(is_plain(node));
    }
    for (const PredictedExecution& one : inside) {
      bool at_once = one.fate == Fate::reuse || one.fate == Fate::skip || one.fate == Fate::nothing;
      if (!at_once) ends_at_once_[node_of(one)] = false;
    }
  }

  void doubt_others();

 private:
  NodeIndex node_of(const PredictedExecution& one) const {
    std::string_view name = std::string_view(one.path.node).substr(frame_.prefix().size());
    return by_name_.at(name.substr(0, name.find_first_of(".[")));
  }
  // Of the node in this frame, also of what is in a workflow that it runs.
  std::int64_t element_of(const PredictedExecution& one) const {
    const std::string_view rest = std::string_view(one.path.node).substr(frame_.prefix().size());
    const std::size_t dot = rest.find('.');
    if (dot == std::string_view::npos) return one.path.element;
    const std::optional<NodePath> step = NodePath::parse(rest.substr(0, dot));
    return step ? step->element : k_no_element;
  }
  const SureFailure* failure_of(NodeIndex node) const {
    auto own = std::find_if(failed_.begin(), failed_.end(),
                            [&](const SureFailure& one) { return one.node == node; });
    return own == failed_.end() ? nullptr : &*own;
  }
  // Its elements are taken one behind the other, and nothing runs in it that has nodes of its own.
  bool is_plain(NodeIndex node) const {
    const PlanNode& planned = frame_.node(node);
    bool runs_nodes =
        planned.workflow != nullptr || (planned.task != nullptr && planned.task->task->promised);
    return !runs_nodes && planned.node->each.parallelism == 0;
  }
  bool is_first_to_begin(NodeIndex node) const { return plan_.nodes[node].predecessors == 0; }
  bool is_root() const { return frame_.prefix().empty(); }

  std::vector<bool> behind(NodeIndex node) const;
  Failures rivals_of(const SureFailure& one) const;
  const SureFailure* first_released() const;
  const SureFailure* first_of_first() const;
  const SureFailure* first_in_turn() const;
  bool has_rivals_beside(const SureFailure& one) const;
  const SureFailure* first() const;
  std::vector<bool> needed_by(const Failures& failed) const;
  std::vector<bool> still_sure(const SureFailure* first) const;
  bool is_of_failure(const SureFailure& failure, const PredictedExecution& one) const;

  const Frame& frame_;
  const Plan& plan_;
  const Failures& failed_;
  std::span<PredictedExecution> inside_;
  std::unordered_map<std::string_view, NodeIndex> by_name_;
  std::vector<bool> ends_at_once_;  // by node: without an attempt, as soon as it is taken
};

std::vector<bool> Judgement::behind(NodeIndex node) const {
  std::vector<bool> found(plan_.nodes.size());
  found[node] = true;
  for (NodeIndex i = node; i < plan_.nodes.size(); ++i) {
    if (!found[i]) continue;
    for (NodeIndex next : plan_.nodes[i].successors) found[next] = true;
  }
  return found;
}

// What may fail before it, for all that is known of the order.
Failures Judgement::rivals_of(const SureFailure& one) const {
  Failures rivals = failed_;
  std::vector<bool> after = behind(one.node);
  std::erase_if(rivals, [&](const SureFailure& other) { return after[other.node]; });
  return rivals;
}

// What waits for nothing and fails as it is released does so before anything is taken. Of a frame within
// another the last node is released first.
const SureFailure* Judgement::first_released() const {
  auto is_one = [&](const SureFailure& one) {
    return one.when == When::released && is_first_to_begin(one.node);
  };
  if (is_root()) {
    auto found = std::find_if(failed_.begin(), failed_.end(), is_one);
    return found == failed_.end() ? nullptr : &*found;
  }
  auto found = std::find_if(failed_.rbegin(), failed_.rend(), is_one);
  return found == failed_.rend() ? nullptr : &*found;
}

// What waits for nothing is taken in the order of nodes. What is released meanwhile stands behind that in the
// run's own workflow, and elsewhere before it. Where results are found several are taken at once, before the
// first begins.
const SureFailure* Judgement::first_of_first() const {
  if (failed_.empty() || !is_first_to_begin(failed_.front().node)) return nullptr;
  const SureFailure& first = failed_.front();
  bool in_turn = first.when == When::taken || first.when == When::started;
  if (!in_turn || frame_.node(first.node).node->each.parallelism > 0) return nullptr;
  bool nothing_found = true;
  for (NodeIndex node = 0; node < first.node; ++node)
    nothing_found = nothing_found && is_plain(node) && !ends_at_once_[node];
  Failures rivals = rivals_of(first);
  bool sure = std::all_of(rivals.begin(), rivals.end(), [&](const SureFailure& one) {
    bool later = first.when == When::taken || nothing_found || one.when != When::taken;
    return one.when != When::released && later && (is_root() || is_first_to_begin(one.node));
  });
  return sure ? &first : nullptr;
}

// What comes of results that are there already follows in a known order in the run's own workflow, as long as
// all that fail do so in the same way.
const SureFailure* Judgement::first_in_turn() const {
  When when = failed_.front().when;
  bool alike = std::all_of(failed_.begin(), failed_.end(), [&](const SureFailure& one) {
    return one.when == when && frame_.node(one.node).node->each.parallelism == 0;
  });
  if (!is_root() || !alike || when == When::later) return nullptr;
  std::vector<NodeIndex> waiting(plan_.nodes.size());
  std::vector<NodeIndex> reached;
  std::deque<NodeIndex> released;
  std::deque<NodeIndex> ready;
  for (NodeIndex node = 0; node < waiting.size(); ++node) {
    waiting[node] = plan_.nodes[node].predecessors;
    if (waiting[node] == 0) released.push_back(node);
  }
  auto end = [&](NodeIndex node) {
    for (NodeIndex next : plan_.nodes[node].successors)
      if (--waiting[next] == 0) released.push_back(next);
  };
  while (!released.empty() || !ready.empty()) {
    bool is_release = !released.empty();
    std::deque<NodeIndex>& from = is_release ? released : ready;
    const NodeIndex node = from.front();
    from.pop_front();
    bool never_taken = frame_.state(node).total == 0 || frame_.state(node).outcome == Outcome::skipped;
    if (failure_of(node) != nullptr && (!is_release || when == When::released))
      reached.push_back(node);
    else if (is_release && !(never_taken && ends_at_once_[node]))
      ready.push_back(node);
    else if (ends_at_once_[node])
      end(node);
  }
  return reached.size() == failed_.size() ? failure_of(reached.front()) : nullptr;
}

// Whether another element of its node may fail before it: in a workflow, some time later.
bool Judgement::has_rivals_beside(const SureFailure& one) const {
  if (one.when != When::later || is_plain(one.node) || frame_.node(one.node).node->each.parallelism == 1)
    return false;
  return std::any_of(inside_.begin(), inside_.end(), [&](const PredictedExecution& other) {
    return other.fate == Fate::fail && node_of(other) == one.node && element_of(other) != one.element;
  });
}

// The one that fails before the others, however long anything takes; nullptr: that is open.
const SureFailure* Judgement::first() const {
  if (failed_.size() == 1) return has_rivals_beside(failed_.front()) ? nullptr : &failed_.front();
  if (const SureFailure* found = first_released()) return found;
  if (const SureFailure* found = first_of_first()) return found;
  return first_in_turn();
}

// The nodes that every one of them waits for, directly or not.
std::vector<bool> Judgement::needed_by(const Failures& failed) const {
  std::vector<bool> all(plan_.nodes.size(), true);
  for (const SureFailure& last : failed) {
    std::vector<bool> needed(plan_.nodes.size());
    for (NodeIndex node = last.node; node-- > 0;) {
      const std::vector<NodeIndex>& next = plan_.nodes[node].successors;
      needed[node] = std::any_of(next.begin(), next.end(),
                                 [&](NodeIndex one) { return one == last.node || needed[one]; });
    }
    for (std::size_t i = 0; i < all.size(); ++i) all[i] = all[i] && needed[i];
  }
  return all;
}

// By node: whether its end is the same whenever the frame fails. What the failing nodes need has ended
// before; what runs whatever happens hangs on what it needs.
std::vector<bool> Judgement::still_sure(const SureFailure* first) const {
  std::vector<bool> sure = needed_by(first != nullptr ? Failures{*first} : failed_);
  if (first != nullptr) sure[first->node] = true;
  std::vector<bool> open_before(plan_.nodes.size());
  for (NodeIndex node = 0; node < plan_.nodes.size(); ++node) {
    bool own_way = plan_.nodes[node].node->run_if != RunIf::all_success && !open_before[node];
    sure[node] = sure[node] || own_way || frame_.state(node).outcome == Outcome::blocked;
    for (NodeIndex next : plan_.nodes[node].successors) open_before[next] = open_before[next] || !sure[node];
  }
  return sure;
}

// Whether what is predicted belongs to the execution that fails, or to one that has failed before it.
bool Judgement::is_of_failure(const SureFailure& failure, const PredictedExecution& one) const {
  const std::string execution = frame_.path(failure.node, failure.element).text();
  const std::string text = one.path.text();
  if (text == execution || text.starts_with(execution + ".")) return true;
  return one.fate == Fate::fail && element_of(one) < failure.element;
}

void Judgement::doubt_others() {
  const SureFailure* first = this->first();
  std::vector<bool> sure = still_sure(first);
  for (PredictedExecution& one : inside_) {
    const NodeIndex node = node_of(one);
    const SureFailure* own = failure_of(node);
    bool stays = sure[node] && (own == nullptr || is_of_failure(*own, one));
    if (one.fate == Fate::unknown || stays) continue;
    if (one.fate != Fate::fail) one.cause = {};
    one.fate = Fate::unknown;
    one.doubt = Doubt::failure;
    auto other = std::find_if(failed_.begin(), failed_.end(), [&](const SureFailure& failure) {
      return frame_.path(failure.node).node != one.path.node || (sure[node] && failure.node == node);
    });
    const SureFailure& until = first != nullptr ? *first : other == failed_.end() ? failed_.front() : *other;
    one.until = {frame_.path(until.node, sure[node] ? until.element : k_no_element).text()};
  }
}

}  // namespace

bool fails_at_once(const Frame& frame, const std::vector<SureFailure>& failed) {
  return frame.plan().workflow->failure_policy == FailurePolicy::fail_fast &&
         std::any_of(failed.begin(), failed.end(), [&](const SureFailure& one) {
           bool at_once = one.when == When::released || one.when == When::taken;
           return at_once && frame.plan().nodes[one.node].predecessors == 0 &&
                  frame.node(one.node).node->each.parallelism == 0;
         });
}

void doubt_others(const Frame& frame, const std::vector<SureFailure>& failed,
                  std::span<PredictedExecution> inside) {
  Judgement(frame, failed, inside).doubt_others();
}

}  // namespace wf
