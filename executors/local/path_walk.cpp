#include "executors/local/path_walk.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cctype>
#include <cerrno>
#include <climits>
#include <deque>
#include <filesystem>
#include <system_error>
#include <vector>

#include "core/base/process.hpp"
#include "core/base/text.hpp"

namespace wf {

namespace {

constexpr int k_most_links = 40;  // as the kernel has it

// What stands behind such a word of a process's or thread's status; "" when it has gone.
std::string status_of(pid_t number, std::string_view word) {
  const std::string status = read_proc(number, "status").value_or("");
  for (std::string_view line : split(status, '\n'))
    if (line.starts_with(word)) return std::string(trim(line.substr(word.size())));
  return {};
}

// By which it goes in the innermost namespace that it is in; its own here where there is no other.
std::string number_inside(pid_t number) {
  const std::string numbers = status_of(number, "NSpid:");
  return numbers.substr(numbers.rfind('\t') + 1);
}

std::string namespace_of(pid_t number) {
  std::error_code none;
  return std::filesystem::read_symlink(cat("/proc/", number, "/ns/pid"), none).string();
}

// The number here of what goes by another in the namespace of a thread; "0", which nothing has, when it is
// nobody's.
std::string number_here(pid_t thread, const std::string& inside) {
  const std::string around = namespace_of(thread);
  if (around.empty() || around == namespace_of(::getpid())) return inside;
  std::error_code none;
  for (const auto& entry : std::filesystem::directory_iterator("/proc", none)) {
    const auto number = static_cast<pid_t>(parse_int(entry.path().filename().string()).value_or(0));
    if (number > 0 && namespace_of(number) == around && number_inside(number) == inside)
      return std::to_string(number);
  }
  return number_inside(thread) == inside ? std::to_string(thread) : "0";
}

class Walk {
 public:
  Walk(pid_t thread, LastLink last) : thread_(thread), last_(last) {}

  FoundPath to(int folder, std::string_view path) {
    put_before(path);
    if (path.ends_with('/')) last_ = LastLink::follow;
    bool there = path.starts_with('/') || enter(base(folder));
    while (there && !ahead_.empty()) {
      std::string part = std::move(ahead_.front());
      ahead_.pop_front();
      there = step(std::move(part));
    }
    if (here_.empty()) mode_ = S_IFDIR | 0755;
    return {there ? FoundPath::State::there : state_, here_.empty() ? "/" : here_, there ? mode_ : 0};
  }

 private:
  std::string base(int folder) const {
    return folder == AT_FDCWD ? cat("/proc/", thread_, "/cwd") : cat("/proc/", thread_, "/fd/", folder);
  }

  void put_before(std::string_view path) {
    std::deque<std::string> parts;
    for (std::string_view part : split(path, '/'))
      if (!part.empty() && part != ".") parts.emplace_back(part);
    ahead_.insert(ahead_.begin(), parts.begin(), parts.end());
  }

  // False: it ends here.
  bool step(std::string part) {
    if (part == "..") {
      here_.resize(here_.find_last_of('/') == std::string::npos ? 0 : here_.find_last_of('/'));
      mode_ = S_IFDIR;
      return true;
    }
    if (here_ == "/proc") part = named(std::move(part));
    std::string next = cat(here_, '/', part);
    struct stat info {};
    if (::lstat(next.c_str(), &info) != 0) {
      bool absent = errno == ENOENT && ahead_.empty();
      here_ = std::move(next);
      state_ = absent ? FoundPath::State::absent : FoundPath::State::nowhere;
      return false;
    }
    if (S_ISLNK(info.st_mode) && (!ahead_.empty() || last_ == LastLink::follow))
      return ++links_ <= k_most_links && enter(next);
    here_ = std::move(next);
    mode_ = info.st_mode;
    if (ahead_.empty() || S_ISDIR(mode_)) return true;
    state_ = FoundPath::State::nowhere;
    return false;
  }

  // What the process that asks means by it.
  std::string named(std::string part) const {
    if (part == "self") return process_of(thread_);
    if (part == "thread-self") return cat(process_of(thread_), "/task/", thread_);
    return parse_int(part) ? number_here(thread_, part) : part;
  }

  // False: it cannot be read, or nothing that has a name is behind it.
  bool enter(const std::string& link) {
    std::string target(PATH_MAX, '\0');
    const ssize_t size = ::readlink(link.c_str(), target.data(), target.size());
    if (size <= 0) return false;
    target.resize(static_cast<std::size_t>(size));
    if (is_of_process(link)) {
      if (has_no_name(link, target)) {
        state_ = FoundPath::State::unnamed;
        return false;
      }
      // The kernel goes straight to what is open, be it a link.
      if (ahead_.empty()) last_ = LastLink::keep;
    }
    if (target.starts_with('/')) here_.clear();
    put_before(target);
    return true;
  }

  // Such as /proc/1/fd/3: what it says is only how the kernel shows what it leads to.
  static bool is_of_process(std::string_view link) {
    constexpr std::string_view k_proc = "/proc/";
    return link.size() > k_proc.size() && link.starts_with(k_proc) &&
           std::isdigit(static_cast<unsigned char>(link[k_proc.size()])) != 0;
  }

  static bool has_no_name(const std::string& link, std::string_view target) {
    if (!target.starts_with('/')) return true;
    struct stat info {};
    return target.ends_with(" (deleted)") && ::stat(link.c_str(), &info) == 0 && info.st_nlink == 0;
  }

  pid_t thread_;
  LastLink last_;
  std::deque<std::string> ahead_;
  std::string here_;  // "" is the root
  mode_t mode_ = S_IFDIR;
  int links_ = 0;
  FoundPath::State state_ = FoundPath::State::nowhere;
};

}  // namespace

std::string process_of(pid_t thread) {
  const std::string process = status_of(thread, "Tgid:");
  return process.empty() ? std::to_string(thread) : process;
}

FoundPath walk(pid_t thread, int folder, std::string_view path, LastLink last) {
  return Walk(thread, last).to(folder, path);
}

}  // namespace wf
