#include "core/base/json_members.hpp"

#include <cstdio>

#include "core/base/text.hpp"
#include "core/base/time.hpp"

namespace wf {

Json or_null(const std::string& text) { return text.empty() ? Json() : Json(text); }

Json time_or_null(const std::optional<std::int64_t>& wall_us) {
  return wall_us ? Json(format_wall_us(*wall_us)) : Json();
}

Json list_json(const std::vector<std::string>& texts) {
  return list_json(texts, [](const std::string& text) { return Json(text); });
}

std::string printable(std::string_view json) {
  std::string out;
  while (true) {
    std::size_t valid = find_invalid_utf8(json);
    out += escape_terminal(json.substr(0, valid), Lines::multiline);
    if (valid == std::string_view::npos) return out;
    char escaped[8];
    std::snprintf(escaped, sizeof escaped, "\\\\x%02x",
                  static_cast<unsigned>(static_cast<unsigned char>(json[valid])));
    out += escaped;
    json.remove_prefix(valid + 1);
  }
}

std::string record_line(std::string_view record, const Json& members) {
  Json line = Json::object();
  line.add("record", record);
  for (const auto& [key, value] : members.as_object()) line.add(key, value);
  return printable(line.compact()) + '\n';
}

void add_node(Json& json, const std::string& node, std::int64_t element) {
  json.add("node", node);
  json.add("element", element < 0 ? Json() : Json(element));
}

}  // namespace wf
