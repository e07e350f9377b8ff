#include <map>

#include "cli/report/formats.hpp"
#include "cli/run_views.hpp"
#include "core/base/json_members.hpp"
#include "core/base/text.hpp"
#include "core/base/time.hpp"

namespace wf::cli {

namespace {

// Processes of the trace; those of drivers have their fence as id.
constexpr std::int64_t k_without_attempt = 0;
// In that process, the thread of what took no time.
constexpr std::int64_t k_at_once = 0;

class Trace {
 public:
  explicit Trace(const RunAccount& account) : account_(&account) {}

  std::string text() {
    name_processes();
    for (const Execution& execution : account_->executions) add(execution);
    name_threads();
    const RunInfo& run = account_->page.info;
    Json about = Json::object();
    about.add("run", run.key.id.text()).add("workflow", run.workflow).add("version", run.version.text());
    about.add("state", run.state).add("start", format_wall_us(run.created_us));
    Json json = Json::object();
    json.add("traceEvents", std::move(events_))
        .add("displayTimeUnit", "ms")
        .add("otherData", std::move(about));
    return json.compact() + "\n";
  }

 private:
  std::int64_t since_start(std::int64_t at_us) const { return at_us - account_->page.info.created_us; }

  static Json event(std::string_view phase, const std::string& name, std::int64_t process,
                    std::int64_t thread) {
    Json json = Json::object();
    return json.add("ph", phase).add("name", name).add("pid", process).add("tid", thread);
  }

  void name(std::string_view what, std::int64_t process, std::int64_t thread, const std::string& text) {
    Json json = event("M", std::string(what), process, thread);
    events_.push(json.add("args", Json::object().add("name", as_text(text))));
  }

  void name_processes() {
    name("process_name", k_without_attempt, 0, "without an attempt");
    for (const DriverInfo& driver : account_->drivers)
      name("process_name", driver.fence, 0, cat("driver ", driver.fence, " on ", driver.host));
  }

  void name_threads() {
    for (const auto& [process, count] : slots_) {
      for (std::int64_t slot = 1; slot <= count; ++slot)
        name("thread_name", process, slot, cat("slot ", slot));
    }
  }

  void add(const Execution& execution) {
    if (execution.tries.empty()) add_without_attempt(execution);
    for (const Try& one : execution.tries) add(execution, one);
  }

  Json arguments(const Execution& execution) const {
    Json json = Json::object();
    add_node(json, execution.info.path.node, execution.info.path.element);
    return json.add("task", or_null(execution.task)).add("critical", execution.is_critical);
  }

  void add(const Execution& execution, const Try& one) {
    const AttemptInfo& attempt = one.info;
    auto slot = static_cast<std::int64_t>(one.slot) + 1;
    slots_[attempt.fence] = std::max(slots_[attempt.fence], slot);
    Json more = arguments(execution);
    more.add("attempt", attempt.attempt).add("wait_us", one.wait_us).add("cpu_us", or_null(attempt.cpu_us));
    more.add("max_rss_bytes", or_null(attempt.max_rss_bytes)).add("cause", cause_json(attempt.cause));
    Json json = event("X", attempt.path.text(), attempt.fence, slot);
    json.add("cat", attempt.state).add("ts", since_start(attempt.started_us));
    json.add("dur", one.end_us - attempt.started_us);
    events_.push(json.add("args", std::move(more)));
  }

  void add_without_attempt(const Execution& execution) {
    const NodeInfo& node = execution.info;
    std::int64_t took_us = execution.end_us - node.started_us;
    std::int64_t slot = took_us > 0 ? static_cast<std::int64_t>(execution.slot) + 1 : k_at_once;
    if (took_us > 0) slots_[k_without_attempt] = std::max(slots_[k_without_attempt], slot);
    Json json = event(took_us > 0 ? "X" : "i", node.path.text(), k_without_attempt, slot);
    json.add("cat", node.state).add("ts", since_start(node.started_us));
    took_us > 0 ? json.add("dur", took_us) : json.add("s", "t");
    events_.push(json.add("args", arguments(execution).add("cause", cause_json(node.cause))));
  }

  const RunAccount* account_;
  Json events_ = Json::array();
  std::map<std::int64_t, std::int64_t> slots_;  // by process
};

}  // namespace

std::string trace_text(const RunAccount& account) { return Trace(account).text(); }

}  // namespace wf::cli
