#include "cli/settings_change.hpp"

#include <fcntl.h>
#include <sys/file.h>

#include <optional>

#include "cli/codes.hpp"
#include "cli/settings_file.hpp"
#include "core/base/file.hpp"
#include "core/base/text.hpp"

namespace wf::cli {

namespace {

// Reads, changes and replaces a file while no other wf does; `change` maps its text to the new one, or to
// none: then nothing is changed.
template <typename Change>
bool rewrite(const std::string& path, const Change& change) {
  make_folders(parent_folder(path));
  Fd folder = open_file(parent_folder(path), O_RDONLY | O_DIRECTORY);
  if (::flock(folder.get(), LOCK_EX) != 0) throw_errno("lock", parent_folder(path));
  // A link to a file kept elsewhere stays a link.
  std::string target = end_of_links(path);
  make_folders(parent_folder(target));
  auto info = stat_if_exists(target);
  const std::optional<std::string> text = change(read_settings_file(target).value_or(""));
  if (text) replace_file_durably(target, *text, info ? info->st_mode & 0777U : 0644);
  return text.has_value();
}

}  // namespace

Option layer_option(std::string& layer) {
  return {"--layer",
          "LAYER",
          "whose file: project, user or system (default: project where there is a .wf, else user)",
          &layer,
          {"project", "user", "system"}};
}

SettingsFile file_of_layer(const Settings& settings, const std::string& layer) {
  for (const SettingsFile& file : settings.files()) {
    if (!layer.empty() && layer_name(file.layer) != layer) continue;
    if (file.note.empty()) return file;
    throw Error(codes::k_bad_configuration, cat("'", file.path, "' ", file.note), "choose another --layer");
  }
  bool project = layer == layer_name(Layer::project);
  throw Error(codes::k_setting_absent, project ? "there is no .wf here or above" : "HOME is not set",
              project ? "make one with 'wf init', or use --layer user" : "use --layer system");
}

void set_setting(const std::string& path, std::string_view name, const std::string& value) {
  rewrite(path,
          [&](const std::string& text) { return std::optional(with_setting(path, text, name, value)); });
}

bool unset_setting(const std::string& path, std::string_view name) {
  if (!stat_if_exists(path)) return false;
  return rewrite(path, [&](const std::string& text) { return without_setting(path, text, name); });
}

}  // namespace wf::cli
