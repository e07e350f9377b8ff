#include "core/registry/scope.hpp"

#include "core/base/text.hpp"
#include "core/definition/name.hpp"
#include "core/registry/codes.hpp"
#include "core/store/event_log.hpp"

namespace wf {

namespace {

// The texts of one kind, whole: identifiers cannot be parameters of SQL.
struct KindTexts {
  std::string_view word;
  std::string_view insert;
  std::string_view find;
  std::string_view names;
  std::string_view list;
  EventType event;
  ErrorCode unknown;
};

constexpr KindTexts k_project{
    "project",
    "INSERT INTO project (name, description, created_us, created_by) VALUES (?1, ?2, ?3, ?4) "
    "ON CONFLICT DO NOTHING",
    "SELECT 1 FROM project WHERE name = ?1",
    "SELECT name, description FROM project ORDER BY name",
    "SELECT name, description, created_us, created_by, "
    "(SELECT count(*) FROM (SELECT DISTINCT domain, name FROM registration WHERE project = p.name)), "
    "(SELECT count(*) FROM run WHERE project = p.name) FROM project p ORDER BY name",
    EventType::project_created,
    codes::k_unknown_project};

constexpr KindTexts k_domain{
    "domain",
    "INSERT INTO domain (name, description, created_us, created_by) VALUES (?1, ?2, ?3, ?4) "
    "ON CONFLICT DO NOTHING",
    "SELECT 1 FROM domain WHERE name = ?1",
    "SELECT name, description FROM domain ORDER BY name",
    "SELECT name, description, created_us, created_by, "
    "(SELECT count(*) FROM (SELECT DISTINCT project, name FROM registration WHERE domain = d.name)), "
    "(SELECT count(*) FROM run WHERE domain = d.name) FROM domain d ORDER BY name",
    EventType::domain_created,
    codes::k_unknown_domain};

const KindTexts& texts(ScopeKind kind) { return kind == ScopeKind::project ? k_project : k_domain; }

[[noreturn]] void unknown(Database& database, ScopeKind kind, const std::string& name) {
  const KindTexts& t = texts(kind);
  std::vector<std::string> names;
  for (const ScopeName& one : scope_names(database, kind)) names.push_back(one.name);
  std::string hint = did_you_mean(name, names);
  if (hint.empty()) hint = cat("there are: ", join(names, ", "));
  throw Error(t.unknown, cat("there is no ", t.word, " '", escape_terminal(name), '\''),
              cat(hint, "\nmake it with 'wf ", t.word, " create NAME'"));
}

void require_one(Database& database, ScopeKind kind, const std::string& name) {
  Statement& row = database.statement(texts(kind).find);
  ResetLater reset(row);
  if (!row.bind(name).step()) unknown(database, kind, name);
}

}  // namespace

void require_scope(Database& database, const Scope& scope) {
  require_one(database, ScopeKind::project, scope.project);
  require_one(database, ScopeKind::domain, scope.domain);
}

void create_scope_entry(Store& store, ScopeKind kind, const std::string& name,
                        const std::string& description) {
  const KindTexts& t = texts(kind);
  if (!is_workflow_name(name)) {
    throw Error(codes::k_bad_scope_name, cat('\'', escape_terminal(name), "' cannot name a ", t.word),
                cat("a name is ", k_workflow_name_grammar));
  }
  Database& database = store.database();
  std::int64_t now_us = store.clock().wall_us();
  Transaction transaction(database, Transaction::Mode::write);
  Statement& insert = database.statement(t.insert);
  insert.bind(name, description, now_us, current_user()).run();
  if (insert.changes() == 0) {
    throw Error(codes::k_scope_exists, cat("the ", t.word, " '", name, "' exists already"),
                cat("see 'wf ", t.word, " show ", name, '\''));
  }
  Json data = Json::object();
  data.add("name", name);
  EventWriter(database).append(std::string(k_store_stream), t.event, now_us, data);
  transaction.commit();
}

std::vector<ScopeEntry> list_scope_entries(Database& database, ScopeKind kind) {
  Statement& row = database.statement(texts(kind).list);
  row.bind();
  return rows_of(row, [](const Statement& one) {
    return ScopeEntry{one.string(0), one.string(1),  one.integer(2),
                      one.string(3), one.integer(4), one.integer(5)};
  });
}

std::vector<ScopeName> scope_names(Database& database, ScopeKind kind) {
  Statement& row = database.statement(texts(kind).names);
  ResetLater reset(row);
  row.bind();
  std::vector<ScopeName> names;
  while (row.step()) names.push_back({row.string(0), row.string(1)});
  return names;
}

ScopeEntry get_scope_entry(Database& database, ScopeKind kind, const std::string& name) {
  for (ScopeEntry& entry : list_scope_entries(database, kind)) {
    if (entry.name == name) return std::move(entry);
  }
  unknown(database, kind, name);
}

}  // namespace wf
