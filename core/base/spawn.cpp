// Starting a child: everything is prepared here, so that between clone and execve the child, which shares
// this process's memory and suspends it, does nothing but system calls.
#include <fcntl.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>

#include "core/base/environment.hpp"
#include "core/base/listener_door.hpp"
#include "core/base/process.hpp"
#include "core/base/text.hpp"
#include "core/base/timer_queue.hpp"

namespace wf {

namespace {

constexpr std::string_view k_default_path = "/usr/local/bin:/usr/bin:/bin";
constexpr int k_standard_signals = 31;

// What a user namespace is told so that the caller stays who it is in it.
struct SameUser {
  std::string users = cat(::geteuid(), ' ', ::geteuid(), " 1");
  std::string groups = cat(::getegid(), ' ', ::getegid(), " 1");
};

// What the child needs, and where it leaves its failure: plain data, shared by CLONE_VM.
struct Plan {
  const char* program;
  char* const* argv;
  char* const* environment;
  const char* folder;  // nullptr: stay
  std::array<int, 3> fds;
  std::array<const char*, 3> paths;  // for a descriptor of -1
  bool shared_output;                // stderr is a copy of stdout
  pid_t parent;
  Isolation isolation;
  std::uint32_t changed_signals;
  rlim_t open_files;
  rlim_t memory_bytes;
  rlim_t file_bytes;
  const int* group_fds;
  std::size_t group_count;
  rlim_t mark;
  const char* host_name;  // nullptr: the machine's
  std::size_t host_name_size;
  const SameUser* same_user;  // nullptr: it may change its host name as it is
  const Confinement* confinement;  // nullptr: none
  int passed_fd;
  SpawnStep failed_step;
  int error;
};

// Functions that may be on the stack at execve or _exit never return, so AddressSanitizer would leave our own
// stack poisoned: they do without it.
[[noreturn, gnu::no_sanitize_address]] void give_up(Plan* plan, SpawnStep step) noexcept {
  plan->failed_step = step;
  plan->error = errno;
  ::_exit(127);
}

// The signals whose disposition a child must reset, as a bit set. Read once: 31 questions at each spawn would
// cost more than everything else here.
std::uint32_t changed_signals() {
  static const std::uint32_t k_changed = [] {
    std::uint32_t changed = 1U << static_cast<unsigned>(SIGPIPE);  // often ignored, and late
    for (int number = 1; number <= k_standard_signals; ++number) {
      struct sigaction action {};
      const bool known = ::sigaction(number, nullptr, &action) == 0;
      if (known && action.sa_handler != SIG_DFL) changed |= 1U << static_cast<unsigned>(number);
    }
    return changed;
  }();
  return k_changed;
}

void reset_signals(const Plan* plan) noexcept {
  struct sigaction action {};
  action.sa_handler = SIG_DFL;
  for (int number = 1; number <= k_standard_signals; ++number) {
    if ((plan->changed_signals >> static_cast<unsigned>(number) & 1U) != 0) {
      ::sigaction(number, &action, nullptr);
    }
  }
}

int leave_our_group(const Plan* plan) noexcept {
  if (plan->isolation == Isolation::none) return 0;
  return plan->isolation == Isolation::session ? ::setsid() : ::setpgid(0, 0);
}

[[gnu::no_sanitize_address]] void apply_limits(Plan* plan) noexcept {
  rlimit limit{};
  if (plan->open_files != 0 && ::getrlimit(RLIMIT_NOFILE, &limit) == 0) {
    limit.rlim_cur = plan->open_files < limit.rlim_max ? plan->open_files : limit.rlim_max;
    if (::setrlimit(RLIMIT_NOFILE, &limit) != 0) give_up(plan, SpawnStep::limits);
  }
  if (plan->mark != 0 && ::getrlimit(RLIMIT_RTTIME, &limit) == 0 && limit.rlim_max >= plan->mark) {
    limit.rlim_cur = plan->mark;
    if (::setrlimit(RLIMIT_RTTIME, &limit) != 0) give_up(plan, SpawnStep::limits);
  }
}

// Both limits, soft and hard, so that it cannot raise them; never above what this process has itself.
[[gnu::no_sanitize_address]] void lower_limit(Plan* plan, __rlimit_resource resource, rlim_t bytes) noexcept {
  rlimit limit{};
  if (bytes == 0 || ::getrlimit(resource, &limit) != 0 || limit.rlim_max <= bytes) return;
  limit.rlim_cur = limit.rlim_max = bytes;
  if (::setrlimit(resource, &limit) != 0) give_up(plan, SpawnStep::limits);
}

[[gnu::no_sanitize_address]] void enter_groups(Plan* plan) noexcept {
  for (std::size_t i = 0; i < plan->group_count; ++i) {
    if (::write(plan->group_fds[i], "0", 1) != 1) give_up(plan, SpawnStep::limits);
  }
}

[[gnu::no_sanitize_address]] void tell_namespace(Plan* plan, const char* path, const char* text,
                                                 std::size_t size) noexcept {
  const int fd = ::open(path, O_WRONLY | O_CLOEXEC);
  if (fd < 0 || ::write(fd, text, size) != static_cast<ssize_t>(size)) give_up(plan, SpawnStep::host_name);
  ::close(fd);
}

[[gnu::no_sanitize_address]] void change_host_name(Plan* plan) noexcept {
  if (plan->host_name == nullptr) return;
  const int spaces = plan->same_user == nullptr ? CLONE_NEWUTS : CLONE_NEWUTS | CLONE_NEWUSER;
  if (::unshare(spaces) != 0) give_up(plan, SpawnStep::host_name);
  if (const SameUser* same = plan->same_user; same != nullptr) {
    tell_namespace(plan, "/proc/self/uid_map", same->users.data(), same->users.size());
    tell_namespace(plan, "/proc/self/setgroups", "deny", 4);
    tell_namespace(plan, "/proc/self/gid_map", same->groups.data(), same->groups.size());
  }
  if (::sethostname(plan->host_name, plan->host_name_size) != 0) give_up(plan, SpawnStep::host_name);
}

int open_stream(const Plan* plan, std::size_t which) noexcept {
  if (plan->fds[which] >= 0) return ::fcntl(plan->fds[which], F_DUPFD_CLOEXEC, 3);
  // Appending, so that two writers of one file (stdout and stderr, a reopened /dev/stdout) do not overwrite
  // each other.
  const int flags = which == 0 ? O_RDONLY : O_WRONLY | O_CREAT | O_TRUNC | O_APPEND;
  const int fd = ::open(plan->paths[which], flags | O_CLOEXEC | O_NOCTTY, 0600);
  // Never below 3: another stream's number would be overwritten.
  return fd < 0 || fd > 2 ? fd : ::fcntl(fd, F_DUPFD_CLOEXEC, 3);
}

[[gnu::no_sanitize_address]] void connect_streams(Plan* plan) noexcept {
  constexpr std::array<SpawnStep, 3> k_steps{SpawnStep::standard_input, SpawnStep::standard_output,
                                             SpawnStep::standard_error};
  std::array<int, 3> sources{};
  for (std::size_t i = 0; i < 3; ++i) {
    sources[i] = i == 2 && plan->shared_output ? sources[1] : open_stream(plan, i);
    if (sources[i] < 0) give_up(plan, k_steps[i]);
  }
  for (std::size_t i = 0; i < 3; ++i) {
    if (::dup2(sources[i], static_cast<int>(i)) < 0) give_up(plan, k_steps[i]);
  }
}

[[gnu::no_sanitize_address]] void confine(Plan* plan) noexcept {
  const Confinement* with = plan->confinement;
  if (with == nullptr) return;
  if (::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) give_up(plan, SpawnStep::confine);
  if (with->path_rules >= 0 && ::syscall(SYS_landlock_restrict_self, with->path_rules, 0U) != 0)
    give_up(plan, SpawnStep::confine);
  if (with->filter == nullptr) return;
  // Once a call is heard of, only what kills the caller takes it back: signals would begin it again and again.
  constexpr unsigned k_flags = SECCOMP_FILTER_FLAG_NEW_LISTENER | SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV;
  const long listener = ::syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, k_flags, with->filter);
  if (listener < 0 || !give_listener(with->door, static_cast<int>(listener))) give_up(plan, SpawnStep::confine);
}

[[gnu::noinline, gnu::no_sanitize_address]] int run_child(void* argument) noexcept {
  Plan* plan = static_cast<Plan*>(argument);
  if (leave_our_group(plan) < 0) give_up(plan, SpawnStep::session);
  if (::prctl(PR_SET_PDEATHSIG, SIGKILL) != 0) give_up(plan, SpawnStep::death_signal);
  // The parent may have died before the line above.
  if (::getppid() != plan->parent) ::_exit(127);
  ::umask(022);
  enter_groups(plan);
  apply_limits(plan);
  lower_limit(plan, RLIMIT_DATA, plan->memory_bytes);
  lower_limit(plan, RLIMIT_FSIZE, plan->file_bytes);
  change_host_name(plan);
  connect_streams(plan);
  if (plan->folder != nullptr && ::chdir(plan->folder) != 0) give_up(plan, SpawnStep::folder);
  // Marked rather than closed: a wrapper around libc may need its descriptors until execve.
  if (::syscall(SYS_close_range, 3U, ~0U, 4U /* CLOSE_RANGE_CLOEXEC */) != 0) {
    give_up(plan, SpawnStep::close_descriptors);
  }
  reset_signals(plan);
  confine(plan);
  // Not before: one of those that this takes the place of may have been needed.
  if (plan->passed_fd >= 0 && ::dup2(plan->passed_fd, k_passed_fd) < 0) give_up(plan, SpawnStep::close_descriptors);
  sigset_t none;
  sigemptyset(&none);
  ::sigprocmask(SIG_SETMASK, &none, nullptr);
  ::execve(plan->program, plan->argv, plan->environment);
  give_up(plan, SpawnStep::execute);
}

std::vector<char*> pointers(const std::vector<std::string>& items) {
  std::vector<char*> out;
  out.reserve(items.size() + 1);
  for (const std::string& item : items) out.push_back(const_cast<char*>(item.c_str()));
  out.push_back(nullptr);
  return out;
}

const char* path_or_null_device(const std::string& path) { return path.empty() ? "/dev/null" : path.c_str(); }

Plan make_plan(const SpawnRequest& request) {
  Plan plan{};
  plan.folder = request.folder.empty() ? nullptr : request.folder.c_str();
  plan.fds = {request.stdin_fd, request.stdout_fd, request.stderr_fd};
  plan.paths = {"/dev/null", path_or_null_device(request.stdout_path),
                path_or_null_device(request.stderr_path)};
  plan.shared_output = request.stdout_fd < 0 && request.stderr_fd < 0 && !request.stdout_path.empty() &&
                       request.stdout_path == request.stderr_path;
  plan.parent = ::getpid();
  plan.isolation = request.isolation;
  plan.changed_signals = changed_signals();
  plan.open_files = static_cast<rlim_t>(request.open_files);
  plan.memory_bytes = static_cast<rlim_t>(request.memory_bytes);
  plan.file_bytes = static_cast<rlim_t>(request.file_bytes);
  plan.group_fds = request.group_fds.data();
  plan.group_count = request.group_fds.size();
  plan.mark = request.mark;
  plan.host_name = request.host_name.empty() ? nullptr : request.host_name.c_str();
  plan.host_name_size = request.host_name.size();
  plan.confinement = request.confinement ? &*request.confinement : nullptr;
  plan.passed_fd = request.passed_fd;
  return plan;
}

std::string object_of(SpawnStep step, const SpawnRequest& request) {
  switch (step) {
    case SpawnStep::standard_output:
      return request.stdout_path;
    case SpawnStep::standard_error:
      return request.stderr_path;
    case SpawnStep::standard_input:
      return "/dev/null";
    case SpawnStep::host_name:
      return request.host_name;
    case SpawnStep::folder:
      return request.folder;
    default:
      return request.argv.front();
  }
}

// All signals of this thread wait while the child runs on its memory.
class AllSignalsBlocked {
 public:
  AllSignalsBlocked() {
    sigset_t all;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before_);
  }
  AllSignalsBlocked(const AllSignalsBlocked&) = delete;
  AllSignalsBlocked& operator=(const AllSignalsBlocked&) = delete;
  ~AllSignalsBlocked() { pthread_sigmask(SIG_SETMASK, &before_, nullptr); }

