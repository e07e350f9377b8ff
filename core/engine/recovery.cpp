#include "core/engine/recovery.hpp"

#include <algorithm>

namespace wf {

namespace {

// "sub[3].score[1]" as "sub.score".
std::string without_elements(const std::string& path) {
  std::string plain;
  bool inside = false;
  for (char c : path) {
    inside = (inside || c == '[') && c != ']';
    if (!inside && c != ']') plain += c;
  }
  return plain;
}

bool begins_with_step(const std::string& path, const std::string& name) {
  bool ends = path.size() == name.size() ||
              (path.size() > name.size() && (path[name.size()] == '.' || path[name.size()] == '['));
  return ends && path.starts_with(name);
}

bool is_any_of(const std::vector<std::string>& names, const NodePath& execution) {
  return std::any_of(names.begin(), names.end(),
                     [&](const std::string& name) { return is_meant_by(name, execution); });
}

// Executions of an ended run that were tried and have no result.
std::vector<NodePath> tried_in_vain(Database& database, const RunKey& run) {
  Statement& rows = database.statement(
      "SELECT node, element FROM node WHERE project = ?1 AND domain = ?2 AND run = ?3 AND (state = 'failed' "
      "OR state = "
      "'aborted')");
  rows.bind(run.project, run.domain, run.id);
  return rows_of(rows, [](const Statement& row) { return NodePath{row.string(0), row.integer(1)}; });
}

std::map<std::string, std::int64_t> read_choices(Database& database, const RunKey& run) {
  Statement& rows =
      database.statement("SELECT node, chosen FROM choice WHERE project = ?1 AND domain = ?2 AND run = ?3");
  ResetLater reset(rows);
  rows.bind(run.project, run.domain, run.id);
  std::map<std::string, std::int64_t> found;
  while (rows.step()) found.emplace(rows.string(0), rows.integer(1));
  return found;
}

template <typename Value>
std::optional<Value> found_in(const std::map<std::string, Value>& all, const std::string& name) {
  auto found = all.find(name);
  return found == all.end() ? std::nullopt : std::optional(found->second);
}

}  // namespace

bool is_meant_by(const std::string& name, const NodePath& execution) {
  std::string path = execution.text();
  return begins_with_step(path, name) || begins_with_step(without_elements(path), name);
}

Recovery::Recovery(Database& database, const RunKey& run, const RunOrigin& origin)
    : database_(database), run_(run), again_(origin.again) {
  std::vector<std::string> again;  // asked for on the way back
  for (std::optional<RunOrigin> before = origin;
       before && before->relation == RunOrigin::Relation::recovery;) {
    RunKey key{run.project, run.domain, before->parent};
    add_level(key, again);
    std::optional<RunRecord> record = load_run(database, key);
    before = record ? record->origin : std::nullopt;
    if (before) again.insert(again.end(), before->again.begin(), before->again.end());
  }
}

// The nearest run counts. What it tried in vain has no result that stands.
void Recovery::add_level(const RunKey& run, const std::vector<std::string>& again) {
  auto stands = [&](const NodePath& path) { return !failed_.contains(path) && !is_any_of(again, path); };
  for (CommittedExecution& done : read_committed(database_, run)) {
    if (stands(done.execution))
      results_.try_emplace(std::move(done.execution), Result{done.artifact, levels_.size()});
  }
  std::map<std::string, Json> passed = read_passed_gates(database_, run);
  for (GateRow& gate : read_gates(database_, run)) {
    if (passed.contains(gate.node) && stands({gate.node, k_no_element}))
      gates_.try_emplace(gate.node, PassedGate{gate, run.id});
  }
  levels_.push_back({read_frames(database_, run), read_choices(database_, run)});
  for (NodePath& path : tried_in_vain(database_, run)) failed_.insert(std::move(path));
}

const Recovery::Result* Recovery::result_of(const NodePath& execution) const {
  auto found = results_.find(execution);
  return found == results_.end() ? nullptr : &found->second;
}

const Recovery::PassedGate* Recovery::gate_of(const std::string& node) const {
  auto found = gates_.find(node);
  return found == gates_.end() ? nullptr : &found->second;
}

std::optional<Digest> Recovery::frame_of(const Result& result, const std::string& prefix) const {
  return found_in(levels_.at(result.level).frames, prefix);
}

std::optional<std::int64_t> Recovery::choice_of(const Result& result, const std::string& node) const {
  return found_in(levels_.at(result.level).choices, node);
}

std::optional<Digest> Recovery::inputs_of(const Result& result) const {
  Statement& row =
      database_.statement("SELECT inputs FROM artifact WHERE project = ?1 AND domain = ?2 AND id = ?3");
  row.bind(run_.project, run_.domain, result.artifact);
  return row_of(row, [](const Statement& one) { return one.digest(0); });
}

bool Recovery::is_asked_again(const NodePath& execution) const { return is_any_of(again_, execution); }

bool Recovery::has_begun(const std::string& node) const {
  // 'sub2' stands between 'sub.' and 'sub['.
  auto done = [&](const std::string& from) {
    auto result = results_.lower_bound({from, k_no_element});
    return result != results_.end() && begins_with_step(result->first.node, node);
  };
  auto opened = [&](const Level& level, const std::string& from) {
    auto frame = level.frames.lower_bound(from);
    return frame != level.frames.end() && begins_with_step(frame->first, node);
  };
  auto in = [&](const std::string& from) {
    return done(from) || std::any_of(levels_.begin(), levels_.end(),
                                     [&](const Level& level) { return opened(level, from); });
  };
  return gates_.contains(node) || in(node) || in(node + ".") || in(node + "[");
}

bool Recovery::has_frame(const std::string& prefix) const {
  return std::any_of(levels_.begin(), levels_.end(),
                     [&](const Level& level) { return level.frames.contains(prefix); });
}

}  // namespace wf
