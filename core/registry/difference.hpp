// What differs between two versions, by structure.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "core/base/digest.hpp"
#include "core/base/json.hpp"
#include "core/store/store.hpp"

namespace wf {

enum class ChangeKind { added, removed, changed };

struct Change {
  ChangeKind kind = ChangeKind::changed;
  std::vector<std::string> path;  // "tasks", "split", "command", "[2]"
  Json before;                    // null when added
  Json after;                     // null when removed
  int before_line = 0;            // in the source text; 0: not known
  int after_line = 0;
};

// Members by key, elements that have names by name, others by position.
std::vector<Change> difference(const Json& before, const Json& after);

// Fills in the lines of changes from the definitions' texts, as far as paths lead into them.
void locate(std::vector<Change>& changes, const std::string& before_text, const std::string& after_text);

std::string path_text(const Change& change);  // "tasks.split.command[2]"
// One line for each change: "+ path: value", "- path: value", "~ path: value -> value".
std::string render(const std::vector<Change>& changes);
Json to_json(const std::vector<Change>& changes);

// Of two versions in the store, located in the sources of their newest registrations where there are any.
std::vector<Change> difference_of_versions(Store& store, const Digest& before, const Digest& after);

}  // namespace wf