 private:
  sigset_t before_;
};

// The pid, or -1 with errno. The child's stack is a part of ours: we are suspended while it is in use.
pid_t clone_child(Plan& plan, int& pidfd) {
  alignas(16) std::array<char, 32768> stack;
  constexpr int k_flags = CLONE_VM | CLONE_VFORK | CLONE_PIDFD | SIGCHLD;
  AllSignalsBlocked blocked;
  return ::clone(run_child, stack.data() + stack.size(), k_flags, &plan, &pidfd);
}

std::int64_t ticks_at(std::int64_t boot_ns) {
  static const std::int64_t k_tick_ns = 1'000'000'000 / ::sysconf(_SC_CLK_TCK);
  return boot_ns / k_tick_ns;
}

// The kernel stamps the process between the two readings; only when a tick lies between must we look.
std::int64_t start_ticks_between(std::int64_t before_ns, std::int64_t after_ns, pid_t pid) {
  const std::int64_t ticks = ticks_at(before_ns);
  if (ticks == ticks_at(after_ns)) return ticks;
  return process_start_ticks(pid).value_or(ticks);
}

// Whether it is a regular file this process may execute; errno says why not.
bool is_program(const std::string& path) {
  struct stat info {};
  if (::stat(path.c_str(), &info) != 0) return false;
  if (S_ISREG(info.st_mode)) return ::faccessat(AT_FDCWD, path.c_str(), X_OK, AT_EACCESS) == 0;
  errno = EACCES;
  return false;
}

