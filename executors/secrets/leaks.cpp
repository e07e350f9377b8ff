#include "executors/secrets/leaks.hpp"

#include <fcntl.h>
#include <sys/stat.h>

#include "core/base/file.hpp"
#include "core/base/text.hpp"

namespace wf {

namespace {

bool has_secret(const Mask& mask, std::string_view text) {
  MaskedStream stream(mask);
  stream.put(text);
  return stream.has_found();
}

bool file_has_secret(const Mask& mask, const std::string& path) {
  MaskedStream stream(mask);
  Fd file = open_file(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK);
  read_fd_pieces(file.get(), path, 0, [&](std::string_view piece) { stream.put(piece); });
  return stream.has_found();
}

std::string masked(const Mask& mask, const std::string& text) {
  MaskedStream stream(mask);
  std::string out = stream.put(text);
  return out + stream.end();
}

class Search {
 public:
  explicit Search(const Mask& mask) : mask_(mask) {}

  std::vector<std::string> in(const std::string& folder) {
    look_into(folder, "");
    return std::move(found_);
  }

 private:
  void look_into(const std::string& folder, const std::string& prefix) {
    for (const std::string& name : list_folder(folder)) {
      const std::string path = cat(folder, '/', name);
      const std::string relative = prefix + name;
      auto info = lstat_if_exists(path);
      if (!info) continue;
      if (leaks(name, path, *info)) {
        remove_tree(path);
        found_.push_back(masked(mask_, relative));
      } else if (S_ISDIR(info->st_mode)) {
        look_into(path, relative + '/');
      }
    }
  }

  bool leaks(const std::string& name, const std::string& path, const struct stat& info) {
    if (has_secret(mask_, name)) return true;
    if (S_ISLNK(info.st_mode)) return has_secret(mask_, link_target(path));
    return S_ISREG(info.st_mode) && file_has_secret(mask_, path);
  }

  const Mask& mask_;
  std::vector<std::string> found_;
};

}  // namespace

std::vector<std::string> remove_leaks(const std::string& folder, const Mask& mask) {
  return Search(mask).in(folder);
}

}  // namespace wf
