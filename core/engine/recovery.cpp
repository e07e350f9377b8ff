#include "core/engine/recovery.hpp"

#include <algorithm>

namespace wf {

namespace {

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

// The nodes of which a run has results that it did not take over.
std::set<std::string> read_made(Database& database, const RunKey& run) {
  Statement& rows = database.statement(
      "SELECT DISTINCT node FROM execution WHERE project = ?1 AND domain = ?2 AND run = ?3 AND "
      "(state = 'succeeded' OR state = 'reused')");
  rows.bind(run.project, run.domain, run.id);
  std::vector<std::string> found = rows_of(rows, [](const Statement& row) { return row.string(0); });
  return {found.begin(), found.end()};
}

const std::string& node_of(const std::string& key) { return key; }
template <typename Value>
const std::string& node_of(const std::pair<const NodePath, Value>& entry) { return entry.first.node; }
template <typename Value>
const std::string& node_of(const std::pair<const std::string, Value>& entry) { return entry.first; }

// Whether there is anything of a node, or in the frames that it runs, in what is ordered by nodes.
template <typename Ordered>
bool has_within(const Ordered& all, const std::string& node) {
  // 'sub2' stands between 'sub.' and 'sub['.
  auto from = [&](const std::string& first) {
    auto found = all.lower_bound(typename Ordered::key_type{first});
    return found != all.end() && begins_with_step(node_of(*found), node);
  };
  return from(node) || from(node + ".") || from(node + "[");
}

template <typename Value>
std::optional<Value> found_in(const std::map<std::string, Value>& all, const std::string& name) {
  auto found = all.find(name);
  return found == all.end() ? std::nullopt : std::optional(found->second);
}

}  // namespace

Recovery::Recovery(Database& database, const RunKey& run, const RunOrigin& origin)
    : database_(database), run_(run), again_(origin.again), made_(read_made(database, run)) {
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
      gates_.try_emplace(gate.node, PassedGate{gate, run.id, levels_.size()});
  }
  runs_.push_back(run.id);
  levels_.push_back({read_made(database_, run), read_frames(database_, run), read_choices(database_, run)});
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

std::optional<Digest> Recovery::frame_of(std::size_t level, const std::string& prefix) const {
  const std::optional<OpenedFrame> frame = found_in(levels_.at(level).frames, prefix);
  return frame ? std::optional(frame->version) : std::nullopt;
}

std::optional<std::int64_t> Recovery::choice_of(std::size_t level, const std::string& node) const {
  return found_in(levels_.at(level).choices, node);
}

void Recovery::note_made(const std::string& node) { made_.insert(node); }

bool Recovery::was_made_since(std::size_t level, const std::string& node) const {
  auto newer = levels_.begin() + static_cast<std::ptrdiff_t>(level);
  return has_within(made_, node) ||
         std::any_of(levels_.begin(), newer, [&](const Level& one) { return has_within(one.made, node); });
}

std::optional<Digest> Recovery::inputs_of(const Result& result) const {
  Statement& row =
      database_.statement("SELECT inputs FROM artifact WHERE project = ?1 AND domain = ?2 AND id = ?3");
  row.bind(run_.project, run_.domain, result.artifact);
  return row_of(row, [](const Statement& one) { return one.digest(0); });
}

bool Recovery::is_asked_again(const NodePath& execution) const { return is_any_of(again_, execution); }

bool Recovery::is_meant(const std::string& name) const {
  return std::any_of(results_.begin(), results_.end(),
                     [&](const auto& known) { return is_meant_by(name, known.first); }) ||
         std::any_of(gates_.begin(), gates_.end(), [&](const auto& known) {
           return is_meant_by(name, {known.first, k_no_element});
         });
}

bool Recovery::has_begun(const std::string& node) const {
  return has_within(results_, node) || has_within(gates_, node) ||
         std::any_of(levels_.begin(), levels_.end(), [&](const Level& level) {
           return has_within(level.frames, node);
         });
}

bool Recovery::has_frame(const std::string& prefix) const {
  return std::any_of(levels_.begin(), levels_.end(),
                     [&](const Level& level) { return level.frames.contains(prefix); });
}

bool Recovery::has_succeeded(const std::string& prefix) const {
  return std::any_of(levels_.begin(), levels_.end(), [&](const Level& level) {
    auto found = level.frames.find(prefix);
    return found != level.frames.end() && found->second.state == RunState::succeeded;
  });
}

}  // namespace wf
