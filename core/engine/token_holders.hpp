// The ends of processes that have tokens of pools: one that dies tells nobody, and when it has closed what it
// had open it may not be dead yet.
#pragma once
#include <functional>
#include <map>

#include "core/base/event_loop.hpp"
#include "core/base/file.hpp"
#include "core/base/uuid.hpp"
#include "core/store/store.hpp"

namespace wf {

class TokenHolders {
 public:
  // `died` is called on the loop; store and loop must outlive this. `self` is no other.
  TokenHolders(Store& store, EventLoop& loop, const Uuid& self, std::function<void()> died);
  TokenHolders(const TokenHolders&) = delete;
  TokenHolders& operator=(const TokenHolders&) = delete;
  ~TokenHolders();

  // Those that have some now, as far as they are processes of this machine, and not too many.
  void watch();

 private:
  void forget(const Uuid& holder);

  Store& store_;
  EventLoop& loop_;
  Uuid self_;
  std::function<void()> died_;
  std::map<Uuid, Fd> watched_;
};

}  // namespace wf
