// Which files of versions the executions of runs were made with, and where versions are at work.
#include "core/base/text.hpp"
#include "core/definition/value.hpp"
#include "core/lineage/history.hpp"

namespace wf {

std::string History::name_of(const Digest& version) {
  Statement& row = database_->statement("SELECT name FROM version WHERE digest = ?1");
  return row_of(row.bind(version), [](const Statement& found) { return found.string(0); }).value_or("");
}

// Its own, or those of a version whose tasks it uses.
bool History::has_files(const Digest& version) {
  auto [place, is_new] = has_files_.try_emplace(version);
  if (!is_new) return place->second;
  Statement& row = database_->statement(
      "SELECT 1 FROM version_blob WHERE version = ?1 OR version IN (SELECT used FROM version_use WHERE "
      "version = ?1) "
      "LIMIT 1");
  ResetLater reset(row);
  return place->second = row.bind(version).step();
}

std::vector<SourceVertex> History::sources(const RunKey& run, const std::string& path) {
  std::string frame = split_path(path).frame;
  if (!has_frame(run, frame) || !has_files(version_of(run, frame))) return {};
  const Digest& version = version_of(run, frame);
  const Node* runs = node(run, path);
  const Task* task = runs == nullptr ? nullptr : wf::task_of(workflow(version), *runs);
  if (task == nullptr) return {};
  std::vector<SourceVertex> found;
  for (const Source& source : task->sources)
    found.push_back({runs->used ? runs->used->version : version, source.digest, source.path,
                     size_of(file_value(source.digest)).bytes});
  return found;
}

std::vector<History::Workplace> History::workplaces(const VersionVertex& version, std::int64_t limit) {
  Statement& runs = database_->statement(
      "SELECT id FROM run WHERE version = ?1 AND project = ?2 AND domain = ?3 ORDER BY id LIMIT ?4");
  runs.bind(version.version, version.project, version.domain, limit);
  std::vector<Workplace> found = rows_of(runs, [&](const Statement& row) {
    return Workplace{{version.project, version.domain, row.uuid(0)}, {}};
  });
  Statement& frames = database_->statement(
      "SELECT run, parent, node, element FROM frame WHERE version = ?1 AND project = ?2 AND domain = ?3 "
      "ORDER BY run, parent, node, element LIMIT ?4");
  frames.bind(version.version, version.project, version.domain, limit);
  for (Workplace& one : rows_of(frames, [&](const Statement& row) {
         std::string path = joined_path(row.string(1), NodePath{row.string(2), row.integer(3)}.text());
         return Workplace{{version.project, version.domain, row.uuid(0)}, std::move(path)};
       }))
    found.push_back(std::move(one));
  return found;
}

std::vector<Digest> History::users(const Digest& version) {
  Statement& rows = database_->statement("SELECT version FROM version_use WHERE used = ?1 ORDER BY version");
  return rows_of(rows.bind(version), [](const Statement& row) { return row.digest(0); });
}

}  // namespace wf
