// What the engine asks of a backend: start an attempt, stop it, and say once how it ended.
#pragma once
#include <array>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/definition/model.hpp"

namespace wf {

struct GivenSecrets;
class LogTimes;

struct MachineResources {
  ResourceAmounts total{};
  std::vector<std::string> gpus = {};  // what the graphics processors are called
};

// What an attempt may have of the files of its machine, besides what every program needs.
struct SandboxSpec {
  SandboxLevel level = SandboxLevel::none;
  bool network = false;                                        // under `full`
  bool less_is_enough = false;                                 // where the machine cannot do it
  std::string folder;                                          // the working folder
  std::vector<std::string> own;                                // that it may write to; `folder` is in one of them
  std::vector<std::pair<std::string, std::string>> inputs;     // where they are laid out, and their names in `folder`
  std::vector<std::string> sources;                            // in `folder`
  std::vector<std::string> read;                               // what its task names
  std::vector<std::string> write;
};

// How far a sandboxed attempt was kept from the rest, and what it did, as far as that was seen.
struct SandboxRecord {
  SandboxLevel reached = SandboxLevel::none;
  std::string means;      // by what: "landlock 4, seccomp"
  std::string hindrance;  // why not as far as was asked; it has not started then, unless less is enough
  enum class Source { input, source, named };
  struct Read {
    std::string path;  // in the working folder, or absolute
    Source source = Source::named;
    auto operator<=>(const Read&) const = default;
  };
  struct Undeclared {
    std::string path;
    bool writes = false;
    auto operator<=>(const Undeclared&) const = default;
  };
  std::set<Read> reads;
  std::set<Undeclared> undeclared;  // not allowed, and refused
  bool cut_short = false;           // there were more of them
  std::int64_t system_reads = 0;    // opened files of the system, each time
  std::int64_t unseen = 0;          // calls that were not understood: of processes that hide their memory
  std::string trouble = {};         // why not all of it was watched
};

// Everything a backend needs; the engine has prepared the folder and everything in it.
struct AttemptSpec {
  std::uint64_t id = 0;                  // unique in this driver
  std::string name;                      // "wf-<run tail>-<node>-<path hash>-<attempt>-<fence>", never reused
  const Task* task = nullptr;            // what runs; outlives the attempt
  std::vector<std::string> inputs = {};  // laid out: the paths that links in `folder`, or its arguments, lead to
  std::string image = {};                // for its container: the digest of its configuration, or a reference
  std::string execution = {};            // "score[3]": the same for all attempts of it
  std::int64_t number = 1;               // of the attempt
  std::string folder;                    // absolute: the working folder
  std::vector<std::string> argv;         // argv[0] is looked up in the PATH of `environment`
  std::vector<std::string> environment;  // "NAME=value", complete
  std::string stdout_path;               // absolute; created by the backend, truncated
  std::string stderr_path;
  std::int64_t timeout_ns = 0;  // how long it may take; 0: as long as it likes
  ResourceAmounts limits{};     // what it may take of the machine; 0: as much as there is
  std::string host_name = {};   // that it is to see; empty: the machine's
  // What the task's secrets say, for its environment alone; its logs are kept without it. nullptr: it has none.
  std::shared_ptr<const GivenSecrets> secrets = {};
  std::shared_ptr<const SandboxSpec> sandbox = {};  // nullptr: none
};

// From SIGTERM to SIGKILL.
inline constexpr std::int64_t k_grace_ns = 10'000'000'000;

// What the kernel counted where the memory of an attempt had a limit.
struct MemoryEvents {
  std::int64_t limit_hits = 0;  // it could have no more at once: something had to be given back before
  std::int64_t oom_kills = 0;   // processes that were killed, as nothing could be
};

// How an attempt ended, as the backend saw it itself.
struct ExitRecord {
  std::uint64_t id = 0;
  int exit_code = -1;       // -1 when a signal ended it or it never started
  int signal = 0;           // 0 when it exited
  bool timed_out = false;   // it still ran when its time was over, and was told to stop
  std::string start_error;  // not empty: it never started, and why ("cannot execute 'x': No such file…")
  // Outputs that had the value of a secret in them, by their paths in the working folder: they have been
  // removed.
  std::vector<std::string> secret_in = {};
  bool start_may_work = false;  // … and it is the machine's fault: another time it may start
  std::int64_t started_us = 0;  // wall clock, for display
  std::int64_t ended_us = 0;
  std::int64_t duration_ns = 0;  // by the boot clock
  // nullopt: nobody knows, or it is too little to be told from this process's own.
  std::optional<std::int64_t> max_rss_bytes = {};
  // User + system, of what it waited for, too; nullopt: nobody knows.
  std::optional<std::int64_t> cpu_us = 0;
  std::optional<MemoryEvents> memory_events = {};     // nullopt: nobody counted
  std::shared_ptr<const SandboxRecord> sandbox = {};  // nullptr: none, or it never started
  std::shared_ptr<const LogTimes> log_times = {};     // nullptr: nobody looked
  bool engine_failed = false;  // it ended because what it ran in did: the fault is not its own

  // Only with evidence.
  bool oom() const { return memory_events && memory_events->oom_kills > 0; }
};

// What identifies the process of a local attempt to a later driver.
struct ProcessIdentity {
  int pid = 0;
  std::int64_t start_ticks = 0;  // field 22 of /proc/<pid>/stat
};

class Executor {
 public:
  virtual ~Executor() = default;
  // What attempts can have of the machine, all together.
  virtual MachineResources machine() const = 0;
  // Where attempts of a task run: "local", "docker".
  virtual std::string_view kind(const Task& task) const = 0;
  // By what the limit of each resource is kept for a task: "cgroup", "rlimit"; "" when it is not.
  virtual std::array<std::string_view, k_resource_count> keeps_limits(const Task& task) const = 0;
  // Starts the attempt. `ended` is called exactly once, from the event loop, never from inside start(). When
  // it is called nothing of the attempt is running any more, grandchildren included. An attempt that outlasts its
  // timeout, counted from when its process began and by the clock that stands still while the machine sleeps, is
  // stopped as by stop(id, k_grace_ns).
  virtual void start(const AttemptSpec& spec, std::function<void(const ExitRecord&)> ended) = 0;
  // The process of a running attempt; pid 0 when there is none.
  virtual ProcessIdentity identity(std::uint64_t id) const = 0;
  // Asks a running attempt to stop: SIGTERM to all of it, SIGKILL when `grace_ns` has passed; 0 kills at
  // once.
  virtual void stop(std::uint64_t id, std::int64_t grace_ns) = 0;
};

}  // namespace wf