std::string place_in(std::string_view directory, const std::string& name, const std::string& folder) {
  if (directory.empty()) directory = ".";
  if (directory.front() == '/' || folder.empty()) return cat(directory, '/', name);
  return cat(folder, '/', directory, '/', name);
}

}  // namespace

std::variant<std::string, SpawnFailure> find_program(const std::string& name,
                                                     const std::vector<std::string>& environment,
                                                     const std::string& folder) {
  if (name.find('/') != std::string::npos) return name;
  int error = ENOENT;
  std::string_view path = find_variable(environment, "PATH").value_or("");
  if (path.empty()) path = k_default_path;
  for (std::string_view directory : split(path, ':')) {
    if (name.empty()) break;
    std::string candidate = place_in(directory, name, folder);
    if (is_program(candidate)) return candidate;
    if (errno == EACCES) error = EACCES;
  }
  return SpawnFailure{SpawnStep::find_program, error, name};
}

std::variant<Child, SpawnFailure> spawn(const SpawnRequest& request) {
  std::string program = request.program;
  if (program.empty()) {
    auto found = find_program(request.argv.front(), request.environment, request.folder);
    if (auto* failure = std::get_if<SpawnFailure>(&found)) return std::move(*failure);
    program = std::get<std::string>(std::move(found));
  }
  const std::vector<char*> argv = pointers(request.argv);
  const std::vector<char*> environment = pointers(request.environment);
  Plan plan = make_plan(request);
  plan.program = program.c_str();
  plan.argv = argv.data();
  plan.environment = environment.data();
  std::optional<SameUser> same_user;
  if (plan.host_name != nullptr && ::geteuid() != 0) plan.same_user = &same_user.emplace();

  const std::int64_t before_ns = timer_now_ns(TimerClock::boot);
  int pidfd = -1;
  const pid_t pid = clone_child(plan, pidfd);
  if (pid < 0) return SpawnFailure{SpawnStep::create_process, errno, request.argv.front()};
  Child child{pid, Fd(pidfd), 0};
  if (plan.error != 0) {
    wait_child(child, WaitMode::block);
    return SpawnFailure{plan.failed_step, plan.error, object_of(plan.failed_step, request)};
  }
  child.start_ticks = start_ticks_between(before_ns, timer_now_ns(TimerClock::boot), pid);
  return child;
}

