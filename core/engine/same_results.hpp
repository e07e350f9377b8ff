// Executions of one run that have, or may come to have, the same cache key: the first one makes the result,
// the others are given it. Which is first follows from how the driver takes them.
#pragma once
#include <map>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

#include "core/engine/frame.hpp"
#include "core/engine/prediction.hpp"

namespace wf {

class SameResults {
 public:
  // An execution whose result is not there; `place` is of the execution with this number in the list. Gives
  // the number of the first one that was added with this key.
  std::size_t add(std::size_t number, const FrameElement& place, const Digest& key);
  // One that may be begun, with these inputs of the task as far as they are known (else nullptr).
  void add_doubtful(const FrameElement& place, const PlanTask& task, const std::vector<const Json*>& values);
  // Everything that a node may run, of whose inputs nothing is known.
  void add_doubtful(const FrameElement& place, const PlanNode& node);

  // When all have been added: tells those that would run from those that would be given a result, or may be.
  void settle(std::vector<PredictedExecution>& executions);

 private:
  struct Asking {
    std::size_t number = 0;
    FrameElement place;
  };
  using Names = std::vector<std::string>;
  // By the values of the inputs with these names; of a map the first element is enough.
  using ByValues = std::unordered_map<Digest, std::vector<FrameElement>, DigestHash>;

  void settle(std::vector<PredictedExecution>& executions, const std::vector<Asking>& asking);
  const FrameElement* one_before(const FrameElement& place, const CacheOffer& offer);
  bool precedes(const FrameElement& one, const FrameElement& other);
  bool leads_to(const Plan& plan, NodeIndex from, NodeIndex to);

  std::unordered_map<Digest, std::vector<Asking>, DigestHash> by_key_;
  std::unordered_map<Digest, std::map<Names, ByValues>, DigestHash> doubtful_;  // by the parts of their task
  std::map<std::pair<const Plan*, NodeIndex>, std::vector<bool>> reachable_;
};

}  // namespace wf
