// A bundle as a small store, which is then merged.
#include "core/base/error.hpp"
#include "core/base/file.hpp"
#include "core/base/text.hpp"
#include "core/transfer/bundle.hpp"
#include "core/transfer/unpack.hpp"

namespace wf {

namespace {

// In the store's tmp/, where a collection of garbage finds it when the process is killed, and leaves it
// before.
class Scratch {
 public:
  explicit Scratch(Store& store)
      : drafting_(store.blobs().locks().drafting()),
        path_(cat(store.path(), "/tmp/import-", new_uuid4().text())) {}
  Scratch(const Scratch&) = delete;
  Scratch& operator=(const Scratch&) = delete;
  ~Scratch() {
    try {
      remove_tree(path_);
    } catch (const Error&) {  // then it stays for a collection
    }
  }
  const std::string& path() const { return path_; }

 private:
  BlobLocks::Hold drafting_;
  std::string path_;
};

}  // namespace

Imported import_bundle(const std::string& path, Store& to, OnConflict on_conflict, Apply apply) {
  Scratch scratch(to);
  transfer::Objects objects = apply == Apply::yes ? transfer::Objects::of_target : transfer::Objects::own;
  transfer::Unpacked unpacked = transfer::unpack_bundle(path, scratch.path(), to, objects);
  Imported imported;
  imported.asked = {unpacked.manifest.versions, unpacked.manifest.runs};
  imported.transfer = take_from(*unpacked.store, to, Origin::bundle, on_conflict, apply);
  return imported;
}

}  // namespace wf
