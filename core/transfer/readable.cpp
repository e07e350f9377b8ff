#include "core/transfer/readable.hpp"

#include <array>

#include "core/base/text.hpp"
#include "core/catalog/catalog.hpp"
#include "core/catalog/runs.hpp"
#include "core/definition/name.hpp"
#include "core/registry/versions.hpp"
#include "core/transfer/codes.hpp"

namespace wf::transfer {

namespace {

struct Column {
  std::string_view table;
  std::string_view name;
};

// Those that hold JSON.
constexpr std::array<Column, 19> k_json{{
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

struct NamedScope {
  Scope scope;
  std::string name;
};

[[noreturn]] void refuse(const std::string& what) {
  throw Error(codes::k_bundle_wrong, cat("the bundle cannot be read: ", what),
              "nothing was taken from it; make the bundle again with 'wf export'");
}

void check_json(Database& database) {
  for (const Column& column : k_json) {
    Statement& row = database.statement(cat("SELECT 1 FROM ", column.table, " WHERE ", column.name,
                                            " IS NOT NULL AND NOT json_valid(", column.name, ") LIMIT 1"));
    row.bind();
    if (row_of(row, [](const Statement&) { return true; }))
      refuse(cat("a '", column.name, "' of a row of '", column.table, "' is no JSON"));
  }
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

void check_readable(Database& database) {
  check_json(database);
  check_names(database);
  read_all(database);
}

}  // namespace wf::transfer
