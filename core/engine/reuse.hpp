// Looking for a result that exists already.
#pragma once
#include <optional>
#include <vector>

#include "core/engine/records.hpp"
#include "core/store/store.hpp"

namespace wf {

struct CachedResult {
  Uuid artifact;
  Uuid producer;  // the run that made it
  std::vector<OutputValue> outputs;
};

struct CacheLookup {
  std::optional<CachedResult> hit;
  bool broken = false;  // there is an entry, but its bytes are gone or damaged: a miss that replaces it
};

// The entry of a key, if it has all of a task's outputs, each a value of its type with its bytes: checked to
// `depth`.
CacheLookup find_cached(Store& store, const Scope& scope, const Digest& key, const std::vector<Port>& outputs,
                        VerifyDepth depth);

// Whether every file and folder of these outputs is in the store.
bool contents_present(BlobStore& blobs, const std::vector<OutputValue>& outputs, VerifyDepth depth);

}  // namespace wf
