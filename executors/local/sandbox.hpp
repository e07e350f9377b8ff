// Sandboxes of local attempts. `paths`: landlock denies what is not declared, and seccomp tells of the files that are
// opened. `full`: bubblewrap lets nothing else be seen.
#pragma once
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "core/base/call_filter.hpp"
#include "core/base/process.hpp"
#include "core/engine/executor.hpp"
#include "executors/local/bubblewrap.hpp"
#include "executors/local/file_watch.hpp"

namespace wf {

// What one attempt needs while it is spawned and runs.
struct Confined {
  SandboxLevel reached = SandboxLevel::none;
  std::string means;
  std::string hindrance;  // why not as far as was asked
  std::string program;    // as its task calls it
  Fd rules;
  Fd arguments;
  std::unique_ptr<FileWatch> watch;  // nullptr: at no level
};

// Adds what was found to the record of an attempt that has ended: under `full` also how, which bubblewrap tells as a shell
// does.
void take_findings(const Confined& confined, const FileWatch::Findings& found, const std::string& stderr_path,
                   ExitRecord& record);

class SandboxMaker {
 public:
  // Makes `request` start the attempt in its sandbox; `spec.sandbox` is given. Throws Error when something of it cannot
  // be made. With a hindrance the level that was reached is lower: then nothing may be started, unless less is enough.
  Confined confine(const AttemptSpec& spec, SpawnRequest& request);

 private:
  // Why not; "": it can.
  const std::string& hindrance(SandboxLevel level);
  const std::vector<SandboxPlace>& places_of(std::string_view path_variable);
  const CallFilter& filter(SandboxLevel level);
  void wrap(const AttemptSpec& spec, const std::vector<SandboxPlace>& places, SpawnRequest& request, Confined& made);

  std::optional<std::string> no_paths_;
  std::optional<Bubblewrap> bubblewrap_;
  std::string no_full_;
  std::optional<CallFilter> filters_[2];
  std::unordered_map<std::string, std::vector<SandboxPlace>> places_;  // the system's and those of PATH, by that
};

}  // namespace wf
