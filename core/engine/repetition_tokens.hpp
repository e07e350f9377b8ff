// Tokens that a repetition takes of pools, in the line of all runs. It is none: its claims stand under an id
// of their own, with this process as what drives them, for as long as there are any.
#pragma once
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>

#include "core/base/event_loop.hpp"
#include "core/engine/pool_claims.hpp"
#include "core/engine/token_holders.hpp"
#include "core/store/reservations.hpp"
#include "core/store/store.hpp"

namespace wf {

class RepetitionTokens {
 public:
  // `run` is what is repeated; `changed` is called on the loop: more may be there. Nothing is opened for
  // writing before the first take().
  RepetitionTokens(Store& store, EventLoop& loop, const RunKey& run, std::function<void()> changed);
  RepetitionTokens(const RepetitionTokens&) = delete;
  RepetitionTokens& operator=(const RepetitionTokens&) = delete;
  ~RepetitionTokens();

  // False: it has to wait. Of those that need the same the first one stands in line.
  bool take(const NodePath& execution, const PoolNeeds& needs);
  // Or leaves the line; fine when it is in none.
  void give_back(const NodePath& execution);
  // Leaves every line.
  void stop_waiting();

 private:
  void open();
  void change(const std::function<void(Database&)>& what);
  void leave(const NodePath& execution);
  void heard(FileNews news);
  void look_for_dead();
  void renew_later();

  Store& store_;
  EventLoop& loop_;
  RunKey self_;
  std::function<void()> changed_;
  std::unique_ptr<Store> writer_;
  std::optional<Reservations> others_;  // by which all hear of each other
  std::optional<TokenHolders> holders_;
  TimerId renewal_;
  std::map<PoolNeeds, NodePath> asked_;
  std::set<NodePath> held_;
};

}  // namespace wf
