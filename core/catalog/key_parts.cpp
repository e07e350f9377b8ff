#include "core/catalog/key_parts.hpp"

#include <array>

#include "core/base/json_members.hpp"
#include "core/base/text.hpp"
#include "core/catalog/codes.hpp"
#include "core/definition/value.hpp"

namespace wf {

namespace {

// How far into a part its differences are told one by one; below that, values stand as a whole.
int depth_of(std::string_view part) {
  constexpr int k_ports = 2;  // {"inputs": {name: type}, "outputs": …}
  return part == "interface" ? k_ports : 1;
}

Json by_path(const Json& sources) {
  if (!sources.is_array()) return sources;
  Json object = Json::object();
  for (const Json& source : sources.as_array()) {
    Json rest = Json::object();
    for (const auto& [key, value] : source.as_object()) {
      if (key != "path") rest.add(key, value);
    }
    object.add(source.at("path").as_string(), std::move(rest));
  }
  return object;
}

class Comparison {
 public:
  explicit Comparison(std::string part) : part_(std::move(part)) {}

  void compare(const std::string& item, const Json* before, const Json* after, int depth) {
    if (before != nullptr && after != nullptr) {
      if (*before == *after) return;
      if (depth > 0 && before->is_object() && after->is_object())
        return compare_members(item, *before, *after, depth - 1);
    }
    KeyDifference& one = found.emplace_back();
    one.part = part_;
    one.item = item;
    one.before = counting(before);
    one.after = counting(after);
    if (before == nullptr || after == nullptr)
      one.change = before == nullptr ? KeyChange::added : KeyChange::removed;
    bool whole = item.empty() && part_ != "version";
    if (whole && before != nullptr && before->is_null()) one.change = KeyChange::no_longer_ignored;
    if (whole && after != nullptr && after->is_null()) one.change = KeyChange::ignored;
  }

  std::vector<KeyDifference> found;

 private:
  void compare_members(const std::string& item, const Json& before, const Json& after, int depth) {
    auto place = [&](const std::string& key) { return item.empty() ? key : cat(item, ".", key); };
    for (const auto& [key, value] : before.as_object()) compare(place(key), &value, after.find(key), depth);
    for (const auto& [key, value] : after.as_object()) {
      if (before.find(key) == nullptr) compare(place(key), nullptr, &value, depth);
    }
  }
  static std::optional<Json> counting(const Json* value) {
    return value == nullptr ? std::nullopt : std::optional(*value);
  }

  std::string part_;
};

// Empty where the interface has no such input, or is ignored.
std::string type_of_input(const KeyParts& all, const std::string& name) {
  const Json* interface = all.parts.find("interface");
  const Json* inputs = interface == nullptr || interface->is_null() ? nullptr : interface->find("inputs");
  const Json* type = inputs == nullptr ? nullptr : inputs->find(name);
  if (type == nullptr) return {};
  return type->is_string() ? type->as_string() : type->at("type").as_string();  // with the name of its file
}

// What an input is of, and that it is there but does not count.
void describe_input(KeyDifference& one, const KeyParts& before, const KeyParts& after) {
  std::string was = type_of_input(before, one.item);
  std::string is = type_of_input(after, one.item);
  if (!one.before && !was.empty()) one.change = KeyChange::no_longer_ignored;
  if (!one.after && !is.empty()) one.change = KeyChange::ignored;
  if (one.before) one.before = printed_value(was, *one.before);
  if (one.after) one.after = printed_value(is, *one.after);
  one.type = is.empty() ? was : is;
}

}  // namespace

std::optional<StoredParts> find_stored_parts(Database& database, const std::string& project,
                                             const std::string& domain, const Digest& key) {
  Statement& row = database.statement(
      "SELECT parts, inputs FROM cache_entry WHERE project = ?1 AND domain = ?2 AND key = ?3");
  ResetLater reset(row);
  row.bind(project, domain, key);
  if (!row.step()) return std::nullopt;
  return StoredParts{row.digest(0), row.string(1)};
}

KeyParts parse_shared_parts(std::string_view text) {
  Json parts = Json::object();
  Json body = Json::parse(text, "the parts of a cache key");
  for (const auto& [name, part] : body.as_object()) {
    parts.add(name, name == "sources" ? by_path(part) : part);
  }
  return {std::move(parts)};
}

KeyParts read_shared_parts(Database& database, const Digest& shared) {
  Statement& row = database.statement("SELECT body FROM cache_parts WHERE digest = ?1");
  ResetLater reset(row);
  row.bind(shared);
  if (!row.step()) {
    throw Error(codes::k_catalog_corrupt, cat("the parts of a cache key, ", shared.text(), ", are missing"),
                "see 'wf store check'");
  }
  return parse_shared_parts(row.text(0));
}

std::string_view to_text(KeyChange change) {
  constexpr std::array<std::string_view, 5> k_words{"changed", "added", "removed", "ignored",
                                                    "no_longer_ignored"};
  return k_words.at(static_cast<std::size_t>(change));
}

std::string KeyDifference::place() const { return item.empty() ? part : cat(part, ".", item); }

std::vector<KeyDifference> compare(const KeyParts& before, const KeyParts& after) {
  std::vector<KeyDifference> all;
  for (const auto& [name, part] : before.parts.as_object()) {
    Comparison comparison(name);
    comparison.compare({}, &part, after.parts.find(name), depth_of(name));
    for (KeyDifference& difference : comparison.found) {
      if (name == "inputs") describe_input(difference, before, after);
      all.push_back(std::move(difference));
    }
  }
  return all;
}

Json to_json(const std::vector<KeyDifference>& differences) {
  return list_json(differences, [](const KeyDifference& one) {
    Json json = Json::object();
    json.add("change", to_text(one.change));
    json.add("part", one.part).add("item", or_null(one.item));
    return json.add("before", or_null(one.before)).add("after", or_null(one.after));
  });
}

}  // namespace wf
