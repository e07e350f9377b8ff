// The bytes of blobs on their way from store to store.
#pragma once
#include <map>

#include "core/store/store.hpp"

namespace wf::transfer {

// As long as it is held nothing that the store has is freed. Null for one that cannot be written: nobody
// collects there.
BlobLocks::Hold hold_blobs(Store& store);

struct Carried {
  std::int64_t blobs = 0;
  std::int64_t bytes = 0;
};

// Those of Selection's take_blob in `from`. Both stores are held as long as this is there.
class Carrier {
 public:
  Carrier(Store& from, Store& to);

  // Large ones, before the transaction in which they become visible. Every byte is hashed on the way.
  void bring_files();
  // Inside that transaction; `count` alone writes nothing.
  enum class How { count, record };
  Carried record(How how);

 private:
  struct Wanted {
    Digest digest;
    std::int64_t size = 0;
    std::optional<std::int64_t> freed_us;
  };
  std::vector<Wanted> wanted();
  bool lacks(const Wanted& blob);
  void record_one(const Wanted& blob);
  void note_freed(const Wanted& blob);
  NewBlob bring_file(const Wanted& blob);

  Store& from_;
  Store& to_;
  BlobLocks::Hold held_there_;
  BlobLocks::Hold held_here_;
  std::map<Digest, NewBlob> files_;
};

}  // namespace wf::transfer
