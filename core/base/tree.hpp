// Content identity of files and folders on disk.
//
// A folder is the blob of "wf-tree-1\n" followed, for each entry below it sorted by raw path bytes, by: type
// ('f' file, 'x' executable file, 'd' folder, 'l' symbolic link), space, 64 hex digits (content, or link
// target, itself a blob; zeros for 'd'), space, path, NUL. Modes other than the exec bit, owners and times
// are not part of it.
#pragma once
#include <cstdint>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/digest.hpp"

namespace wf {

struct TreeEntry {
  char type = 'f';
  Digest digest;          // zeros for 'd'
  std::string path;       // relative to the folder, raw bytes
  std::int64_t size = 0;  // bytes of the content or of the link target; not identity; 0 after parse_tree
};

// The manifest of entries; sorts them. Its SHA-256 is the folder's digest.
std::string render_tree(std::vector<TreeEntry> entries);
// Throws Error(k_bad_tree) for anything render_tree could not have written, escaping paths included.
std::vector<TreeEntry> parse_tree(std::string_view manifest);

struct FileIdentity {
  Digest digest;
  std::int64_t size = 0;
};

// Hashes a regular file. Throws Error(k_file_changed) when its size, mtime or ctime moves meanwhile, and
// Stopped.
FileIdentity hash_file(const std::string& path, const std::stop_token& stop = {});

// Lists and hashes everything below `folder`. Sockets, fifos and devices throw Error(k_special_file).
std::vector<TreeEntry> scan_tree(const std::string& folder);

}  // namespace wf
