#include "executors/local/path_walk.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <climits>
#include <deque>

#include "core/base/file.hpp"
#include "core/base/text.hpp"

namespace wf {

namespace {

constexpr int k_most_links = 40;  // as the kernel has it

class Walk {
 public:
  Walk(pid_t thread, LastLink last) : thread_(thread), last_(last) {}

  FoundPath to(const std::string& base, std::string_view path) {
    put_before(path);
    if (!path.starts_with('/')) put_before(base);
    if (path.ends_with('/')) last_ = LastLink::follow;
    while (!ahead_.empty()) {
      std::string part = std::move(ahead_.front());
      ahead_.pop_front();
      if (!step(std::move(part))) return {state_, here_.empty() ? "/" : here_, 0};
    }
    if (here_.empty()) mode_ = S_IFDIR | 0755;
    return {FoundPath::State::there, here_.empty() ? "/" : here_, mode_};
  }

 private:
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
    if (S_ISLNK(info.st_mode) && (!ahead_.empty() || last_ == LastLink::follow)) return follow(next);
    here_ = std::move(next);
    mode_ = info.st_mode;
    if (ahead_.empty() || S_ISDIR(mode_)) return true;
    state_ = FoundPath::State::nowhere;
    return false;
  }

  // What the process that asks means by it.
  std::string named(std::string part) const {
    if (part == "self") return process_of(thread_);
    return part == "thread-self" ? cat(process_of(thread_), "/task/", thread_) : part;
  }

  bool follow(const std::string& link) {
    std::string target(PATH_MAX, '\0');
    const ssize_t size = ++links_ > k_most_links ? -1 : ::readlink(link.c_str(), target.data(), target.size());
    if (size <= 0) {
      here_ = link;
      return false;
    }
    target.resize(static_cast<std::size_t>(size));
    bool unnamed = link.starts_with("/proc/") && !target.starts_with('/') && target.find(":[") != std::string::npos;
    if (unnamed) {
      state_ = FoundPath::State::unnamed;
      return false;
    }
    if (target.starts_with('/')) here_.clear();
    put_before(target);
    return true;
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
  const std::string status = read_file_if_exists(cat("/proc/", thread, "/status")).value_or("");
  for (std::string_view line : split(status, '\n'))
    if (line.starts_with("Tgid:")) return std::string(trim(line.substr(line.find(':') + 1)));
  return std::to_string(thread);
}

FoundPath walk(pid_t thread, const std::string& base, std::string_view path, LastLink last) {
  return Walk(thread, last).to(base, path);
}

}  // namespace wf
