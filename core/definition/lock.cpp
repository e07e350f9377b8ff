#include "core/definition/lock.hpp"

#include <variant>

#include "core/base/file.hpp"
#include "core/base/text.hpp"
#include "core/definition/codes.hpp"
#include "core/definition/read_file.hpp"

namespace wf {

namespace {

constexpr std::string_view k_format = "v1";

std::shared_ptr<const UsedVersion> read_entry(const Json& json) {
  UsedVersion used;
  auto version = Digest::parse(json.at("version").as_string());
  if (!version) throw Error(codes::k_bad_version, "a version is no digest");
  used.version = *version;
  used.name = json.at("name").as_string();
  if (const Json* task = json.find("task")) used.task = task->as_string();
  used.inputs = ports_from_canonical(json.at("inputs"));
  used.outputs = ports_from_canonical(json.at("outputs"));
  return std::make_shared<const UsedVersion>(std::move(used));
}

Json entry_json(const UsedVersion& used) {
  Json json = Json::object();
  json.add("version", used.version.text()).add("name", used.name);
  if (!used.task.empty()) json.add("task", used.task);
  json.add("inputs", canonical_ports(used.inputs)).add("outputs", canonical_ports(used.outputs));
  return json;
}

}  // namespace

std::variant<Lock, std::string> read_lock(const std::string& path) {
  Lock lock;
  try {
    std::optional<std::string> text = read_regular_if_exists(path);
    if (!text) return lock;
    Json json = Json::parse(*text, path);
    const Json* format = json.is_object() ? json.find("lock") : nullptr;
    if (format == nullptr || *format != Json(k_format)) return "it does not begin with \"lock\": \"v1\"";
    const Json* versions = json.find("versions");
    if (versions == nullptr || !versions->is_object()) return "it has no object \"versions\"";
    for (const auto& [reference, entry] : versions->as_object())
      lock.versions.emplace(reference, read_entry(entry));
  } catch (const Error& error) {
    return error.message();
  } catch (const std::bad_variant_access&) {
    return "an entry has a value of another kind than 'wf lock' writes";
  }
  return lock;
}

bool same_entry(const UsedVersion& one, const UsedVersion& other) {
  return entry_json(one).canonical() == entry_json(other).canonical();
}

std::string lock_text(const Lock& lock) {
  Json versions = Json::object();
  for (const auto& [reference, used] : lock.versions) versions.add(reference, entry_json(*used));
  Json json = Json::object();
  json.add("lock", k_format).add("versions", std::move(versions));
  return json.pretty() + "\n";
}

}  // namespace wf
