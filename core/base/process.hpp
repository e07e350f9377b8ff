// Child processes: starting them in a world of their own, waiting, and ending them with all they left behind.
//
// A child is started by a vfork-style clone, so the cost does not grow with this process. Spawn from one
// thread that outlives the children (the loop's): the kernel kills them when the thread that started them
// ends.
#pragma once
#include <linux/filter.h>
#include <sys/types.h>

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "core/base/file.hpp"

namespace wf {

// A session of its own keeps a child off the terminal, but with the kernel's autogroup scheduling it costs
// some 20 us (10 % of a short child). A process without a terminal needs a group alone.
// One with neither is a helper of this process, whose signals from the terminal it gets too.
enum class Isolation { session, group, none };

// What a child gives up before it begins, for ever.
struct Confinement {
  int path_rules = -1;                  // of make_path_rules(); -1: none
  const sock_fprog* filter = nullptr;   // of a CallFilter; nullptr: none
  // Where the listener of the filter is handed over. Another thread has to take_listener() at the other end: the child
  // and this thread wait for that.
  int door = -1;
};

struct SpawnRequest {
  std::vector<std::string> argv;         // argv[0] as the child sees it; looked up when `program` is empty
  std::string program;                   // path to execute, as find_program() gave it
  std::vector<std::string> environment;  // "NAME=value", complete: nothing is inherited
  std::string folder;                    // working folder; empty: this process's
  int stdin_fd = -1;                     // -1: /dev/null
  int stdout_fd = -1;                    // -1: stdout_path
  int stderr_fd = -1;                    // -1: stderr_path
  std::string stdout_path;               // absolute; created 0600 or truncated; empty: /dev/null
  std::string stderr_path;               // the same path as stdout_path shares one descriptor
  std::int64_t open_files = 0;           // soft RLIMIT_NOFILE; 0: as this process has it
  std::int64_t memory_bytes = 0;         // of RLIMIT_DATA; 0: as this process has it
  std::int64_t file_bytes = 0;           // of RLIMIT_FSIZE; 0: as this process has it
  std::vector<int> group_fds;            // cgroup.procs of the control groups it is to be in
  std::uint64_t mark = 0;                // process_mark(); 0: none
  // That the child and all it starts see, in a namespace of their own; empty: the machine's. Not every system
  // allows it.
  std::string host_name = {};
  Isolation isolation = Isolation::session;
  std::optional<Confinement> confinement = {};
  int passed_fd = -1;  // that the child has as k_passed_fd; -1: none
};
inline constexpr int k_passed_fd = 3;

enum class SpawnStep {
  find_program,
  create_process,
  session,
  death_signal,
  limits,
  host_name,
  standard_input,
  standard_output,
  standard_error,
  folder,
  close_descriptors,
  confine,
  execute
};

// What a user can do about it.
enum class SpawnProblem {
  not_found,       // ENOENT, ENOTDIR: no such program, interpreter or folder
  not_executable,  // EACCES, EPERM, ENOEXEC
  too_large,       // E2BIG: arguments and environment
  busy,            // EAGAIN, ENOMEM, EMFILE while creating the process: later it may work
  other
};

struct SpawnFailure {
  SpawnStep step = SpawnStep::create_process;
  int error = 0;       // errno
  std::string object;  // program, folder or file it was about

