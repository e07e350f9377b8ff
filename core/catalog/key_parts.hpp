// What the key of a cache entry was made of, and what differs between two: why a result was not reused, and
// why two executions of one node are not the same.
#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/digest.hpp"
#include "core/base/json.hpp"
#include "core/store/database.hpp"

namespace wf {

// The parts by name, as core/engine/cache_key.hpp lists them; a part that the task ignores is null. Sources
// are an object by path here: {"split.py": {"digest", "executable"}}.
struct KeyParts {
  Json parts;  // an object: interface, command, sources, environment, env, secrets, version, inputs
};

// As the store keeps them: the parts that all executions of a task share, by their digest, and the inputs.
struct StoredParts {
  Digest shared;
  std::string inputs;  // canonical JSON
};

// nullopt when no result is kept under the key.
std::optional<StoredParts> find_stored_parts(Database& database, const std::string& project,
                                             const std::string& domain, const Digest& key);
// The parts that executions share, from the text that is kept of them.
KeyParts parse_shared_parts(std::string_view text);
// Without the inputs; throws Error(k_catalog_corrupt) when they are missing.
KeyParts read_shared_parts(Database& database, const Digest& shared);

enum class KeyChange : std::uint8_t { changed, added, removed, ignored, no_longer_ignored };
std::string_view to_text(KeyChange change);  // "no_longer_ignored"

// One thing that differs. `item` is the place inside the part: an input, a variable, the path of a source;
// "inputs.k" for a port of the interface; empty for the part as a whole.
struct KeyDifference {
  KeyChange change = KeyChange::changed;
  std::string part;
  std::string item;
  std::optional<Json> before;  // of inputs as printed_value() has it; nullopt: it does not count there
  std::optional<Json> after;
  std::string type;  // of an input

  std::string place() const;  // "inputs.table", "version"
};

// In the order of the parts in the key; empty exactly when the keys are equal.
std::vector<KeyDifference> compare(const KeyParts& before, const KeyParts& after);

// [{"change","part","item","before","after"}]; a side that does not count is null.
Json to_json(const std::vector<KeyDifference>& differences);

}  // namespace wf
