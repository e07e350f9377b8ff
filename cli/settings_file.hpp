// Configuration files: YAML in which the dots of a setting's name are levels.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "cli/settings.hpp"
#include "core/definition/diagnostic.hpp"

namespace wf::cli {

struct FileSetting {
  const SettingKey* key;
  std::string text;
  int line;
  bool operator==(const FileSetting&) const = default;
};

// Below "secrets": where the value is, not the value.
struct FileSecret {
  std::string name;
  std::string text;  // as read_secret_source() takes it
  int line;
};

struct SettingsText {
  std::vector<FileSetting> values;
  std::vector<FileSecret> secrets;
  Diagnostics diagnostics;
};

// Reads the text of the file at `path`.
SettingsText read_settings(const std::string& path, const std::string& text);
// The text of a regular file; nullopt when there is none. Throws for anything else at `path`.
std::optional<std::string> read_settings_file(const std::string& path);

// The text with the setting of that name ("run.parallelism", "secrets.api-token") at that value, or without it; all
// other lines stay as they are. Throws Error(k_bad_configuration) where that cannot be done line by line.
std::string with_setting(const std::string& path, const std::string& text, std::string_view name,
                         const std::string& value);
// nullopt when it is not set there.
std::optional<std::string> without_setting(const std::string& path, const std::string& text, std::string_view name);

// Prints every mistake in the file and throws Error(k_bad_configuration), if there is one.
void refuse_mistakes(const std::string& path, const Diagnostics& diagnostics);

}  // namespace wf::cli
