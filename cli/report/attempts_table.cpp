#include "cli/report/formats.hpp"
#include "core/base/text.hpp"
#include "core/base/time.hpp"

namespace wf::cli {

namespace {

constexpr std::string_view k_titles =
    "node\telement\tattempt\tstate\tcategory\tstart\tend\tduration_us\twait_us\tcpu_us\tmax_rss_"
    "bytes\texit\tsignal\t"
    "key\treused_from\n";

std::string number(const std::optional<std::int64_t>& value) { return value ? std::to_string(*value) : ""; }

std::string instant(const std::optional<std::int64_t>& at_us) { return at_us ? format_wall_us(*at_us) : ""; }

std::string producer_text(const NodeInfo& node) {
  return node.producer ? cat(node.producer->id.text(), "/", node.produced_by.text()) : std::string();
}

std::string row(const Execution& execution, const std::vector<std::string>& middle) {
  const NodeInfo& node = execution.info;
  std::vector<std::string> cells{node.path.node,
                                 node.path.element < 0 ? "" : std::to_string(node.path.element)};
  cells.insert(cells.end(), middle.begin(), middle.end());
  cells.push_back(node.key ? node.key->hex() : "");
  cells.push_back(producer_text(node));
  return join(cells, "\t") + "\n";
}

std::string row(const Execution& execution, const Try& one) {
  const AttemptInfo& attempt = one.info;
  std::optional<std::int64_t> duration_us;
  if (attempt.duration_ns) duration_us = *attempt.duration_ns / 1000;
  // What a signal ended has no exit code, and the other way round.
  bool exited = attempt.exit_code.value_or(-1) >= 0;
  bool killed = attempt.signal.value_or(0) != 0;
  // Of a lost one it is known when that was found out.
  const bool lost = attempt.state == "lost";
  return row(execution,
             {number(attempt.attempt), attempt.state, attempt.category, instant(attempt.started_us),
              lost ? "" : instant(attempt.ended_us), number(duration_us), number(one.wait_us),
              number(attempt.cpu_us), number(attempt.max_rss_bytes), exited ? number(attempt.exit_code) : "",
              killed ? number(attempt.signal) : ""});
}

std::string row_without_attempt(const Execution& execution) {
  const NodeInfo& node = execution.info;
  return row(execution,
             {"", node.state, "", instant(node.started_us), instant(node.ended_us), "", "", "", "", "", ""});
}

}  // namespace

std::string attempts_table(const RunAccount& account) {
  std::string out(k_titles);
  for (const Execution& execution : account.executions) {
    if (execution.tries.empty()) out += row_without_attempt(execution);
    for (const Try& one : execution.tries) out += row(execution, one);
  }
  return out;
}

}  // namespace wf::cli
