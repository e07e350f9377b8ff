// What wf can be told beforehand. Every setting is described once; its value is that of the strongest layer
// which has one.
#pragma once
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/secrets/source.hpp"
#include "core/store/store.hpp"

namespace wf::cli {

struct Globals;

enum class SettingType { name, folder, count, boolean, whole, duration, labels, backend, reuse_from };

// The strongest first.
enum class Layer { flag, environment, project, user, system, preset };
std::string_view layer_name(Layer layer);

struct SettingKey {
  std::string_view name;  // "run.parallelism"
  SettingType type;
  std::string_view flag;                         // "--parallelism"; empty: it has none
  std::optional<std::string> Globals::*on_line;  // what the flag gave, when every command has it; else null
  std::string_view doc;                          // what it is, in a line
  std::string_view preset_doc;                   // what its value is where nobody sets it
  std::optional<std::string> (*preset)();
};

inline constexpr std::string_view k_store_setting = "store";
inline constexpr std::string_view k_project_setting = "project";
inline constexpr std::string_view k_domain_setting = "domain";
inline constexpr std::string_view k_parallelism_setting = "run.parallelism";
inline constexpr std::string_view k_verify_setting = "run.verify";
inline constexpr std::string_view k_backend_setting = "run.backend";
inline constexpr std::string_view k_environment_setting = "cache.environment";
inline constexpr std::string_view k_keep_last_setting = "gc.keep_last";
inline constexpr std::string_view k_keep_within_setting = "gc.keep_within";
inline constexpr std::string_view k_keep_labels_setting = "gc.keep_labels";
inline constexpr std::string_view k_grace_setting = "gc.grace";

std::span<const SettingKey> setting_keys();
std::vector<std::string> setting_names();
// The key of that name, which must exist when wf itself asks. `find` gives null for an unknown one.
const SettingKey& setting_key(std::string_view name);
const SettingKey* find_setting_key(std::string_view name);
std::string variable_of(const SettingKey& key);  // "WF_RUN_PARALLELISM"
std::string_view expected_text(SettingType type);
bool is_valid(SettingType type, const std::string& text);
// Of a setting with a word for each domain: "docker" of "auto,production=docker" for production. "": it has
// none.
std::string word_in(const std::string& text, const std::string& domain);

// The configuration file of a layer, there or not.
struct SettingsFile {
  Layer layer;
  std::string path;
  std::string note = {};  // why it was passed over
};

struct SettingValue {
  const SettingKey* key;
  Layer layer;
  std::string text;
  std::string origin;  // "--store", "WF_STORE", "/etc/wf/config.yaml:3", "user data folder"
};

// Where a file says that the value of a secret is.
struct SecretSetting {
  std::string name;
  Layer layer;
  SecretSource source;
};

class Settings {
 public:
  // Reads the environment and the files. Mistakes in a file are printed, all of them; then
  // Error(k_bad_configuration) is thrown.
  static Settings load(const Globals& globals);

  // Every layer's value of a setting, the one that counts first. Only `store` may have none.
  std::vector<SettingValue> values(const SettingKey& key) const;
  // The one that counts.
  std::string text(std::string_view name) const;
  std::int64_t count(std::string_view name) const;
  bool is_on(std::string_view name) const;
  std::int64_t duration_ns(std::string_view name) const;

  // Of each secret the layer that counts first.
  const std::vector<SecretSetting>& secrets() const { return secrets_; }

  const ProjectFolder& project_folder() const { return project_folder_; }
  const std::vector<SettingsFile>& files() const { return files_; }

 private:
  void add_file(SettingsFile file);

  ProjectFolder project_folder_;
  std::vector<SettingsFile> files_;
  std::vector<SettingValue> values_;  // in the order of layers
  std::vector<SecretSetting> secrets_;  // the same
};

}  // namespace wf::cli
