#include "executors/secrets/leaks.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>

#include "core/base/error.hpp"
#include "core/base/file.hpp"
#include "core/base/text.hpp"

namespace wf {

namespace {

constexpr std::string_view k_mark = "/unsearched";
constexpr std::string_view k_checkpoint_mark = ".unsearched";

bool has_secret(const Mask& mask, std::string_view text) {
  MaskedStream stream(mask);
  stream.put(text);
  return stream.has_found();
}

// Through a link that a task made in its place we would remove what is not its own.
bool is_real_folder(const std::string& path) {
  auto info = lstat_if_exists(path);
  return info && S_ISDIR(info->st_mode);
}

class Search {
 public:
  Search(const Mask& mask, const std::atomic<bool>& stop) : mask_(mask), stop_(stop) {}

  std::vector<std::string> in(const std::string& folder) {
    look_into(folder, "");
    return std::move(found_);
  }

 private:
  enum class Verdict { clean, leaks, unknown };

  void look_into(const std::string& folder, const std::string& prefix) {
    for (const std::string& name : list_folder(folder)) {
      const std::string path = cat(folder, '/', name);
      const std::string relative = prefix + name;
      const Verdict verdict = look_at(path, relative);
      if (verdict == Verdict::clean) continue;
      if (verdict == Verdict::leaks) found_.push_back(masked(mask_, relative));
      try {
        remove_tree(path);
      } catch (const Error&) {
        // Nobody else may read it either.
      }
    }
  }

  Verdict look_at(const std::string& path, const std::string& relative) {
    if (stop_) return Verdict::unknown;
    try {
      auto info = lstat_if_exists(path);
      if (!info) return Verdict::clean;
      if (has_secret(mask_, relative)) return Verdict::leaks;
      if (S_ISLNK(info->st_mode))
        return has_secret(mask_, link_target(path)) ? Verdict::leaks : Verdict::clean;
      if (S_ISDIR(info->st_mode)) {
        allow(path, *info, S_IRWXU);
        look_into(path, relative + '/');
      } else if (S_ISREG(info->st_mode)) {
        allow(path, *info, S_IRUSR);
        return look_through(path);
      }
      return Verdict::clean;
    } catch (const Error&) {
      return Verdict::unknown;
    }
  }

  // What a task may have taken from itself.
  static void allow(const std::string& path, const struct stat& info, mode_t needed) {
    if ((info.st_mode & needed) != needed) ::chmod(path.c_str(), (info.st_mode & 07777U) | needed);
  }

  // Holes are passed over: they can be larger than any disk. A value does not reach over one.
  Verdict look_through(const std::string& path) const {
    Fd file = open_file(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK);
    std::array<char, std::size_t{256} * 1024> piece{};
    for (off_t at = ::lseek(file.get(), 0, SEEK_DATA); at >= 0; at = ::lseek(file.get(), at, SEEK_DATA)) {
      const off_t end = ::lseek(file.get(), at, SEEK_HOLE);
      MaskedStream stream(mask_);
      while (at < end) {
        const auto wanted = static_cast<std::size_t>(std::min<off_t>(end - at, piece.size()));
        const ssize_t count = ::pread(file.get(), piece.data(), wanted, at);
        if (count < 0) throw_errno("read", path);
        if (count == 0 || stop_) return stop_ ? Verdict::unknown : Verdict::clean;
        stream.put({piece.data(), static_cast<std::size_t>(count)});
        if (stream.has_found()) return Verdict::leaks;
        at += count;
      }
    }
    return Verdict::clean;
  }

  const Mask& mask_;
  const std::atomic<bool>& stop_;
  std::vector<std::string> found_;
};

}  // namespace

std::vector<std::string> remove_leaks(const std::string& folder, const Mask& mask,
                                      const std::atomic<bool>& stop) {
  if (!is_real_folder(folder) || !is_real_folder(parent_folder(folder))) return {};
  return Search(mask, stop).in(folder);
}

void mark_unsearched(const std::string& attempt_folder) {
  open_file(cat(attempt_folder, k_mark), O_WRONLY | O_CREAT, 0600);
}

void unmark_searched(const std::string& attempt_folder) { ::unlink(cat(attempt_folder, k_mark).c_str()); }

// Beside it: in it a task could remove the mark.
void mark_unsearched_checkpoint(const std::string& checkpoint) {
  open_file(cat(checkpoint, k_checkpoint_mark), O_WRONLY | O_CREAT, 0600);
}

void unmark_searched_checkpoint(const std::string& checkpoint) {
  ::unlink(cat(checkpoint, k_checkpoint_mark).c_str());
}

void remove_unsearched_checkpoints(const std::string& run_folder) {
  const std::string checkpoints = run_folder + "/checkpoints";
  if (!is_folder(checkpoints)) return;
  for (const std::string& name : list_folder(checkpoints)) {
    if (!name.ends_with(k_checkpoint_mark)) continue;
    const std::string checkpoint =
        cat(checkpoints, '/', name.substr(0, name.size() - k_checkpoint_mark.size()));
    remove_tree(checkpoint);
    unmark_searched_checkpoint(checkpoint);
  }
}

void remove_unsearched(const std::string& run_folder) {
  if (!is_folder(run_folder)) return;
  for (const std::string& name : list_folder(run_folder)) {
    const std::string folder = cat(run_folder, '/', name);
    if (!exists(cat(folder, k_mark))) continue;
    for (const char* part : {"/work", "/tmp", "/checkpoint"}) remove_tree(folder + part);
    unmark_searched(folder);
  }
}

}  // namespace wf
