// Ending processes that others left behind.
#include <dirent.h>
#include <poll.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <map>
#include <set>

#include "core/base/process.hpp"
#include "core/base/text.hpp"

namespace wf {

namespace {

constexpr int k_rounds = 200;         // of freezing, killing and looking again
constexpr int k_death_wait_ms = 100;  // for one process to die after SIGKILL

// Reaps what has ended; with `block` waits for one first. False when there are no children at all.
bool reap(WaitMode mode) {
  siginfo_t info{};
  int options = WEXITED | __WALL | (mode == WaitMode::poll ? WNOHANG : 0);
  while (true) {
    info.si_pid = 0;
    if (::waitid(P_ALL, 0, &info, options) != 0) {
      if (errno == EINTR) continue;
      return errno != ECHILD;
    }
    if (info.si_pid == 0) return true;
    options |= WNOHANG;
  }
}

struct Stray {
  Fd pidfd;
  std::int64_t start_ticks = 0;
};

class StrayHunt {
 public:
  StrayHunt(std::string_view variable, std::string_view prefix, const std::set<std::string>& left)
      : variable_(variable), prefix_(prefix), left_(left), family_(process_mark(prefix, 0) >> 32U) {
    for (pid_t pid = ::getpid(); pid > 0;) {
      spared_.insert(pid);
      const auto stat = process_stat(pid);
      pid = stat ? stat->parent : 0;
    }
  }

  // Stops what it finds until nothing new is found (a stopped process cannot fork), then kills all at once.
  // Returns how many; 0 when there was nothing.
  int round() {
    std::map<pid_t, Stray> frozen;
    while (freeze_new(frozen)) {
    }
    for (auto& [pid, stray] : frozen) [[maybe_unused]] bool sent = send_signal(stray.pidfd, SIGKILL);
    for (auto& [pid, stray] : frozen) await(stray.pidfd);
    return static_cast<int>(frozen.size());
  }

 private:
  struct Seen {
    ProcessStat stat;
    bool wanted = false;
  };

  bool is_wanted(pid_t pid) const {
    if ((mark_of(pid) >> 32U) == family_) return true;
    const auto value = process_variable(pid, variable_);
    return value && std::string_view(*value).substr(0, prefix_.size()) == prefix_ && !left_.contains(*value);
  }

  std::map<pid_t, Seen> scan() const {
    std::map<pid_t, Seen> seen;
    for (const std::string& name : list_folder("/proc")) {
      const auto number = parse_int(name);
      if (!number) continue;
      const auto pid = static_cast<pid_t>(*number);
      const auto stat = process_stat(pid);
      if (stat && stat->state != 'Z' && stat->state != 'X') seen[pid] = {*stat, is_wanted(pid)};
    }
    return seen;
  }

  bool below_wanted(const std::map<pid_t, Seen>& seen, pid_t pid) const {
    for (auto it = seen.find(pid); it != seen.end() && !spared_.contains(it->first);
         it = seen.find(it->second.stat.parent)) {
      if (it->second.wanted) return true;
    }
    return false;
  }

  bool freeze_new(std::map<pid_t, Stray>& frozen) const {
    bool found = false;
    const auto seen = scan();
    for (const auto& [pid, entry] : seen) {
      if (spared_.contains(pid) || !below_wanted(seen, pid)) continue;
      const auto known = frozen.find(pid);
      if (known != frozen.end() && known->second.start_ticks == entry.stat.start_ticks) continue;
      found = freeze(pid, entry.stat.start_ticks, frozen) || found;
    }
    return found;
  }

  static bool freeze(pid_t pid, std::int64_t start_ticks, std::map<pid_t, Stray>& frozen) {
    auto pidfd = open_pidfd(pid);
    // The number may have passed to another process since the scan.
    if (!pidfd || process_start_ticks(pid) != start_ticks) return false;
    if (!send_signal(*pidfd, SIGSTOP)) return false;
    frozen[pid] = Stray{std::move(*pidfd), start_ticks};
    return true;
  }

  static void await(const Fd& pidfd) {
    pollfd entry{pidfd.get(), POLLIN, 0};
    ::poll(&entry, 1, k_death_wait_ms);
  }

  std::string_view variable_;
  std::string_view prefix_;
  const std::set<std::string>& left_;
  std::uint64_t family_;
  std::set<pid_t> spared_;
};

}  // namespace

void kill_descendants() {
  while (true) {
    const std::vector<pid_t> children = children_of(::getpid());
    // Direct children only: unreaped, their numbers cannot be reused. Theirs come to us as they die.
    for (pid_t child : children) kill_with_group(child);
    if (!reap(children.empty() ? WaitMode::poll : WaitMode::block)) return;
  }
}

std::optional<int> kill_strays(std::string_view variable, std::string_view prefix,
                               const std::set<std::string>& left) {
  StrayHunt hunt(variable, prefix, left);
  int killed = 0;
  for (int i = 0; i < k_rounds; ++i) {
    const int found = hunt.round();
    if (found == 0) return killed;
    killed += found;
  }
  return std::nullopt;
}

}  // namespace wf
