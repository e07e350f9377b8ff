#include "cli/settings_change.hpp"

#include <fcntl.h>
#include <sys/file.h>

#include "cli/codes.hpp"
#include "cli/settings_file.hpp"
#include "core/base/file.hpp"
#include "core/base/text.hpp"

namespace wf::cli {

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

void rewrite_settings(const std::string& path,
                      const std::function<std::string(const std::string& text)>& change) {
  make_folders(parent_folder(path));
  Fd folder = open_file(parent_folder(path), O_RDONLY | O_DIRECTORY);
  if (::flock(folder.get(), LOCK_EX) != 0) throw_errno("lock", parent_folder(path));
  // A link to a file kept elsewhere stays a link.
  std::string target = end_of_links(path);
  make_folders(parent_folder(target));
  auto info = stat_if_exists(target);
  std::string text = change(read_settings_file(target).value_or(""));
  replace_file_durably(target, text, info ? info->st_mode & 0777U : 0644);
}

}  // namespace wf::cli
