// Whether what a bundle brings can be read by every command: one row that cannot would spoil the lists of a
// store.
#pragma once
#include <optional>
#include <string>

#include "core/store/database.hpp"

namespace wf::transfer {

// What is not the JSON that readers ask for, in words. `selected` looks at what Selection holds only, and not
// at events, which are held against their hashes.
enum class Rows { all, selected };
std::optional<std::string> json_fault(Database& database, Rows rows);
// Throws what reading throws, and Error(k_bundle_wrong).
void check_readable(Database& database);

}  // namespace wf::transfer
