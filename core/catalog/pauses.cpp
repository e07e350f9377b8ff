#include "core/catalog/pauses.hpp"

#include <algorithm>

#include "core/base/text.hpp"
#include "core/catalog/runs.hpp"
#include "core/definition/stored_text.hpp"

namespace wf {

namespace {

// What a gate was told, or its time, lets it go on, once there is a driver that looks; empty: it waits.
std::string why_gate_is_over(const Statement& row, std::int64_t now_us) {
  if (!row.is_null(8)) {
    const std::string type = row.string(7);
    const Json value = row.is_null(9) ? Json() : value_from_store(type, row.text(9), "a signal");
    return cat("was ", gate_answer_text(row.text(8), type, value, row.text(11), row.text(10)));
  }
  if (row.is_null(12) || row.integer(12) > now_us) return {};
  return row.text(6) == "sleep" ? "has slept" : "was not answered in time";
}

Pause read_pause(const Statement& row, const DriverInfo& driver, std::int64_t now_us) {
  Pause pause;
  if (!row.is_null(2)) pause.cause = Json::parse(row.text(2), "a stored cause");
  if (!row.is_null(6)) {
    const std::string over = why_gate_is_over(row, now_us);
    for (auto& [name, value] : pause.cause->as_object())
      if (name == "message" && !over.empty()) value = over;
    return pause;
  }
  pause.lost = !pause.cause;
  pause.since_us = driver.claimed_us;
  if (row.optional_integer(3) != driver.fence || row.is_null(4)) {
    pause.cause.reset();
    return pause;
  }
  const std::int64_t over_us = row.integer(4) + row.optional_integer(5).value_or(0) / 1000;
  pause.since_us = std::max(pause.since_us, row.integer(4));
  if (over_us <= now_us) pause.cause.reset();
  return pause;
}

}  // namespace

std::map<NodePath, Pause> read_pauses(Database& database, const RunKey& run, std::int64_t now_us) {
  const DriverInfo driver = newest_driver(database, run).value_or(DriverInfo());
  Statement& rows = database.statement(
      "SELECT n.node, n.element, n.cause, t.fence, t.ended_us, t.delay_ns, g.kind, g.type, g.answer, "
      "g.value, g.note, "
      "g.answered_by, g.due_us FROM node n LEFT JOIN attempt t ON t.project = n.project AND t.domain = "
      "n.domain AND "
      "t.run = n.run AND t.node = n.node AND t.element = n.element AND t.attempt = (SELECT max(l.attempt) "
      "FROM attempt l "
      "WHERE l.project = n.project AND l.domain = n.domain AND l.run = n.run AND l.node = n.node AND "
      "l.element = "
      "n.element) LEFT JOIN gate g ON g.project = n.project AND g.domain = n.domain AND g.run = n.run AND "
      "g.node = n.node "
      "AND n.element = -1 WHERE n.project = ?1 AND n.domain = ?2 AND n.run = ?3 AND n.state = 'running' AND "
      "coalesce(t.state, '') <> 'running'");
  ResetLater reset(rows);
  rows.bind(run.project, run.domain, run.id);
  std::map<NodePath, Pause> found;
  while (rows.step())
    found.emplace(NodePath{rows.string(0), rows.integer(1)}, read_pause(rows, driver, now_us));
  return found;
}

std::string gate_answer_text(std::string_view word, std::string_view type, const Json& value,
                             std::string_view who, std::string_view note) {
  constexpr std::size_t k_widest_value = 80;
  std::string given;
  if (!value.is_null()) given = cat(" ", cut_to_width(shown_value(type, value), k_widest_value, "…"));
  return cat(word, given, " by ", who, note.empty() ? "" : ": ", note);
}

}  // namespace wf
