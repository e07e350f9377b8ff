// Files whose blobs a transaction frees: they go after its commit, and until then nobody publishes them anew.
#pragma once
#include <vector>

#include "core/gc/fates.hpp"
#include "core/store/blob_store.hpp"

namespace wf {

class FreedFiles {
 public:
  explicit FreedFiles(BlobStore& blobs) : blobs_(blobs) {}

  // Holds alone every file that is to be freed. Who publishes one of them keeps it: it is in use.
  void lock(Fates& fates);
  // After the commit.
  void remove();

 private:
  BlobStore& blobs_;
  std::vector<Digest> mine_;
  std::vector<BlobLocks::Hold> places_;
};

// "blobs.freed" in the stream of the store. `run` freed them by itself; nullptr: a collection did.
void note_freed(Database& database, std::int64_t now_us, const BlobAmount& freed, const Digest& digest,
                const Uuid* run);

}  // namespace wf
