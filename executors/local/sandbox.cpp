#include "executors/local/sandbox.hpp"

#include <linux/seccomp.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>
#include <utility>

#include "core/base/codes.hpp"
#include "core/base/environment.hpp"
#include "core/base/text.hpp"

namespace wf {

namespace {

std::string machine_name() {
  utsname machine{};
  return ::uname(&machine) == 0 ? machine.machine : "";
}

bool can_tell_calls() {
  const std::uint32_t action = SECCOMP_RET_USER_NOTIF;
  return ::syscall(SYS_seccomp, SECCOMP_GET_ACTION_AVAIL, 0U, &action) == 0;
}

// Whether this process may look into the memory of its descendants.
bool may_look() {
  const std::string text = read_file_if_exists("/proc/sys/kernel/yama/ptrace_scope").value_or("0");
  return ::geteuid() == 0 || parse_int(trim(text)).value_or(0) < 2;
}

// Both levels are told what is opened, and by that name what was not declared.
std::string no_watching() {
  if (!CallFilter::is_known(machine_name())) return cat("what processes of ", machine_name(), " do cannot be watched yet");
  if (!can_tell_calls()) return "this kernel has no seccomp that tells of system calls (Linux 5.19)";
  if (!may_look()) return "kernel.yama.ptrace_scope keeps wf from seeing what its tasks open: set it to 1 or 0";
  return {};
}

std::string no_landlock() {
  const int version = landlock_version();
  if (version == 0) return "landlock is not in this kernel, or not switched on (lsm=landlock,…)";
  if (version < k_least_landlock) return cat("this kernel's landlock has version ", version, ", and ", k_least_landlock, " is needed (Linux 5.19)");
  return no_watching();
}

Fd memory_file(const std::string& bytes) {
  Fd fd(::memfd_create("arguments", MFD_CLOEXEC));
  if (!fd) throw_errno("make", "a file in memory");
  write_all(fd.get(), bytes, "a file in memory");
  if (::lseek(fd.get(), 0, SEEK_SET) != 0) throw_errno("go back in", "a file in memory");
  return fd;
}

// 0: none that is known.
int error_at_end(std::string_view text) {
  constexpr int k_most = 256;
  for (int error = 1; error < k_most; ++error) {
    const char* name = ::strerrordesc_np(error);
    if (name != nullptr && text.ends_with(cat(": ", name))) return error;
  }
  return 0;
}

// It says "bwrap: execvp PROGRAM: No such file or directory", or what else it could not do.
std::string why_not_begun(const Confined& confined, TaskStage stage, const std::string& stderr_path) {
  constexpr std::size_t k_most_said = 8192;
  const std::string text = read_part(stderr_path, k_most_said, FilePart::beginning);
  const std::string said = text.substr(0, text.find('\n'));
  const int error = stage == TaskStage::failed ? error_at_end(said) : 0;
  if (error != 0) return SpawnFailure{SpawnStep::execute, error, confined.program}.reason();
  return cat("its sandbox cannot be made: ", said.empty() ? "bwrap ended and has not begun it" : said);
}

}  // namespace

void take_findings(const Confined& confined, const FileWatch::Findings& found, const std::string& stderr_path,
                   ExitRecord& record) {
  auto taken = std::make_shared<SandboxRecord>(found.record);
  taken->reached = confined.reached;
  taken->means = confined.means;
  taken->hindrance = confined.hindrance;
  record.sandbox = std::move(taken);
  if (confined.reached != SandboxLevel::full) return;
  // Whoever kills bubblewrap kills the task with it, which nobody has waited for then.
  if (record.signal != 0) record.cpu_us = record.max_rss_bytes = std::nullopt;
  constexpr int k_signal_base = 128;
  const bool begun = found.stage == TaskStage::executing || found.stage == TaskStage::begun;
  const bool by_signal = begun && !found.exited && record.exit_code > k_signal_base;
  if (by_signal) record.signal = std::exchange(record.exit_code, -1) - k_signal_base;
  if (begun || record.exit_code < 0) return;
  record.start_error = why_not_begun(confined, found.stage, stderr_path);
  record.exit_code = -1;
}

const std::string& SandboxMaker::hindrance(SandboxLevel level) {
  static const std::string k_none;
  if (level == SandboxLevel::none) return k_none;
  if (level == SandboxLevel::paths) {
    if (!no_paths_) no_paths_ = no_landlock();
    return *no_paths_;
  }
  if (!bubblewrap_) {
    bubblewrap_ = find_bubblewrap();
    no_full_ = bubblewrap_->program.empty() ? bubblewrap_->hindrance : no_watching();
  }
  return no_full_;
}

const std::vector<SandboxPlace>& SandboxMaker::places_of(std::string_view path_variable) {
  auto [found, fresh] = places_.try_emplace(std::string(path_variable));
  if (fresh) {
    found->second = system_places();
    for (SandboxPlace& place : program_places(path_variable)) found->second.push_back(std::move(place));
  }
  return found->second;
}

// How the task ends only bubblewrap hides.
const CallFilter& SandboxMaker::filter(SandboxLevel level) {
  const bool full = level == SandboxLevel::full;
  std::optional<CallFilter>& made = filters_[full ? 1 : 0];
  if (!made) made.emplace(machine_name(), watched_numbers(full ? Ends::watched : Ends::unwatched), refused_numbers(full ? Namespaces::made : Namespaces::kept));
  return *made;
}

void SandboxMaker::wrap(const AttemptSpec& spec, const std::vector<SandboxPlace>& places, SpawnRequest& request, Confined& made) {
  auto program = find_program(request.argv.front(), request.environment, request.folder);
  if (auto* failure = std::get_if<SpawnFailure>(&program))
    throw Error(codes::k_system_call, failure->reason());
  made.program = request.argv.front();
  made.arguments = memory_file(bubblewrap_arguments(spec, request.environment, places));
  request.program = bubblewrap_->program;
  std::vector<std::string> argv{"bwrap", "--args", std::to_string(k_passed_fd), "--", std::get<std::string>(program)};
  argv.insert(argv.end(), request.argv.begin() + 1, request.argv.end());
  request.argv = std::move(argv);
  // Nothing that the task says acts on what makes its sandbox. By its name a later driver finds what was left behind.
  request.environment = {cat("WF_ATTEMPT=", spec.name)};
  request.host_name.clear();
  request.passed_fd = made.arguments.get();
}

Confined SandboxMaker::confine(const AttemptSpec& spec, SpawnRequest& request) {
  Confined made;
  made.reached = spec.sandbox->level;
  while (!hindrance(made.reached).empty()) {
    if (made.hindrance.empty()) made.hindrance = hindrance(made.reached);
    made.reached = static_cast<SandboxLevel>(static_cast<int>(made.reached) - 1);
  }
  bool refused = !made.hindrance.empty() && !spec.sandbox->less_is_enough;
  if (refused || made.reached == SandboxLevel::none) return made;
  auto reached = std::make_shared<SandboxSpec>(*spec.sandbox);
  reached->level = made.reached;
  std::vector<SandboxPlace> places = places_of(find_variable(spec.environment, "PATH").value_or(""));
  for (SandboxPlace& place : attempt_places(*reached)) places.push_back(std::move(place));
  Confinement confinement;
  if (made.reached == SandboxLevel::full) {
    wrap(spec, places, request, made);
    made.means = cat(bubblewrap_->version, ", seccomp");
  } else {
    std::vector<PathRule> rules;
    for (const SandboxPlace& place : places) rules.push_back({place.real, place.right});
    made.rules = make_path_rules(rules);
    made.means = cat("landlock ", landlock_version(), ", seccomp");
    confinement.path_rules = made.rules.get();
  }
  made.watch = std::make_unique<FileWatch>(AccessJudge(std::move(reached), std::move(places)));
  confinement.filter = filter(made.reached).program();
  confinement.door = made.watch->door();
  request.confinement = confinement;
  return made;
}

}  // namespace wf
