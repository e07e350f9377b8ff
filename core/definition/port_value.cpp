#include "core/definition/port_value.hpp"

#include "core/definition/constraints.hpp"

namespace wf {

namespace {

void report(Decoder& decoder, YamlId at, std::optional<ValueError> broken) {
  if (broken) decoder.error(at, {codes::k_constraint_broken, std::move(broken->message)});
}

}  // namespace

std::optional<Json> read_port_value(Decoder& decoder, YamlId at, const Port& port, ContentReader content) {
  auto value = LiteralReader(decoder, Dollar::literal, std::move(content)).read(at, port.type);
  if (value) report(decoder, at, violation(port, *value));
  return value;
}

void check_file_name(Decoder& decoder, YamlId at, const Port& port, std::string_view path) {
  std::size_t slash = path.find_last_of('/');
  report(decoder, at,
         name_violation(port, slash == std::string_view::npos ? path : path.substr(slash + 1)));
}

}  // namespace wf
