// Names with what stands inside of what they name.
#pragma once
#include <string>
#include <vector>

namespace wf {

// `inputs.x`, `outputs.x` (in commands), `node.output`, or `each` (an element in commands), then fields and
// indexes.
struct Reference {
  std::string root;               // "inputs", "outputs", a node's name, or "each"
  std::string name;               // the input or output; empty for `each`, which has steps only
  std::vector<std::string> path;  // further fields, keys or indexes
  std::string text() const;       // "inputs.x", "node.output.field.0", "inputs.m[\"a key\"]"
  bool operator==(const Reference&) const = default;
};

}  // namespace wf
