#include "core/engine/pools.hpp"

#include <algorithm>

#include "core/base/process.hpp"
#include "core/base/text.hpp"
#include "core/definition/name.hpp"
#include "core/engine/attempt_policy.hpp"
#include "core/engine/codes.hpp"
#include "core/engine/pool_claims.hpp"
#include "core/store/event_log.hpp"
#include "core/store/reservations.hpp"

namespace wf {

namespace {

Pool read_pool(const Statement& row) {
  return {row.string(0), row.integer(1), row.string(2), row.integer(3), row.string(4)};
}

void append(Store& store, EventType type, Json data) {
  EventWriter(store.database()).append(std::string(k_store_stream), type, store.clock().wall_us(), data);
}

}  // namespace

Pool set_pool(Store& store, const std::string& name, std::int64_t size, const std::optional<std::string>& description) {
  if (!is_workflow_name(name))
    throw Error(codes::k_bad_pool, cat("'", escape_terminal(name), "' cannot name a pool"), std::string(k_workflow_name_grammar));
  Transaction transaction(store.database(), Transaction::Mode::write);
  store.database()
      .statement(
          "INSERT INTO pool (name, size, description, changed_us, changed_by) VALUES (?1, ?2, coalesce(?3, ''), ?4, ?5) "
          "ON CONFLICT DO UPDATE SET size = ?2, description = coalesce(?3, description), changed_us = ?4, changed_by = ?5")
      .bind(name, size, description, store.clock().wall_us(), current_user())
      .run();
  hand_out_tokens(store);
  append(store, EventType::pool_set, Json::object().add("pool", name).add("size", size));
  transaction.commit();
  Reservations::announce_in(store.path());
  return get_pool(store.database(), name);
}

void delete_pool(Store& store, const std::string& name) {
  Transaction transaction(store.database(), Transaction::Mode::write);
  get_pool(store.database(), name);
  hand_out_tokens(store);  // claims of the dead do not count
  if (!read_claims(store.database(), name).empty())
    throw Error(codes::k_pool_in_use, cat("the pool '", name, "' is in use"),
                cat("see 'wf pool show ", name, "'; with 'wf pool set ", name, " 0' nobody gets any more of it"));
  store.database().statement("DELETE FROM pool WHERE name = ?1").bind(name).run();
  append(store, EventType::pool_deleted, Json::object().add("pool", name));
  transaction.commit();
  Reservations::announce_in(store.path());
}

std::vector<Pool> list_pools(Database& database) {
  return rows_of(
      database.statement("SELECT name, size, description, changed_us, changed_by FROM pool ORDER BY name"), read_pool);
}

std::optional<Pool> find_pool(Database& database, const std::string& name) {
  Statement& row =
      database.statement("SELECT name, size, description, changed_us, changed_by FROM pool WHERE name = ?1");
  row.bind(name);
  return row_of(row, read_pool);
}

PoolNeeds pool_needs(const Node& node, const Task& task) {
  return said(node, task, [](const AttemptPolicy& one) { return one.pools; }).value_or(PoolNeeds());
}

std::string needs_text(const PoolNeeds& needs) {
  std::vector<std::string> parts;
  for (const auto& [pool, tokens] : needs) parts.push_back(cat(tokens, " of pool ", pool));
  return join(parts, ", ");
}

std::string missing_tokens(Database& database, const PoolNeeds& needs) {
  for (const auto& [name, tokens] : needs) {
    std::optional<Pool> pool = find_pool(database, name);
    if (!pool) return cat("needs ", tokens, " of pool ", name, ", which there is not: make it with 'wf pool set ", name, " SIZE'");
    if (pool->size < tokens && pool->size > 0)
      return cat("needs ", tokens, " of pool ", name, ", which has ", pool->size, ": see 'wf pool show ", name, "'");
  }
  return {};
}

Pool get_pool(Database& database, const std::string& name) {
  if (std::optional<Pool> found = find_pool(database, name)) return *found;
  std::vector<std::string> names;
  for (const Pool& pool : list_pools(database)) names.push_back(pool.name);
  std::string near = did_you_mean(name, names);
  throw Error(codes::k_unknown_pool, cat("there is no pool '", escape_terminal(name), "'"),
              cat(near, near.empty() ? "" : "\n", "make it with 'wf pool set ", is_workflow_name(name) ? name : "NAME", " SIZE'"));
}

}  // namespace wf
