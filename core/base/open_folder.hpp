// A folder held open: what is in it is reached by its descriptor, without walking a long path for each entry.
#pragma once
#include <dirent.h>
#include <sys/stat.h>

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace wf {

class OpenFolder {
 public:
  // `name` in the folder `parent` (AT_FDCWD: from the current one); a link in its place is not followed.
  // nullopt when it cannot be opened.
  static std::optional<OpenFolder> open(int parent, const std::string& name);

  int fd() const { return ::dirfd(folder_.get()); }
  mode_t mode() const;                                                // permission bits
  std::vector<std::string> names() const;                             // sorted by bytes; call once
  std::optional<struct stat> look_at(const std::string& name) const;  // links are not followed
  bool unlink(const std::string& name) const;                         // false: it is a folder, or stays
  bool move_to(const std::string& name, const OpenFolder& target, const std::string& new_name) const;

 private:
  explicit OpenFolder(DIR* folder) : folder_(folder, &::closedir) {}
  std::unique_ptr<DIR, int (*)(DIR*)> folder_;
};

}  // namespace wf
