// Who is using blobs that no committed row speaks for yet, so that a collection of garbage lets them be.
//
// Rows decide what a collection keeps. Two things come before their rows: bytes that were published, or found
// to be there already, and are not recorded yet; and blobs that were looked up, to be referred to by a commit
// that is still to come. Both are told by locks of POSIX (fcntl(2), of open file descriptions) on single
// bytes of STORE/in-use: they cost a system call, and are gone with their process, however that dies.
#pragma once
#include <memory>
#include <string>

#include "core/base/digest.hpp"

namespace wf {

class BlobLocks {
 public:
  // Held as long as a copy of it is there; may outlive the BlobLocks.
  using Hold = std::shared_ptr<const void>;

  // The file is made with the first hold.
  explicit BlobLocks(const std::string& store_folder);

  // Shared holds, from any thread. They wait while a collection holds the same alone, which is short.
  Hold relying();                         // on blobs that were, or will be, looked up
  Hold drafting();                        // while a file is written in tmp/
  Hold publishing(const Digest& digest);  // from before the file is named until its row is committed

  // For a collection: the same, alone; null while others hold it. Digests share 4096 places.
  Hold relying_alone();
  Hold drafting_alone();
  Hold publishing_alone(const Digest& digest);
  // Whether somebody else holds it; for looking without locking.
  bool is_publishing(const Digest& digest);
  bool is_drafting();
  // Whether holding one is holding the other; digests that do lie side by side in their order.
  static bool share_place(const Digest& one, const Digest& other);

 private:
  class File;
  std::shared_ptr<File> file_;
};

}  // namespace wf
