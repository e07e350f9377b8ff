#include "core/transfer/readable.hpp"

#include <array>
#include <set>

#include "core/base/text.hpp"
#include "core/catalog/catalog.hpp"
#include "core/catalog/runs.hpp"
#include "core/definition/name.hpp"
#include "core/registry/versions.hpp"
#include "core/transfer/codes.hpp"
#include "core/transfer/tables.hpp"

namespace wf::transfer {

namespace {

struct Column {
  std::string_view table;
  std::string_view name;
};

// Those that hold JSON.
constexpr std::array<Column, 22> k_json{{
    {"attempt", "sandbox"},
    {"attempt", "observed"},
    {"registration", "descriptions"},
    {"run", "settings"},
    {"run", "cause"},
    {"run", "counts"},
    {"run", "again"},
    {"node", "cause"},
    {"node", "inputs"},
    {"attempt", "cause"},
    {"attempt", "resources"},
    {"gate", "value"},
    {"reuse_pack", "executions"},
    {"run_input", "value"},
    {"run_output", "value"},
    {"artifact", "partitions"},
    {"artifact_data", "value"},
    {"dataset_version", "outputs"},
    {"dataset_version", "partitions"},
    {"cache_entry", "inputs"},
    {"registration", "git"},
    {"event", "data"},
}};

// What readers ask of JSON, beyond that it is some: members by their path, each of one of the types.
struct JsonShape {
  Column column;
  std::string_view path;
  std::string_view types;
};

constexpr std::array<JsonShape, 47> k_shapes{{
    {{"run", "settings"}, "$", "'object'"},
    {{"run", "settings"}, "$.path", "'text'"},
    {{"run", "settings"}, "$.parallelism", "'integer'"},
    {{"run", "settings"}, "$.cache", "'text'"},
    {{"run", "settings"}, "$.verify", "'text'"},
    {{"run", "settings"}, "$.labels", "'object'"},
    {{"run", "settings"}, "$.capacity", "'object'"},
    {{"run", "settings"}, "$.sandbox.level", "'text'"},
    {{"run", "settings"}, "$.sandbox.less_is_enough", "'true', 'false'"},
    {{"run", "settings"}, "$.timeout_us", "'integer', 'null'"},
    {{"run", "settings"}, "$.backend", "'text'"},
    {{"run", "settings"}, "$.reuse_from", "'text'"},
    {{"run", "settings"}, "$.images", "'array'"},
    {{"run", "cause"}, "$.code", "'text'"},
    {{"run", "cause"}, "$.message", "'text'"},
    {{"frame_failure", "cause"}, "$.code", "'text'"},
    {{"frame_failure", "cause"}, "$.message", "'text'"},
    {{"node", "cause"}, "$.code", "'text'"},
    {{"node", "cause"}, "$.message", "'text'"},
    {{"attempt", "cause"}, "$.code", "'text'"},
    {{"attempt", "cause"}, "$.message", "'text'"},
    {{"run", "counts"}, "$", "'object'"},
    {{"run", "again"}, "$", "'array'"},
    {{"node", "inputs"}, "$", "'object'"},
    {{"cache_entry", "inputs"}, "$", "'object'"},
    {{"attempt", "resources"}, "$.requests", "'object'"},
    {{"attempt", "resources"}, "$.limits", "'object'"},
    {{"attempt", "resources"}, "$.gpus", "'array'"},
    {{"attempt", "resources"}, "$.kept_by", "'object'"},
    {{"attempt", "memory_events"}, "$.limit_hits", "'integer'"},
    {{"attempt", "memory_events"}, "$.oom_kills", "'integer'"},
    {{"attempt", "sandbox"}, "$.asked", "'text'"},
    {{"attempt", "sandbox"}, "$.reached", "'text', 'null'"},
    {{"attempt", "sandbox"}, "$.means", "'text', 'null'"},
    {{"attempt", "sandbox"}, "$.hindrance", "'text', 'null'"},
    {{"attempt", "sandbox"}, "$.undeclared", "'array'"},
    {{"attempt", "sandbox"}, "$.unseen", "'integer'"},
    {{"attempt", "observed"}, "$.reads", "'array'"},
    {{"attempt", "observed"}, "$.unread", "'array'"},
    {{"attempt", "observed"}, "$.cut_short", "'true', 'false'"},
    {{"reuse_pack", "executions"}, "$", "'array'"},
    {{"artifact", "partitions"}, "$", "'object'"},
    {{"dataset_version", "outputs"}, "$", "'object'"},
    {{"dataset_version", "partitions"}, "$", "'object'"},
    {{"registration", "git"}, "$", "'object'"},
    {{"registration", "descriptions"}, "$", "'object'"},
    {{"event", "data"}, "$", "'object'"},
}};

// Lists and objects whose values are all of one type.
constexpr std::array<JsonShape, 4> k_values{{
    {{"run", "counts"}, "$", "'integer'"},
    {{"run", "again"}, "$", "'text'"},
    {{"run", "settings"}, "$.labels", "'text'"},
    {{"reuse_pack", "executions"}, "$", "'text'"},
}};

struct NamedScope {
  Scope scope;
  std::string name;
};

[[noreturn]] void refuse(const std::string& what) {
  throw Error(codes::k_bundle_wrong, cat("the bundle cannot be read: ", what),
              "nothing was taken from it; make the bundle again with 'wf export'");
}

// For SQL: a row `t` whose fault is the text, quotes doubled in it.
std::string when(const Column& column, const std::string& condition, const std::string& fault) {
  return cat(" WHEN t.", column.name, " IS NOT NULL AND ", condition, " THEN 'a ''", column.name,
             "'' of a row of ''", column.table, "'' ", fault, "'");
}

std::string quoted(std::string_view types) {
  std::string text;
  for (char c : types) text += c == '\'' ? "''" : std::string(1, c);
  return text;
}

// Each condition only where those before it are not met: what is no JSON has no type either.
std::string json_conditions(std::string_view table) {
  std::string all;
  for (const Column& column : k_json) {
    if (column.table == table) all += when(column, cat("NOT json_valid(t.", column.name, ')'), "is no JSON");
  }
  for (const auto& [column, path, types] : k_shapes) {
    if (column.table == table)
      all +=
          when(column, cat("ifnull(json_type(t.", column.name, ", '", path, "'), '') NOT IN (", types, ')'),
               cat("lacks its ''", path, "'' as ", quoted(types)));
  }
  for (const auto& [column, path, types] : k_values) {
    if (column.table == table)
      all += when(column,
                  cat("EXISTS (SELECT 1 FROM json_each(t.", column.name, ", '", path,
                      "') e WHERE e.type NOT IN (", types, "))"),
                  cat("holds something else than ", quoted(types)));
  }
  return all;
}

std::optional<std::string> json_fault_of(Database& database, std::string_view table, std::string_view rows) {
  Statement& row =
      database.statement(cat("SELECT CASE", json_conditions(table), " END AS fault FROM (SELECT t.* FROM ",
                             rows, ") t WHERE fault IS NOT NULL LIMIT 1"));
  row.bind();
  return row_of(row, [](const Statement& one) { return one.string(0); });
}

template <typename Use>
void each_text(Database& database, std::string_view sql, const Use& use) {
  Statement& rows = database.statement(sql);
  rows.bind();
  for (const std::string& text : rows_of(rows, [](const Statement& row) { return row.string(0); })) use(text);
}

// As those that commands let through.
void check_names(Database& database) {
  auto refuse_name = [](const std::string& name) {
    refuse(cat("'", escape_terminal(name), "' cannot name a run"));
  };
  each_text(database,
            "SELECT name FROM run WHERE name GLOB '*[^A-Za-z0-9._-]*' OR name NOT GLOB '[A-Za-z0-9]*' OR "
            "length(name) > 128",
            refuse_name);
  each_text(database, "SELECT DISTINCT name FROM tag WHERE created_by IS NOT NULL",
            [](const std::string& name) {
              if (!is_label_name(name)) refuse(cat("'", escape_terminal(name), "' is no tag"));
            });
}

void read_run_whole(Database& database, const RunKey& run) {
  read_run(database, run);
  inputs_of(database, run);
  outputs_of(database, run);
  nodes_of(database, run);
  attempts_of(database, run, std::nullopt);
  drivers_of(database, run);
}

void read_all(Database& database) {
  auto keys = [&](std::string_view sql) {
    Statement& rows = database.statement(sql);
    rows.bind();
    return rows_of(rows, [](const Statement& row) {
      return RunKey{row.string(0), row.string(1), row.uuid(2)};
    });
  };
  for (const RunKey& run : keys("SELECT project, domain, id FROM run")) read_run_whole(database, run);
  for (const RunKey& one : keys("SELECT project, domain, id FROM artifact"))
    data_of(database, *find_artifact(database, one.project, one.domain, one.id));
  Statement& rows = database.statement("SELECT DISTINCT project, domain, name FROM registration");
  rows.bind();
  for (const NamedScope& one : rows_of(rows, [](const Statement& row) {
         return NamedScope{{row.string(0), row.string(1)}, row.string(2)};
       }))
    list_registrations(database, one.scope, one.name);
}

}  // namespace

std::optional<std::string> json_fault(Database& database, Rows rows) {
  std::set<std::string_view> tables;
  for (const Column& column : k_json) tables.insert(column.table);
  for (std::string_view table : tables) {
    if (rows == Rows::selected && table_rule(table).from.empty()) continue;
    auto fault = json_fault_of(
        database, table, rows == Rows::selected ? std::string(table_rule(table).from) : cat(table, " t"));
    if (fault) return fault;
  }
  return std::nullopt;
}

void check_readable(Database& database) {
  if (auto fault = json_fault(database, Rows::all)) refuse(*fault);
  check_names(database);
  read_all(database);
}

}  // namespace wf::transfer
