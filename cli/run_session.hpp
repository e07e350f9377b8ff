// Driving a run in the foreground: signals, keeper, progress, and the report at its end. Shared by `run` and
// `resume`.
#pragma once
#include <csignal>
#include <functional>
#include <optional>
#include <span>
#include <string>

#include "cli/command.hpp"
#include "cli/detach.hpp"
#include "cli/progress.hpp"
#include "cli/scratch_folder.hpp"
#include "core/base/error.hpp"
#include "core/engine/driver.hpp"
#include "core/engine/run_record.hpp"
#include "executors/local/keeper.hpp"
#include "executors/stub/stub_values.hpp"

namespace wf::cli {

// Wakes a driver after its end was asked for in the store. Harmless to a process that does not expect it.
constexpr int k_look_for_requests = SIGURG;

struct ReportOptions {
  std::optional<std::string> out;  // --out
  bool force = false;
  std::optional<std::string> junit;  // --junit
  std::string annotations;           // --annotations
  bool stub = false;                 // --stub: nothing of the run is kept
  bool detach = false;               // --detach
  Detachment* detachment = nullptr;  // then, for the driver: how to leave its caller
};

// The options that fill `report`.
std::vector<Option> report_options(ReportOptions& report);

// Runs `body` as the driver under a keeper. Signals are blocked from here on, for every thread.
// What is in `scratch` goes with the driver, however that ends.
Exit run_as_driver(const Context& context, const std::function<Exit(KeeperLink&)>& body,
                   const ScratchFolder* scratch = nullptr);
// The same as `report` demands: with annotations, or detached.
Exit run_as_driver(const Context& context, ReportOptions& report,
                   const std::function<Exit(KeeperLink&)>& body, const ScratchFolder* scratch = nullptr);

// Holds back the signals a driver answers. Made before the run is created or claimed: one that comes in
// between then waits for the driver, instead of leaving a run that nobody drives.
class DriverSignals {
 public:
  DriverSignals();

 private:
  SignalBlock block_;
};

// Throws Error(k_usage) for less than 1.
std::int64_t required_parallelism(std::int64_t given);
// With --parallelism, else as the configuration says; and the PATH of now.
RunSettings run_settings(const Context& context, std::optional<std::int64_t> parallelism);

// Tasks that are not run, nullptr for none; and how the run is shown while it goes.
struct Driving {
  const Stubs* stubs = nullptr;
  ProgressStyle progress = ProgressStyle::none;
  std::span<const GateSignal> signals = {};  // for gates of the workflow itself
};

struct Driven {
  RunRecord run;  // as it ended
  RunSummary summary;
  int signal = 0;  // that ended it; 0: none
};

// Drives a claimed run to its end; `workflow` is its version's. Strays of an earlier driver are killed first.
Driven drive(const Context& context, Store& store, KeeperLink& keeper, const DriverSignals& signals,
             const Claim& claim, const Workflow& workflow, const Driving& driving);
// 130 or 143 for a command that a signal ended.
Exit exit_of_signal(int signal, Exit otherwise);

// Where a detached driver of the run writes.
std::string driver_log_path(const Store& store, const RunKey& run);
// The same where there is one; "" where no driver of the run was in the background.
std::string find_driver_log(const Store& store, const RunKey& run);

// Drives a claimed run to its end and reports it; detached, after it has told the caller which run it is.
Exit drive_run(const Context& context, Store& store, KeeperLink& keeper, const DriverSignals& signals,
               const Claim& claim, const Workflow& workflow, const ReportOptions& report,
               const Stubs* stubs = nullptr);

// Reports a run that has ended earlier, as drive_run would have.
Exit report_ended_run(const Context& context, Store& store, const RunRecord& run,
                      const ReportOptions& report);

}  // namespace wf::cli
