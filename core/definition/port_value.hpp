// The value that a file gives for a port: of its type, and among those that its constraints allow.
#pragma once
#include "core/definition/literal.hpp"
#include "core/definition/model.hpp"

namespace wf {

// nullopt after a report, except that a value which breaks a constraint is reported and comes back.
std::optional<Json> read_port_value(Decoder& decoder, YamlId at, const Port& port, ContentReader content);

// Reports the last step of a path that the port's pattern for names does not allow.
void check_file_name(Decoder& decoder, YamlId at, const Port& port, std::string_view path);

}  // namespace wf
