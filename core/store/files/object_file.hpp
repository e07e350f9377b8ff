// Files under objects/: written once under a temporary identity, named when they are durable, read-only then.
#pragma once
#include <sys/stat.h>

#include <cstdint>
#include <string>
#include <string_view>

#include "core/base/digest.hpp"
#include "core/base/file.hpp"
#include "core/base/tree.hpp"

namespace wf::files {

// An unnamed file (O_TMPFILE), or a named one under tmp/ where the file system has no such thing. Whatever is
// not published goes away with it.
class Draft {
 public:
  explicit Draft(const std::string& temporary_folder);
  Draft(const Draft&) = delete;
  Draft& operator=(const Draft&) = delete;
  ~Draft();

  int fd() const { return fd_.get(); }
  // Makes the content durable and gives it the name `path`, whose folder is made when needed. Content that is
  // there already, whole, is kept; what is there damaged is replaced, so that making a lost blob again heals
  // the store. The name itself becomes durable with an fsync of the folder, which is the caller's.
  void publish(const std::string& path, const FileIdentity& identity);

 private:
  int link_to(const std::string& path) const;  // 0 or an errno
  void replace(const std::string& path);

  std::string folder_;
  std::string name_;  // empty: unnamed
  Fd fd_;
};

// Whether the file at `path` is whole to look at: a regular one of that size, read-only, with the one
// modification time that all objects get. Whoever writes to an object, by mistake or as root, moves that
// time; so does a copy without times, and a power cut may come before it is durable. Then the bytes decide,
// and where they are right and this process may, the file gets its mode and its time again.
bool is_whole(const std::string& path, const FileIdentity& identity);

// Whether the file at `path` holds exactly that content, whatever it looks like.
bool holds(const std::string& path, const FileIdentity& identity);

// Reads `source` to its end, hashing, and copies it to `draft`; big files are written by a second thread
// beside the hash. Throws k_file_changed when the file moves meanwhile.
FileIdentity copy_hashed(int source, const struct stat& before, const std::string& path, const Draft& draft);

// Throws k_file_changed unless the open file still is what `before` and the bytes read say.
void require_unchanged(int source, const struct stat& before, std::int64_t read, const std::string& path);

}  // namespace wf::files
