#include "core/catalog/names.hpp"

#include <algorithm>

#include "core/base/digest.hpp"
#include "core/base/text.hpp"

namespace wf {

namespace {

// The ends of ids that begin with these digits lie between the two; of no digits none does.
std::pair<std::string, std::string> tails_between(const std::string& digits) {
  constexpr std::size_t k_tail_digits = 12;
  std::size_t missing = k_tail_digits - std::min(k_tail_digits, digits.size());
  auto low = from_hex(digits + std::string(missing, '0'));
  auto high = from_hex(digits + std::string(missing, 'f'));
  return low && high ? std::pair(*low, *high) : std::pair<std::string, std::string>("\x01", "");
}

RunName run_name(const Statement& row, const std::string& project, const std::string& domain) {
  return {{project, domain, row.uuid(0)}, row.optional_string(1), row.string(2), row.string(3)};
}

}  // namespace

// Each part steps through an index and is short, however many runs there are.
std::vector<RunName> recent_runs(Database& database, const std::string& project, const std::string& domain,
                                 const std::string& beginning, std::int64_t limit) {
  Statement& rows = database.statement(
      "SELECT * FROM (SELECT id, name, workflow, state FROM run WHERE project = ?1 AND domain = ?2 "
      "ORDER BY id DESC LIMIT ?3) UNION "
      "SELECT * FROM (SELECT id, name, workflow, state FROM run WHERE project = ?1 AND domain = ?2 AND "
      "name >= ?4 AND name < ?4 || char(1114111) ORDER BY name DESC LIMIT ?5) UNION "
      "SELECT * FROM (SELECT id, name, workflow, state FROM run WHERE project = ?1 AND domain = ?2 AND "
      "substr(id, 11) BETWEEN ?6 AND ?7 LIMIT ?5) ORDER BY id DESC");
  auto [low, high] = tails_between(beginning);
  rows.bind(project, domain, limit, beginning, beginning.empty() ? 0 : limit, Bytes{low}, Bytes{high});
  return rows_of(rows, [&](const Statement& row) { return run_name(row, project, domain); });
}

std::vector<RunName> running_runs(Database& database, const std::string& project, const std::string& domain,
                                  std::int64_t limit) {
  Statement& rows = database.statement(
      "SELECT id, name, workflow, state FROM run WHERE project = ?1 AND domain = ?2 AND state = 'running' "
      "ORDER "
      "BY id DESC LIMIT ?3");
  rows.bind(project, domain, limit);
  return rows_of(rows, [&](const Statement& row) { return run_name(row, project, domain); });
}

// From name to name in the index: however many runs each has.
std::vector<std::string> run_workflows(Database& database, const std::string& project,
                                       const std::string& domain) {
  Statement& rows = database.statement(
      "WITH RECURSIVE found(name) AS ("
      "SELECT min(workflow) FROM run WHERE project = ?1 AND domain = ?2 UNION ALL "
      "SELECT (SELECT min(r.workflow) FROM run r WHERE r.project = ?1 AND r.domain = ?2 AND r.workflow > "
      "found.name) "
      "FROM found WHERE found.name IS NOT NULL) SELECT name FROM found WHERE name IS NOT NULL");
  return rows_of(rows.bind(project, domain), [](const Statement& row) { return row.string(0); });
}

namespace {

// From name to name in the primary key: a mapped node of 10 000 elements costs one step.
std::vector<NodeName> tried(Database& database, const RunKey& run, const std::string& beginning,
                            std::int64_t limit) {
  Statement& rows = database.statement(
      "WITH RECURSIVE begun(node) AS ("
      "SELECT min(node) FROM node WHERE project = ?1 AND domain = ?2 AND run = ?3 AND node >= ?4 UNION ALL "
      "SELECT (SELECT min(n.node) FROM node n WHERE n.project = ?1 AND n.domain = ?2 AND n.run = ?3 AND "
      "n.node > begun.node) FROM begun WHERE substr(begun.node, 1, length(?4)) = ?4 LIMIT ?5) "
      "SELECT begun.node, (SELECT max(n.element) FROM node n WHERE n.project = ?1 AND n.domain = ?2 AND "
      "n.run = ?3 AND n.node = begun.node) >= 0 FROM begun WHERE substr(begun.node, 1, length(?4)) = ?4");
  rows.bind(run.project, run.domain, run.id, beginning, limit);
  return rows_of(rows, [](const Statement& row) { return NodeName{row.string(0), row.integer(1) != 0}; });
}

// Packs have no such key; reading them here takes half the time of SQL over each of their executions.
void add_reused(Database& database, const RunKey& run, const std::string& beginning,
                std::vector<NodeName>& found) {
  Statement& rows = database.statement(
      "SELECT executions FROM reuse_pack WHERE project = ?1 AND domain = ?2 AND run = ?3 ORDER BY pack");
  ResetLater reset(rows);
  rows.bind(run.project, run.domain, run.id);
  while (rows.step()) {
    // ["a/-1","b/0"]: names need no escaping, and a Json for each of 10 000 is not worth it.
    for (std::string_view text : split(rows.text(0), '"')) {
      std::size_t slash = text.rfind('/');
      if (slash == std::string_view::npos || !text.starts_with(beginning)) continue;
      std::string_view node = text.substr(0, slash);
      if (node.size() < beginning.size() || (!found.empty() && found.back().name == node)) continue;
      found.push_back({std::string(node), !text.ends_with("/-1")});
    }
  }
}

}  // namespace

std::vector<NodeName> node_names(Database& database, const RunKey& run, const std::string& beginning,
                                 std::int64_t limit) {
  std::vector<NodeName> found = tried(database, run, beginning, limit);
  add_reused(database, run, beginning, found);
  std::sort(found.begin(), found.end(),
            [](const NodeName& one, const NodeName& other) { return one.name < other.name; });
  auto same = [](const NodeName& one, const NodeName& other) { return one.name == other.name; };
  found.erase(std::unique(found.begin(), found.end(), same), found.end());
  if (found.size() > static_cast<std::size_t>(limit))
    found.erase(found.begin() + static_cast<std::ptrdiff_t>(limit), found.end());
  return found;
}

std::vector<NodePath> elements_of(Database& database, const RunKey& run, const std::string& node,
                                  const std::string& beginning, std::int64_t limit) {
  auto [frame, name] = split_path(node);
  Statement& rows = database.statement(
      "SELECT element FROM (SELECT element FROM execution WHERE project = ?1 AND domain = ?2 AND run = ?3 "
      "AND node = ?4 "
      "UNION SELECT element FROM frame WHERE project = ?1 AND domain = ?2 AND run = ?3 AND parent = ?7 AND "
      "node = ?8) "
      "WHERE element >= 0 AND substr(CAST(element AS TEXT), 1, length(?5)) = ?5 ORDER BY element LIMIT ?6");
  rows.bind(run.project, run.domain, run.id, node, beginning, limit, frame, name);
  return rows_of(rows, [&](const Statement& row) { return NodePath{node, row.integer(0)}; });
}

}  // namespace wf
