#include "core/engine/gates.hpp"

#include <algorithm>

#include "core/base/text.hpp"
#include "core/catalog/pauses.hpp"
#include "core/catalog/runs.hpp"
#include "core/definition/stored_text.hpp"
#include "core/engine/codes.hpp"
#include "core/engine/run_record.hpp"

namespace wf {

namespace {

GateRow read_row(const Statement& row) {
  GateRow gate{row.string(0), row.string(1), row.string(2), row.string(3), row.integer(4), row.optional_integer(5), {}};
  if (row.is_null(6)) return gate;
  GateAnswer answer;
  answer.word = row.string(6);
  if (!row.is_null(7)) answer.value = value_from_store(gate.type, row.text(7), "a signal");
  answer.note = row.string(8);
  answer.answered_us = row.integer(9);
  answer.answered_by = row.string(10);
  gate.answer = std::move(answer);
  return gate;
}

const GateRow& require_gate(const std::vector<GateRow>& gates, const RunKey& run, const std::string& name) {
  auto found = std::find_if(gates.begin(), gates.end(), [&](const GateRow& gate) { return gate.node == name; });
  if (found != gates.end() && found->kind != "sleep") return *found;
  std::vector<std::string> open;
  for (const GateRow& gate : gates) {
    if (!gate.answer && gate.kind != "sleep") open.push_back(gate.node);
  }
  std::string why = found != gates.end() ? "it sleeps, and ends by itself" : "no gate of this name is open";
  throw Error(codes::k_no_gate, cat("run ", run.id.tail(), " does not wait at '", name, "': ", why),
              open.empty() ? "it waits for nobody now" : cat("it waits at ", join(open, ", ")));
}

// What is written for the type; a text for a string need not be quoted.
Json value_of(const GateRow& gate, const std::string& text) {
  auto parsed = parse_type(gate.type);
  ValueResult value = value_from_text(std::get<Type>(parsed), text);
  if (auto* json = std::get_if<Json>(&value)) return std::move(*json);
  const auto& fault = std::get<ValueError>(value);
  throw Error(codes::k_bad_signal, cat("'", gate.node, "' is not given '", text, "': ", fault.message), fault.hint);
}

GateAnswer answer_of(const GateRow& gate, const Signal& signal) {
  bool wants_value = gate.kind == "signal";
  if (wants_value && !signal.value && !signal.rejected)
    throw Error(codes::k_bad_signal, cat("'", gate.node, "' waits for a value of type ", gate.type), "give it with --value");
  if (signal.rejected && signal.value)
    throw Error(codes::k_bad_signal, "a gate that is rejected is given no value", "leave out --value or --reject");
  if (!wants_value && signal.value)
    throw Error(codes::k_bad_signal, cat("'", gate.node, "' waits to be approved, and takes no value"), "leave --value out, or say why with --note");
  GateAnswer answer;
  answer.word = signal.rejected ? "rejected" : wants_value ? "given" : "approved";
  if (wants_value && !signal.rejected) answer.value = value_of(gate, *signal.value);
  answer.note = signal.note;
  answer.answered_by = signal.who;
  return answer;
}

}  // namespace

#define WF_GATES                                                                                             \
  "SELECT node, kind, message, type, opened_us, due_us, answer, value, note, answered_us, answered_by FROM " \
  "gate "                                                                                                    \
  "WHERE project = ?1 AND domain = ?2 AND run = ?3 "

std::vector<GateRow> read_gates(Database& database, const RunKey& run) {
  Statement& rows = database.statement(WF_GATES "ORDER BY node");
  rows.bind(run.project, run.domain, run.id);
  return rows_of(rows, read_row);
}

std::optional<GateRow> find_gate(Database& database, const RunKey& run, const std::string& node) {
  Statement& row = database.statement(WF_GATES "AND node = ?4");
  row.bind(run.project, run.domain, run.id, node);
  return row_of(row, read_row);
}

#undef WF_GATES

bool is_over(const GateRow& gate, std::int64_t now_us) {
  return gate.answer || (gate.due_us && *gate.due_us <= now_us);
}

std::map<std::string, Json> read_passed_gates(Database& database, const RunKey& run) {
  Statement& rows = database.statement(
      "SELECT g.node, g.value, g.type FROM gate g JOIN node n ON n.project = g.project AND n.domain = "
      "g.domain AND "
      "n.run = g.run "
      "AND n.node = g.node AND n.element = -1 WHERE g.project = ?1 AND g.domain = ?2 AND g.run = ?3 AND "
      "n.state "
      "IN ('succeeded', 'recovered')");
  ResetLater reset(rows);
  rows.bind(run.project, run.domain, run.id);
  std::map<std::string, Json> found;
  while (rows.step())
    found.emplace(rows.string(0),
                  rows.is_null(1) ? Json() : value_from_store(rows.text(2), rows.text(1), "a signal"));
  return found;
}

std::string answer_text(const GateRow& gate) {
  const GateAnswer& answer = *gate.answer;
  return gate_answer_text(answer.word, gate.type, answer.value, answer.answered_by, answer.note);
}

GateRow answer_gate(Store& store, const RunKey& run, const Signal& signal) {
  Database& database = store.database();
  Transaction transaction(database, Transaction::Mode::write);
  RunRecord record = *load_run(database, run);
  if (record.state != RunState::running)
    throw Error(codes::k_run_not_running, cat("run ", run.id.tail(), " has ended: it ", run_state_name(record.state)));
  std::vector<GateRow> gates = read_gates(database, run);
  GateRow gate = require_gate(gates, run, signal.gate);
  if (gate.answer)
    throw Error(codes::k_gate_answered, cat("'", gate.node, "' was ", answer_text(gate), " already"),
                "what was said once stands");
  GateAnswer answer = answer_of(gate, signal);
  answer.answered_us = store.clock().wall_us();
  EventWriter events(database);
  record_answer(events, run, gate.node, answer);
  transaction.commit();
  gate.answer = std::move(answer);
  return gate;
}

void record_answer(EventWriter& events, const RunKey& run, const std::string& gate, const GateAnswer& answer) {
  std::optional<std::string> value;
  if (!answer.value.is_null()) value = answer.value.canonical();
  events.database()
      .statement(
          "UPDATE gate SET answer = ?5, value = ?6, note = ?7, answered_us = ?8, answered_by = ?9 WHERE project = ?1 "
          "AND domain = ?2 AND run = ?3 AND node = ?4")
      .bind(run.project, run.domain, run.id, gate, answer.word, value, answer.note, answer.answered_us,
            answer.answered_by)
      .run();
  events.append(run_stream(run.id), EventType::gate_answered, answer.answered_us,
                Json::object().add("node", gate).add("answer", answer.word));
}

}  // namespace wf
