// What a run frees by itself: temporary outputs that nobody in it waits to read any more.
#pragma once
#include <optional>
#include <vector>

#include "core/catalog/run_lookup.hpp"
#include "core/definition/value.hpp"
#include "core/gc/fates.hpp"
#include "core/store/store.hpp"

namespace wf {

// By the rules of a collection (collect.hpp), without a grace period and over these bytes alone. It never
// waits: what cannot be freed now is tried again, and what is left when the run has ended is for a
// collection.
class SpentOutputs {
 public:
  // `store` belongs to the thread that uses this.
  SpentOutputs(Store& store, RunKey run);

  void add(std::vector<Content> contents);
  // Outside of any transaction. In between it rests many times as long as it took, so that it never costs a
  // run more than a small part of its time; the last time it does not care.
  enum class When { in_between, last };
  void free(When when);

 private:
  void free_now(const BlobLocks::Hold& relying);
  void decide();

  Store& store_;
  RunKey run_;
  std::optional<Fates> fates_;  // made with the first use
  std::vector<Content> contents_;
  std::int64_t rests_until_ns_ = 0;  // by the boot clock
};

}  // namespace wf
