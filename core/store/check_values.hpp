// What a stored value refers to, without the language's types: core/definition knows nothing of stores, and a
// check must also read what a damaged or newer program wrote.
#pragma once
#include <string_view>
#include <vector>

#include "core/base/digest.hpp"

namespace wf {

// Whether a value of the type ("list<file>", "map<directory>?") holds files or folders. Types have one leaf.
bool type_has_content(std::string_view type);

// The digests of all files and folders in a canonical value. Throws Error(k_bad_json) naming `what`.
std::vector<Digest> contents_of_value(std::string_view value, std::string_view what);

}  // namespace wf
