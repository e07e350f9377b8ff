#include "core/store/check_values.hpp"

#include "core/base/json.hpp"

namespace wf {

namespace {

void collect(const Json& value, std::vector<Digest>& digests) {
  if (value.is_array()) {
    for (const Json& item : value.as_array()) collect(item, digests);
  }
  if (!value.is_object()) return;
  for (const auto& [key, member] : value.as_object()) {
    bool is_reference = (key == "$blob" || key == "$tree") && member.is_string();
    auto digest = is_reference ? Digest::parse(member.as_string()) : std::nullopt;
    digest ? digests.push_back(*digest) : collect(member, digests);
  }
}

}  // namespace

bool type_has_content(std::string_view type) {
  std::size_t open = type.rfind('<');
  std::string_view leaf = open == std::string_view::npos ? type : type.substr(open + 1);
  leaf = leaf.substr(0, leaf.find_first_of(">?|"));
  if (open != std::string_view::npos && type.substr(0, open).ends_with("enum")) return false;
  return leaf == "file" || leaf == "directory";
}

std::vector<Digest> contents_of_value(std::string_view value, std::string_view what) {
  std::vector<Digest> digests;
  collect(Json::parse(value, what), digests);
  return digests;
}

}  // namespace wf
