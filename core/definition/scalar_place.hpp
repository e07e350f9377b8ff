// Where a piece of a scalar's text stands in the source.
#pragma once
#include <cstddef>
#include <optional>
#include <string_view>

#include "core/definition/yaml_tree.hpp"

namespace wf {

// The byte of the source that gave the byte at `offset` of the scalar's text, through the indentation and the
// line ends that YAML takes out, and quotes that are doubled or escaped; nullopt behind any other escape.
std::optional<std::size_t> source_offset(std::string_view source, const YamlNode& scalar, std::size_t offset);

}  // namespace wf
