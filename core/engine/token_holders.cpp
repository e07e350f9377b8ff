#include "core/engine/token_holders.hpp"

#include <utility>

#include "core/base/process.hpp"
#include "core/engine/pool_claims.hpp"

namespace wf {

TokenHolders::TokenHolders(Store& store, EventLoop& loop, const Uuid& self, std::function<void()> died)
    : store_(store), loop_(loop), self_(self), died_(std::move(died)) {}

TokenHolders::~TokenHolders() {
  while (!watched_.empty()) forget(Uuid(watched_.begin()->first));
}

// Of more than these the end is seen when a lease is renewed.
void TokenHolders::watch() {
  constexpr std::size_t k_most = 16;
  for (const PoolClaim& claim : read_claims(store_.database())) {
    const Uuid& holder = claim.run.id;
    if (watched_.size() == k_most) return;
    if (!claim.held || holder == self_ || watched_.contains(holder)) continue;
    std::optional<DriverInfo> driver = newest_driver(store_.database(), claim.run);
    if (!driver || state_of(*driver) != DriverState::alive) continue;
    auto pidfd = open_pidfd(static_cast<pid_t>(driver->pid));
    if (!pidfd || state_of(*driver) != DriverState::alive) continue;
    const int descriptor = pidfd->get();
    watched_.emplace(holder, std::move(*pidfd));
    loop_.watch(descriptor, Ready::readable, [this, holder](Ready) {
      forget(holder);
      died_();
    });
  }
}

void TokenHolders::forget(const Uuid& holder) {
  auto known = watched_.extract(holder);
  if (known) loop_.unwatch(known.mapped().get());
}

}  // namespace wf