  SpawnProblem problem() const;
  std::string message() const;  // "cannot execute 'x': No such file or directory"
  std::string hint() const;     // empty when there is nothing to say
  std::string reason() const;   // both
};

struct Child {
  pid_t pid = 0;
  Fd pidfd;                      // readable once it has ended; take it out of epoll before closing
  std::int64_t start_ticks = 0;  // as process_start_ticks()
};

// Starts a child: own group (and session), dies with the calling thread, umask 022, stdin from /dev/null, no
// other descriptor, no blocked signal, no standard signal ignored
// that was ignored at the first spawn. Program names without '/' are looked up in
// the PATH of `request.environment`. Must not run in two threads at once with `open_files` of different
// meaning.
std::variant<Child, SpawnFailure> spawn(const SpawnRequest& request);

// The file that `name` means with the PATH of `environment` in `folder`; names with '/' are taken as they
// are.
std::variant<std::string, SpawnFailure> find_program(const std::string& name,
                                                     const std::vector<std::string>& environment,
                                                     const std::string& folder);

struct ProcessEnd {
  int exit_code = -1;  // -1 when a signal ended it
  int signal = 0;
  // The most memory of one of its processes; nullopt: no more than this process had. The kernel counts that
  // in, since the child shared it until it began its program.
  std::optional<std::int64_t> max_rss_bytes;
  std::int64_t cpu_us = 0;  // user + system, waited-for children included
};

// Reaps a child. `poll` gives nullopt while it runs. Throws Error when it is no child of ours.
enum class WaitMode { block, poll };
std::optional<ProcessEnd> wait_child(const Child& child, WaitMode mode);
// Any child, if it has ended; nullopt also when it is none of ours.
std::optional<ProcessEnd> reap_if_ended(pid_t pid);

// "signal 11 (SIGSEGV)"; real-time signals have no name.
std::string signal_text(int number);

// Sends a signal without the danger of a reused pid; false when it has ended.
[[nodiscard]] bool send_signal(const Fd& pidfd, int signal);
// nullopt when there is no such process.
std::optional<Fd> open_pidfd(pid_t pid);

// A process that cannot be mistaken for another one on this machine until the next boot.
struct ProcessId {
  pid_t pid = 0;
  std::int64_t start_ticks = 0;  // field 22 of /proc/<pid>/stat
};

struct ProcessStat {
  char state = '?';  // 'Z': ended, not yet reaped
  pid_t parent = 0;
  std::int64_t start_ticks = 0;
};

// A file of /proc/PID, of which a thread has one, too; nullopt when it has gone or is not ours to read.
std::optional<std::string> read_proc(pid_t pid, std::string_view file);
// nullopt when there is no such process.
std::optional<ProcessStat> process_stat(pid_t pid);
std::optional<std::int64_t> process_start_ticks(pid_t pid);
ProcessId own_process();
bool has_terminal();                      // whether this process has a controlling terminal
bool is_alive(const ProcessId& process);  // false for a zombie

// Where a process runs: equal on both sides, a dead ProcessId is proof of death.
struct MachineId {
  std::string boot_id;
  std::uint64_t pid_namespace = 0;  // inode
  std::string host;
  bool operator==(const MachineId&) const = default;
};
MachineId this_machine();

// "NAME=value" items of the environment a process was started with; nullopt when gone or not ours to read,
// and for a moment while it executes a new program.
std::optional<std::string> process_variable(pid_t pid, std::string_view name);

// The children of this process (of the thread that started them; adopted ones go to the main thread).
class ChildrenOfSelf {
 public:
  ChildrenOfSelf();
  // Ended but unreaped children included. The vector is valid until the next call.
  const std::vector<pid_t>& read();

 private:
  void append_from(const Fd& fd);

  Fd main_;
  Fd own_;  // -1 when this is the main thread
  std::string buffer_;
  std::vector<pid_t> pids_;
};

// The children of all threads of a process; empty when it has gone.
std::vector<pid_t> children_of(pid_t pid);
// Everything below `root` in the process tree, parents before children, `root` itself not included.
std::vector<pid_t> descendants_of(pid_t root);

// Whether this process ignores a signal, as one that was started by nohup ignores SIGHUP.
bool is_signal_ignored(int number);
// Ends this process as the signal does, held back or not, without a core file. From any thread.
void die_of_signal(int number);

// Makes orphaned descendants children of this process.
void become_subreaper();

// SIGKILLs a child that is not yet reaped, and its process group unless that is ours; false when it has gone.
bool kill_with_group(pid_t pid);

// Kills and reaps every descendant of this process, those that fork meanwhile too; returns when none is
// left. The process must be a subreaper, and no other thread may wait for children.
void kill_descendants();

// A mark that every descendant of a child inherits, whatever it does to its environment, session and working
// folder: a soft limit on real-time CPU time, so high that it limits nothing. `family` names all processes
// that are looked for together, `member` one of them.
std::uint64_t process_mark(std::string_view family, std::uint32_t member);
// The mark a process bears; 0 for none, and for processes this user may not look at.
std::uint64_t mark_of(pid_t pid);

// Kills every process on this machine whose environment has `variable` starting with `prefix` or that bears
// a mark of the family `prefix`, and all below them in the process tree. Collects before it kills, and
// repeats a bounded number of times until none is left. This process and its ancestors are spared, and where the
// variable has one of the values `left`: containers, which somebody takes over.
// Returns how many it killed, or nullopt if some would not die.
std::optional<int> kill_strays(std::string_view variable, std::string_view prefix,
                               const std::set<std::string>& left = {});

}  // namespace wf
