#include "core/catalog/names.hpp"

namespace wf {

std::vector<RunName> recent_runs(Database& database, const std::string& project, const std::string& domain,
                                 std::int64_t limit) {
  Statement& rows = database.statement(
      "SELECT id, name, workflow, state FROM run WHERE project = ?1 AND domain = ?2 ORDER BY id DESC "
      "LIMIT ?3");
  rows.bind(project, domain, limit);
  return rows_of(rows, [&](const Statement& row) {
    return RunName{{project, domain, row.uuid(0)}, row.optional_string(1), row.string(2), row.string(3)};
  });
}

// Of the rows, steps from name to name in the primary key: a mapped node of 10 000 elements costs one step.
// Packs have no such key, and are few.
std::vector<NodeName> node_names(Database& database, const RunKey& run, const std::string& beginning,
                                 std::int64_t limit) {
  Statement& rows = database.statement(
      "WITH RECURSIVE begun(node) AS ("
      "SELECT min(node) FROM node WHERE project = ?1 AND domain = ?2 AND run = ?3 AND node >= ?4 UNION ALL "
      "SELECT (SELECT min(n.node) FROM node n WHERE n.project = ?1 AND n.domain = ?2 AND n.run = ?3 AND "
      "n.node > begun.node) FROM begun WHERE substr(begun.node, 1, length(?4)) = ?4 LIMIT ?5) "
      "SELECT node, max(element) >= 0 FROM ("
      "SELECT begun.node AS node, (SELECT max(n.element) FROM node n WHERE n.project = ?1 AND n.domain = ?2 "
      "AND n.run = ?3 AND n.node = begun.node) AS element FROM begun UNION ALL "
      "SELECT substr(e.value, 1, instr(e.value, '/') - 1), CAST(substr(e.value, instr(e.value, '/') + 1) AS "
      "INTEGER) FROM reuse_pack p, json_each(p.executions) e WHERE p.project = ?1 AND p.domain = ?2 AND "
      "p.run = ?3) WHERE substr(node, 1, length(?4)) = ?4 GROUP BY node ORDER BY node LIMIT ?5");
  rows.bind(run.project, run.domain, run.id, beginning, limit);
  return rows_of(rows, [](const Statement& row) { return NodeName{row.string(0), row.integer(1) != 0}; });
}

std::vector<NodePath> elements_of(Database& database, const RunKey& run, const std::string& node,
                                  const std::string& beginning, std::int64_t limit) {
  Statement& rows = database.statement(
      "SELECT element FROM execution WHERE project = ?1 AND domain = ?2 AND run = ?3 AND node = ?4 AND "
      "element >= 0 AND substr(CAST(element AS TEXT), 1, length(?5)) = ?5 ORDER BY element LIMIT ?6");
  rows.bind(run.project, run.domain, run.id, node, beginning, limit);
  return rows_of(rows, [&](const Statement& row) { return NodePath{node, row.integer(0)}; });
}

}  // namespace wf
