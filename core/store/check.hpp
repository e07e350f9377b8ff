// The integrity of a store: the database itself, what its rows refer to, every blob, every event chain.
#pragma once
#include <string>
#include <vector>

#include "core/store/store.hpp"

namespace wf {

struct Finding {
  std::string object;    // "blob sha256:…", "version …", "event 12 (…)"
  std::string problem;   // what is wrong with it
  std::string produced;  // for a blob: what made or gave it, each "; " apart; may be empty
};

// Never stops at the first finding; throws only when the database cannot be read at all. `contents` also
// hashes every file and reads every page of the database with its indexes.
std::vector<Finding> check_store(Store& store, VerifyDepth depth);

// Everything that made or gave the blob: outputs, logs, inputs, versions, registrations, folders.
std::vector<std::string> origins_of_blob(Database& database, const Digest& digest);

}  // namespace wf
