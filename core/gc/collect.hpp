// Collection of garbage in two steps: what nothing keeps is condemned, and freed by a collection that comes
// when the grace period is over. Rows stay, and say when the bytes went.
//
// Beside running work nothing is lost, for three reasons. What is freed is decided in the transaction that
// frees it, over all that is committed. Whoever has looked blobs up and is about to commit a reference to
// them holds `relying` (BlobLocks), and who publishes bytes holds those: a collection waits for the first and
// leaves the second. And files go only after the commit that says so, while their places are held: a writer
// that waits for one finds it gone and writes it again. Killed anywhere, a collection leaves files that no
// row speaks of, which the next one removes.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "core/gc/leftovers.hpp"

namespace wf {

struct Collection {
  std::int64_t runs = 0;
  std::int64_t kept_runs = 0;
  BlobAmount kept;  // blobs, with those that a version needs
  BlobAmount rescued;
  BlobAmount freed;
  BlobAmount condemned;
  BlobAmount waiting;
  BlobAmount in_use;
  std::optional<std::int64_t> next_us;  // when the next of those that wait may be freed
  std::vector<FateGroup> groups;
  Leftovers leftovers;
};

// What a collection would do now. `store` may be read-only.
Collection foresee_collection(Store& store, const KeepRules& rules);

// Does it. Throws Error(k_gc_running), naming the process, while another one collects; Error(k_gc_in_use),
// with nothing freed, when running work keeps looking results up for half a minute on end.
Collection collect_garbage(Store& store, const KeepRules& rules);

}  // namespace wf
