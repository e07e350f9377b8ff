// Types in a definition: a scalar, or a mapping for a record.
#pragma once
#include <optional>

#include "core/definition/decoder.hpp"
#include "core/definition/type.hpp"

namespace wf {

// nullopt after a report.
std::optional<Type> read_type(Decoder& decoder, YamlId at);
// The mapping from names to types of a record (names checked) or of a dataset's columns (scalars only).
std::optional<Type> read_record_type(Decoder& decoder, YamlId fields);
std::optional<std::vector<Type::Member>> read_columns(Decoder& decoder, YamlId columns);

}  // namespace wf
