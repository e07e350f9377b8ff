#include "core/transfer/unpacked_check.hpp"

#include <array>
#include <set>

#include "core/base/text.hpp"
#include "core/base/tree.hpp"
#include "core/definition/name.hpp"
#include "core/registry/launch_plans.hpp"
#include "core/registry/lend.hpp"
#include "core/registry/record_version.hpp"
#include "core/store/check.hpp"
#include "core/store/check_values.hpp"
#include "core/store/version.hpp"
#include "core/transfer/codes.hpp"
#include "core/transfer/notes.hpp"
#include "core/transfer/readable.hpp"
#include "core/transfer/selection.hpp"
#include "core/transfer/tables.hpp"

namespace wf::transfer {

namespace {

[[noreturn]] void wrong(const std::string& what) {
  throw Error(codes::k_bundle_wrong, cat("the bundle contradicts itself: ", what),
              "nothing was taken from it; make the bundle again with 'wf export'");
}

void require_name(const Cell& name, std::string_view what) {
  if (!is_workflow_name(text_of(name)))
    wrong(cat("'", escape_terminal(text_of(name)), "' cannot name a ", what));
}

std::vector<Digest> digests(Database& database, std::string_view sql) {
  Statement& rows = database.statement(sql);
  rows.bind();
  return rows_of(rows, [](const Statement& row) { return row.digest(0); });
}

std::vector<std::string> run_streams(Database& database) {
  Statement& rows = database.statement("SELECT DISTINCT stream FROM event WHERE stream LIKE 'run:%'");
  rows.bind();
  return rows_of(rows, [](const Statement& row) { return row.string(0); });
}

void derive_version(Database& database, VersionReader& versions, const Digest& digest) try {
  Workflow workflow = versions.workflow_of(version_body(database, digest));
  Statement& row = database.statement("SELECT name FROM version WHERE digest = ?1");
  row.bind(digest);
  if (row_of(row, [](const Statement& one) { return one.string(0); }) != workflow.name)
    wrong(cat("version ", digest.text(), " is of '", workflow.name, '\''));
  record_version_parts(database, digest, workflow);
} catch (const Error& error) {
  if (error.code().id == codes::k_bundle_wrong.id) throw;
  wrong(error.message());
}

// Else the whole stream of the run could never come later: the two would contradict each other.
void check_ends(Database& database) {
  Statement& rows = database.statement("SELECT id, state FROM run");
  rows.bind();
  Statement& end = database.statement("SELECT 1 FROM event WHERE stream = ?1 AND type = 'run.' || ?2");
  for (const auto& [id, state] :
       rows_of(rows, [](const Statement& row) { return std::pair(row.uuid(0), row.string(1)); })) {
    end.bind(run_stream(id), state);
    if (!row_of(end, [](const Statement&) { return true; }))
      wrong(cat("run ", id.text(), " has ", state, ", and no event says so"));
  }
}

// What says of folders what is in them must be what their manifests say.
void check_folders(Store& store) {
  for (const Digest& tree : digests(store.database(), "SELECT DISTINCT tree FROM tree_entry")) {
    if (store.blobs().freed_us(tree)) continue;
    std::set<std::pair<std::string, Digest>> entries;
    for (const TreeEntry& entry : parse_tree(store.blobs().read(tree))) {
      if (entry.type != 'd') entries.emplace(entry.path, entry.digest);
    }
    Statement& rows = store.database().statement("SELECT path, child FROM tree_entry WHERE tree = ?1");
    rows.bind(tree);
    std::set<std::pair<std::string, Digest>> said;
    for (auto& one : rows_of(
             rows, [](const Statement& row) { return std::pair(std::string(row.bytes(0)), row.digest(1)); }))
      said.insert(std::move(one));
    if (said != entries) wrong(cat("folder ", tree.text(), " holds something else than it says"));
  }
}

void check_key_parts(Database& database) {
  Statement& rows = database.statement("SELECT digest, body FROM cache_parts");
  ResetLater reset(rows);
  rows.bind();
  while (rows.step()) {
    if (sha256(rows.text(1)) != rows.digest(0))
      wrong(cat("key parts ", rows.digest(0).text(), " are others"));
  }
}

// A value with files, and the row by which its bytes are kept: `sql` gives owner, type and value, with the
// key of that row; `held` asks for it with the content as ?4.
struct Holding {
  std::string_view sql;
  std::string_view held;
};

constexpr std::array<Holding, 2> k_holdings{{
    {"SELECT 'artifact ' || lower(hex(artifact)) || ', output ' || name, type, value, project, domain, "
     "artifact, name FROM artifact_data",
     "SELECT 1 FROM artifact_blob WHERE project = ?1 AND domain = ?2 AND blob = ?4 AND artifact = ?3 AND "
     "name "
     "= ?5"},
    {"SELECT 'run ' || lower(hex(run)) || ', input ' || name, type, value, project, domain, run, name FROM "
     "run_input",
     "SELECT 1 FROM run_input_blob WHERE project = ?1 AND domain = ?2 AND blob = ?4 AND run = ?3 AND name = "
     "?5"},
}};

void check_holding(Database& database, const Holding& holding) {
  Statement& rows = database.statement(holding.sql);
  Statement& held = database.statement(holding.held);
  ResetLater reset(rows);
  rows.bind();
  while (rows.step()) {
    if (!type_has_content(rows.text(1))) continue;
    for (const Digest& digest : contents_of_value(rows.text(2), rows.text(0))) {
      held.bind(rows.string(3), rows.string(4), rows.uuid(5), digest, rows.string(6));
      if (!row_of(held, [](const Statement&) { return true; }))
        wrong(cat(rows.text(0), " lacks the row that keeps its blob ", digest.hex()));
    }
  }
}

void check_plan(Database& database, const Digest& plan) {
  Statement& row = database.statement("SELECT name, version FROM launch_plan WHERE digest = ?1");
  row.bind(plan);
  auto said = *row_of(row, [](const Statement& one) { return std::pair(one.string(0), one.digest(1)); });
  LaunchPlan read = load_plan(database, plan, load_version(database, said.second));
  if (said != std::pair(read.name, read.version)) wrong(cat("launch plan ", plan.text(), " is another one"));
  for (const Digest& digest : contents_of_value(plan_body(database, plan).canonical(), "a launch plan")) {
    Statement& held = database.statement("SELECT 1 FROM launch_plan_blob WHERE plan = ?1 AND blob = ?2");
    held.bind(plan, digest);
    if (!row_of(held, [](const Statement&) { return true; }))
      wrong(cat("launch plan ", plan.text(), " lacks the row that keeps its blob ", digest.hex()));
  }
}

// Nothing would keep their bytes here from a collection.
void check_holdings(Database& database) {
  for (const Holding& holding : k_holdings) check_holding(database, holding);
  for (const Digest& plan : digests(database, "SELECT digest FROM launch_plan")) check_plan(database, plan);
}

void add_scopes(Store& store) {
  Statement& rows = store.database().statement(
      "SELECT project, domain FROM registration UNION SELECT project, domain FROM label UNION SELECT "
      "project, domain FROM launch_plan_registration UNION SELECT project, domain FROM run UNION SELECT "
      "project, domain FROM dataset");
  rows.bind();
  for (const Scope& scope : rows_of(rows, [](const Statement& row) {
         return Scope{row.string(0), row.string(1)};
       }))
    add_scope(store, scope);
}

void note_rows(Store& store, Notes& notes, std::string_view table, std::string_view where) {
  Shape shape = shape_of(store.database(), table);
  Statement& rows = store.database().statement(
      cat("SELECT ", shape.names(""), " FROM ", table, where, " ORDER BY ", shape.key("")));
  ResetLater reset(rows);
  rows.bind();
  while (rows.step()) notes.note(shape, read_row(rows, shape));
}

void note_all(Store& store) {
  Transaction transaction(store.database(), Transaction::Mode::write);
  Notes notes(store);
  for (std::string_view table : {"registration", "label", "launch_plan_registration", "pin"})
    note_rows(store, notes, table, "");
  note_rows(store, notes, "tag", " WHERE created_by IS NOT NULL");
  for (const std::string& stream : run_streams(store.database()))
    notes.note_stream(stream, EventWriter(store.database()).head(stream), std::nullopt);
  transaction.commit();
}

// What a check of a store does not ask, and a bundle must have: `sql` finds who lacks it.
struct Need {
  std::string_view of;
  std::string_view problem;
  std::string_view sql;
};

constexpr std::array<Need, 8> k_needs{{
    {"registration", "has another name than its version",
     "SELECT lower(hex(r.id)) FROM registration r JOIN version v ON v.digest = r.version WHERE v.name <> "
     "r.name"},
    {"registration", "has another name than its launch plan",
     "SELECT lower(hex(r.id)) FROM launch_plan_registration r JOIN launch_plan p ON p.digest = r.plan WHERE "
     "p.name <> r.name"},
    {"label", "names a version that is not registered there",
     "SELECT label FROM label l WHERE NOT EXISTS (SELECT 1 FROM registration r WHERE r.project = l.project "
     "AND "
     "r.domain = l.domain AND r.name = l.name AND r.version = l.version)"},
    {"run", "has not ended", "SELECT lower(hex(id)) FROM run WHERE state = 'running'"},
    {"run", "lacks the registration of its version",
     "SELECT lower(hex(id)) FROM run r WHERE NOT EXISTS (SELECT 1 FROM registration g WHERE g.project = "
     "r.project AND "
     "g.domain = r.domain AND g.name = r.workflow AND g.seq = r.registration AND g.version = r.version)"},
    {"artifact", "lacks the execution that made it",
     "SELECT lower(hex(id)) FROM artifact a WHERE NOT EXISTS (SELECT 1 FROM node n WHERE n.project = "
     "a.project AND "
     "n.domain = a.domain AND n.run = a.run AND n.node = a.node AND n.element = a.element AND n.artifact = "
     "a.id)"},
    {"artifact", "lacks the attempt that made it",
     "SELECT lower(hex(id)) FROM artifact a WHERE NOT EXISTS (SELECT 1 FROM attempt t WHERE t.project = "
     "a.project AND "
     "t.domain = a.domain AND t.run = a.run AND t.node = a.node AND t.element = a.element AND t.attempt = "
     "a.attempt)"},
    {"artifact", "has a cache entry of another run than its own",
     "SELECT lower(hex(a.id)) FROM cache_entry c JOIN artifact a ON a.project = c.project AND a.domain = "
     "c.domain AND "
     "a.id = c.artifact WHERE c.run <> a.run"},
}};

void check_needs(Database& database) {
  for (const Need& need : k_needs) {
    Statement& rows = database.statement(need.sql);
    rows.bind();
    auto found = row_of(rows, [](const Statement& one) { return one.string(0); });
    if (found) wrong(cat(need.of, ' ', *found, ' ', need.problem));
  }
}

std::int64_t count_of(Database& database, std::string_view from) {
  Statement& row = database.statement(cat("SELECT count(*) FROM ", from));
  row.bind();
  return *row_of(row, [](const Statement& one) { return one.integer(0); });
}

void require_named(Database& database, const Manifest& manifest) {
  Statement& version = database.statement(
      "SELECT 1 FROM registration WHERE project = ?1 AND domain = ?2 AND name = ?3 AND version = ?4 LIMIT 1");
  for (const ResolvedVersion& one : manifest.versions) {
    version.bind(one.scope.project, one.scope.domain, one.name, one.version);
    if (!row_of(version, [](const Statement&) { return true; }))
      wrong(cat("it has no registration of ", one.version.text(), ", for which it was made"));
  }
  Statement& run = database.statement("SELECT 1 FROM run WHERE project = ?1 AND domain = ?2 AND id = ?3");
  for (const RunKey& one : manifest.runs) {
    run.bind(one.project, one.domain, one.id);
    if (!row_of(run, [](const Statement&) { return true; }))
      wrong(cat("it has no run ", one.id.text(), ", for which it was made"));
  }
}

// What the manifest names is all that an export of it would take: so nothing comes in that nobody is shown.
void check_asked(Database& database, const Manifest& manifest) {
  require_named(database, manifest);
  std::vector<PickedRun> runs;
  std::set<std::string> streams;
  for (const RunKey& run : with_origins(database, manifest.runs)) {
    runs.push_back({run, true});
    streams.insert(run_stream(run.id));
  }
  Selection(database).take_part(manifest.versions, runs);
  auto more = [](std::string_view what) {
    wrong(cat("it has more in '", what, "' than what it was made for needs"));
  };
  for (const TableRule& rule : table_rules()) {
    if (!rule.in_bundle || rule.from.empty()) continue;
    if (count_of(database, rule.table) != count_of(database, rule.from)) more(rule.table);
  }
  if (count_of(database, "take_blob") != static_cast<std::int64_t>(manifest.blobs.size())) more("blob");
  for (const std::string& stream : run_streams(database))
    if (!streams.contains(stream)) more("event");
}

void check_contents(Store& store, const Manifest& manifest) try {
  check_holdings(store.database());
  check_key_parts(store.database());
  check_folders(store);
  check_readable(store.database());
  check_asked(store.database(), manifest);
} catch (const Error& error) {
  if (error.code().id == codes::k_bundle_wrong.id) throw;
  wrong(error.message());
}

}  // namespace

void require_row_of_bundle(const Shape& shape, const Row& row) {
  for (std::string_view column : {"project", "domain"}) {
    if (std::size_t place = shape.place_of(column); place < row.size()) require_name(row[place], column);
  }
  if (shape.table == "event" && !text_of(cell(shape, row, "stream")).starts_with("run:"))
    wrong(cat("an event is of the stream '", escape_terminal(text_of(cell(shape, row, "stream"))),
              "', which is no run's"));
  if (shape.table != "label") return;
  std::string label = text_of(cell(shape, row, "label"));
  if (!is_label_name(label) || label == "latest") wrong(cat("'", escape_terminal(label), "' is no label"));
}

void derive_versions(Database& database) {
  VersionReader versions(database);
  for (const Digest& digest : digests(database, "SELECT digest FROM version"))
    derive_version(database, versions, digest);
}

void check_unpacked(Store& store, const Manifest& manifest) {
  check_needs(store.database());
  check_ends(store.database());
  check_contents(store, manifest);
  add_scopes(store);
  note_all(store);
  std::vector<Finding> findings = check_store(store, VerifyDepth::quick);
  if (findings.empty()) return;
  constexpr std::size_t k_shown = 5;
  std::vector<std::string> lines;
  for (const Finding& one : findings) {
    if (lines.size() < k_shown) lines.push_back(cat("\n  ", one.object, ": ", one.problem));
  }
  if (findings.size() > k_shown) lines.push_back(cat("\n  and ", findings.size() - k_shown, " more"));
  wrong(escape_terminal(cat(findings.size() == 1 ? "a finding" : "findings", join(lines, "")),
                        Lines::multiline));
}

}  // namespace wf::transfer
