// Folders on their way to an engine that shares none with this machine, and back: as tar, by libarchive, which is loaded
// when it is first wanted.
#pragma once
#include <string>
#include <vector>

namespace wf {

struct ArchiveOwner {
  unsigned user = 0;
  unsigned group = 0;
};

// Writes what is in `folder` and itself as "."; links stay links. `only`: the names of what of it is taken, with all that
// is below; empty: all. Throws what makes it impossible.
void pack_folder(const std::string& folder, const std::vector<std::string>& only, const ArchiveOwner& owner,
                 const std::string& archive);

// Puts what an archive has below its one folder into `folder`, in place of what is there by the same names. Nothing is
// written elsewhere, whatever the archive says. Throws Error(k_bad_copy) for what is none.
void unpack_folder(const std::string& archive, const std::string& folder);

}  // namespace wf
