#include <array>

#include "core/base/text.hpp"
#include "core/store/check.hpp"

namespace wf {

namespace {

// Each gives texts that name a place where the blob came from. Run ids are raw, and become UUID text here.
struct Origin {
  std::string_view what;
  std::string_view sql;  // columns: project/domain, run id or NULL, rest
};

constexpr std::array<Origin, 9> k_origins{{
    {"output ",
     "SELECT b.project || '/' || b.domain, a.run, a.node || CASE a.element WHEN -1 THEN '' ELSE '[' || "
     "a.element || ']' END || '/' || b.name || b.item FROM artifact_blob b JOIN artifact a "
     "ON a.project = b.project AND a.domain = b.domain AND a.id = b.artifact WHERE b.blob = ?1 LIMIT 5"},
    {"stdout of ",
     "SELECT project || '/' || domain, run, node || CASE element WHEN -1 THEN '' ELSE '[' || element || ']' "
     "END || ' attempt ' || attempt FROM attempt WHERE stdout = ?1 LIMIT 5"},
    {"stderr of ",
     "SELECT project || '/' || domain, run, node || CASE element WHEN -1 THEN '' ELSE '[' || element || ']' "
     "END || ' attempt ' || attempt FROM attempt WHERE stderr = ?1 LIMIT 5"},
    {"report of ",
     "SELECT project || '/' || domain, run, node || CASE element WHEN -1 THEN '' ELSE '[' || element || ']' "
     "END || ' attempt ' || attempt || ', ' || name FROM attempt_report WHERE blob = ?1 LIMIT 5"},
    {"input of ",
     "SELECT project || '/' || domain, run, 'inputs/' || name || item FROM run_input_blob "
     "WHERE blob = ?1 LIMIT 5"},
    {"definition of ",
     "SELECT project || '/' || domain, NULL, name || ' registration ' || seq FROM registration "
     "WHERE source = ?1 LIMIT 5"},
    {"file of version ",
     "SELECT v.name || '@' || lower(hex(v.digest)), NULL, '' FROM version_blob b JOIN version v "
     "ON v.digest = b.version WHERE b.blob = ?1 LIMIT 5"},
    {"input of launch plan ",
     "SELECT p.name || '@' || lower(hex(p.digest)), NULL, '' FROM launch_plan_blob b JOIN launch_plan p "
     "ON p.digest = b.plan WHERE b.blob = ?1 LIMIT 5"},
    {"text of launch plan ",
     "SELECT project || '/' || domain, NULL, name || ' registration ' || seq FROM launch_plan_registration "
     "WHERE source = ?1 LIMIT 5"},
}};

std::string describe(const Origin& origin, const Statement& row) {
  std::string text = cat(origin.what, row.text(0));
  if (!row.is_null(1)) text += cat('/', row.uuid(1).text());
  if (!row.text(2).empty()) text += cat('/', row.text(2));
  return text;
}

void add_direct(Database& database, const Digest& digest, std::string_view suffix,
                std::vector<std::string>& origins) {
  for (const Origin& origin : k_origins) {
    Statement& rows = database.statement(origin.sql);
    ResetLater reset(rows);
    rows.bind(digest);
    while (rows.step()) origins.push_back(cat(describe(origin, rows), suffix));
  }
}

}  // namespace

std::vector<std::string> origins_of_blob(Database& database, const Digest& digest) {
  std::vector<std::string> origins;
  add_direct(database, digest, "", origins);
  Statement& folders = database.statement("SELECT tree, path FROM tree_entry WHERE child = ?1 LIMIT 5");
  ResetLater reset(folders);
  folders.bind(digest);
  while (folders.step()) {
    add_direct(database, folders.digest(0), cat(", in it '", escape_terminal(folders.bytes(1)), '\''),
               origins);
  }
  return origins;
}

}  // namespace wf