SpawnProblem SpawnFailure::problem() const {
  switch (error) {
    case ENOENT:
    case ENOTDIR:
      return SpawnProblem::not_found;
    case EACCES:
    case EPERM:
    case ENOEXEC:
      return SpawnProblem::not_executable;
    case E2BIG:
      return SpawnProblem::too_large;
    case EMFILE:
    case ENFILE:
      return SpawnProblem::busy;
    case EAGAIN:
    case ENOMEM:
      return step == SpawnStep::create_process ? SpawnProblem::busy : SpawnProblem::other;
    default:
      return SpawnProblem::other;
  }
}

namespace {

std::string_view action_of(SpawnStep step) {
  switch (step) {
    case SpawnStep::find_program:
    case SpawnStep::execute:
      return "execute";
    case SpawnStep::create_process:
      return "create a process for";
    case SpawnStep::session:
      return "make a session for";
    case SpawnStep::death_signal:
      return "bind to this process";
    case SpawnStep::limits:
      return "set the limits of";
    case SpawnStep::host_name:
      return "change the host name to";
    case SpawnStep::standard_input:
      return "read";
    case SpawnStep::standard_output:
    case SpawnStep::standard_error:
      return "write";
    case SpawnStep::folder:
      return "enter folder";
    case SpawnStep::close_descriptors:
      return "close the descriptors of";
    case SpawnStep::confine:
      return "confine";
  }
  return "start";
}

std::string_view hint_of_missing(SpawnStep step) {
  if (step == SpawnStep::find_program) return "no folder of PATH has it: install it, or write its full path";
  if (step == SpawnStep::execute) return "check the path, and the interpreter on the first line of a script";
  return {};
}

}  // namespace

std::string SpawnFailure::message() const {
  return cat("cannot ", action_of(step), " '", object, "': ", std::strerror(error));
}

std::string SpawnFailure::reason() const {
  const std::string what = hint();
  return what.empty() ? message() : cat(message(), "; ", what);
}

std::string SpawnFailure::hint() const {
  switch (problem()) {
    case SpawnProblem::not_found:
      return std::string(hint_of_missing(step));
    case SpawnProblem::not_executable:
      if (step != SpawnStep::execute && step != SpawnStep::find_program) return {};
      return error == ENOEXEC ? "start it with its interpreter, or give it a first line '#!…'"
                              : "make it executable: chmod +x";
    case SpawnProblem::too_large:
      return "arguments and environment are too large: use a file or json input";
    case SpawnProblem::busy:
      return "this user or machine has too many processes or open files: run fewer tasks at once";
    case SpawnProblem::other:
      return {};
  }
  return {};
}

}  // namespace wf
