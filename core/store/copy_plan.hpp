// How a content gets from the store to a place outside of it: made with the database at hand, carried out by
// any thread.
#pragma once
#include <sys/types.h>

#include <cstdint>
#include <stop_token>
#include <string>
#include <vector>

#include "core/base/digest.hpp"

namespace wf {

struct CopyStep {
  enum class Kind : std::uint8_t { folder, link, bytes, file };
  Kind kind = Kind::file;
  std::string path;     // that is made
  std::string content;  // of a file the object's path, of a link its target, of bytes themselves
  Digest digest;        // of a file
  mode_t mode = 0;
};

struct CopyPlan {
  std::vector<CopyStep> steps;  // folders before what is in them
  std::int64_t bytes = 0;
};

// Makes new files, links and folders; nothing may stand at their paths. Files are reflinked or copied, never
// linked to the store, and hashed: decay that size and time do not show must not spread. Throws
// Error(k_blob_missing) or Error(k_blob_damaged), naming the digest, and Stopped.
void carry_out(const CopyPlan& plan, const std::stop_token& stop = {});

}  // namespace wf
