#include "core/base/process.hpp"

#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <charconv>
#include <cstdlib>
#include <cstring>

#include "core/base/error.hpp"
#include "core/base/file.hpp"
#include "core/base/text.hpp"

namespace wf {

namespace {

// Raw system calls: <sys/pidfd.h> of glibc 2.36 does not say extern "C".
int sys_pidfd_open(pid_t pid) { return static_cast<int>(::syscall(SYS_pidfd_open, pid, 0U)); }

std::string proc_path(pid_t pid, std::string_view file) { return cat("/proc/", pid, '/', file); }

void append_pids(std::string_view text, std::vector<pid_t>& out) {
  const char* at = text.data();
  const char* end = at + text.size();
  while (at < end) {
    pid_t pid = 0;
    const auto [next, error] = std::from_chars(at, end, pid);
    if (error == std::errc()) out.push_back(pid);
    at = next + 1;
  }
}

std::int64_t microseconds(const timeval& time) {
  return static_cast<std::int64_t>(time.tv_sec) * 1'000'000 + time.tv_usec;
}

// VmHWM of proc(5).
std::int64_t own_peak_bytes() {
  const std::string status = read_file("/proc/self/status");
  const std::size_t at = status.find("VmHWM:");
  return at == std::string::npos ? 0 : std::strtoll(status.c_str() + at + 6, nullptr, 10) * 1024;
}

std::optional<std::int64_t> peak_of(const rusage& usage) {
  static std::atomic<std::int64_t> own{0};                        // it only grows
  constexpr std::int64_t k_uncertainty = std::int64_t{1} << 20U;  // pages are counted by processor
  const std::int64_t peak = static_cast<std::int64_t>(usage.ru_maxrss) * 1024;
  if (peak > own + k_uncertainty) own = own_peak_bytes();
  return peak > own + k_uncertainty ? std::optional(peak) : std::nullopt;
}

ProcessEnd end_of(const siginfo_t& info, const rusage& usage) {
  ProcessEnd end;
  if (info.si_code == CLD_EXITED) {
    end.exit_code = info.si_status;
  } else {
    end.signal = info.si_status;
  }
  end.max_rss_bytes = peak_of(usage);
  end.cpu_us = microseconds(usage.ru_utime) + microseconds(usage.ru_stime);
  return end;
}

// 32-bit FNV-1a.
std::uint32_t hash_of(std::string_view text) {
  std::uint32_t hash = 2166136261U;
  for (char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 16777619U;
  return hash;
}

// The fifth argument of the call, resource usage, is the kernel's; glibc's waitid does not offer it.
bool wait_for(idtype_t kind, int id, int options, siginfo_t& info, rusage& usage) {
  while (::syscall(SYS_waitid, kind, id, &info, options, &usage) != 0)
    if (errno != EINTR) return false;
  return true;
}

}  // namespace

std::optional<std::string> read_proc(pid_t pid, std::string_view file) {
  Fd fd(::open(proc_path(pid, file).c_str(), O_RDONLY | O_CLOEXEC));
  if (!fd) return std::nullopt;
  std::string out;
  std::array<char, 4096> buffer;
  while (true) {
    const ssize_t got = ::read(fd.get(), buffer.data(), buffer.size());
    if (got < 0) return std::nullopt;
    if (got == 0) return out;
    out.append(buffer.data(), static_cast<std::size_t>(got));
  }
}

std::optional<ProcessEnd> wait_child(const Child& child, WaitMode mode) {
  siginfo_t info{};
  rusage usage{};
  const int options = WEXITED | (mode == WaitMode::poll ? WNOHANG : 0);
  if (!wait_for(P_PIDFD, child.pidfd.get(), options, info, usage))
    throw_errno("wait for", cat("process ", child.pid));
  if (info.si_pid == 0) return std::nullopt;
  return end_of(info, usage);
}

std::optional<ProcessEnd> reap_if_ended(pid_t pid) {
  siginfo_t info{};
  rusage usage{};
  if (!wait_for(P_PID, pid, WEXITED | WNOHANG, info, usage) || info.si_pid != pid) return std::nullopt;
  return end_of(info, usage);
}

std::string signal_text(int number) {
  const char* name = ::sigabbrev_np(number);
  return cat("signal ", number, name == nullptr ? "" : cat(" (SIG", name, ")"));
}

bool send_signal(const Fd& pidfd, int signal) {
  return ::syscall(SYS_pidfd_send_signal, pidfd.get(), signal, nullptr, 0U) == 0;
}

std::optional<Fd> open_pidfd(pid_t pid) {
  Fd fd(sys_pidfd_open(pid));
  if (fd) return fd;
  if (errno == ESRCH || errno == EINVAL) return std::nullopt;
  throw_errno("open", cat("process ", pid));
}

std::optional<ProcessStat> process_stat(pid_t pid) {
  const auto text = read_proc(pid, "stat");
  if (!text) return std::nullopt;
  // The command in parentheses may hold anything, parentheses and blanks included: the last ')' ends it.
  const std::size_t close = text->rfind(')');
  if (close == std::string::npos || close + 2 >= text->size()) return std::nullopt;
  const auto fields = split(std::string_view(*text).substr(close + 2), ' ');
  if (fields.size() < 20) return std::nullopt;  // fields 3 … 22
  return ProcessStat{fields[0].front(), static_cast<pid_t>(parse_int(fields[1]).value_or(0)),
                     parse_int(fields[19]).value_or(0)};
}

std::optional<std::int64_t> process_start_ticks(pid_t pid) {
  const auto stat = process_stat(pid);
  if (!stat) return std::nullopt;
  return stat->start_ticks;
}

ProcessId own_process() { return {::getpid(), process_start_ticks(::getpid()).value_or(0)}; }

bool has_terminal() { return static_cast<bool>(Fd(::open("/dev/tty", O_RDWR | O_NOCTTY | O_CLOEXEC))); }

bool is_alive(const ProcessId& process) {
  const auto stat = process_stat(process.pid);
  return stat && stat->start_ticks == process.start_ticks && stat->state != 'Z' && stat->state != 'X';
}

MachineId this_machine() {
  MachineId machine;
  machine.boot_id = std::string(trim(read_file("/proc/sys/kernel/random/boot_id")));
  struct stat info {};
  if (::stat("/proc/self/ns/pid", &info) != 0) throw_errno("read", "/proc/self/ns/pid");
  machine.pid_namespace = info.st_ino;
  std::array<char, 256> name{};
  if (::gethostname(name.data(), name.size() - 1) != 0) throw_errno("read", "host name");
  machine.host = name.data();
  return machine;
}

std::optional<std::string> process_variable(pid_t pid, std::string_view name) {
  const auto text = read_proc(pid, "environ");
  if (!text) return std::nullopt;
  for (std::string_view item : split(*text, '\0')) {
    if (item.substr(0, name.size()) == name && item.size() > name.size() && item[name.size()] == '=') {
      return std::string(item.substr(name.size() + 1));
    }
  }
  return std::nullopt;
}

ChildrenOfSelf::ChildrenOfSelf() {
  const pid_t main = ::getpid();
  const auto self = static_cast<pid_t>(::syscall(SYS_gettid));
  main_ = open_file(cat("/proc/self/task/", main, "/children"), O_RDONLY);
  if (self != main) own_ = open_file(cat("/proc/self/task/", self, "/children"), O_RDONLY);
  buffer_.resize(4096);
}

void ChildrenOfSelf::append_from(const Fd& fd) {
  while (true) {
    const ssize_t got = ::pread(fd.get(), buffer_.data(), buffer_.size(), 0);
    if (got < 0) throw_errno("read", "/proc/self/task/children");
    const auto length = static_cast<std::size_t>(got);
    // A list that fills the buffer may have been cut within a number.
    if (length < buffer_.size() - 32) return append_pids(std::string_view(buffer_).substr(0, length), pids_);
    buffer_.resize(buffer_.size() * 2);
  }
}

const std::vector<pid_t>& ChildrenOfSelf::read() {
  pids_.clear();
  append_from(main_);
  if (own_) append_from(own_);
  return pids_;
}

std::vector<pid_t> children_of(pid_t pid) {
  std::vector<pid_t> out;
  std::vector<std::string> threads;
  try {
    threads = list_folder(proc_path(pid, "task"));
  } catch (const Error&) {
    return out;  // it has gone
  }
  for (const std::string& thread : threads) {
    if (auto text = read_proc(pid, cat("task/", thread, "/children"))) append_pids(*text, out);
  }
  return out;
}

std::vector<pid_t> descendants_of(pid_t root) {
  std::vector<pid_t> out = children_of(root);
  for (std::size_t i = 0; i < out.size(); ++i) {
    for (pid_t child : children_of(out[i])) {
      // The tree moves while it is read: a process may be met twice.
      if (std::find(out.begin(), out.end(), child) == out.end()) out.push_back(child);
    }
  }
  return out;
}

bool is_signal_ignored(int number) {
  struct sigaction action {};
  return ::sigaction(number, nullptr, &action) == 0 && action.sa_handler == SIG_IGN;
}

void die_of_signal(int number) {
  const rlimit no_core{};
  ::setrlimit(RLIMIT_CORE, &no_core);
  ::signal(number, SIG_DFL);
  sigset_t only;
  ::sigemptyset(&only);
  ::sigaddset(&only, number);
  ::raise(number);
  ::pthread_sigmask(SIG_UNBLOCK, &only, nullptr);
}

void become_subreaper() {
  if (::prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) != 0) throw_errno("become", "subreaper");
}

std::uint64_t process_mark(std::string_view family, std::uint32_t member) {
  constexpr std::uint64_t k_marked = 1ULL << 62U;
  return k_marked | (static_cast<std::uint64_t>(hash_of(family) & 0x3fffffffU) << 32U) | member;
}

std::uint64_t mark_of(pid_t pid) {
  rlimit limit{};
  if (::prlimit(pid, RLIMIT_RTTIME, nullptr, &limit) != 0) return 0;
  return (limit.rlim_cur >> 62U) == 1 ? limit.rlim_cur : 0;
}

bool kill_with_group(pid_t pid) {
  // The group in one call: its members cannot fork in between. Never our own group.
  const pid_t group = ::getpgid(pid);
  if (group > 1 && group != ::getpgrp()) ::kill(-group, SIGKILL);
  return ::kill(pid, SIGKILL) == 0;
}

}  // namespace wf
