// Names with what stands inside of what they name.
#pragma once
#include <string>
#include <vector>

namespace wf {

// `inputs.x`, `outputs.x` (in commands), or `node.output`, then fields and indexes.
struct Reference {
  std::string root;               // "inputs", "outputs", or a node's name
  std::string name;               // the input or output
  std::vector<std::string> path;  // further fields, keys or indexes
  std::string text() const;       // "inputs.x", "node.output.field.0", "inputs.m[\"a key\"]"
  bool operator==(const Reference&) const = default;
};

}  // namespace wf
