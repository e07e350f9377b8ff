// Pools: named semaphores of a store, whose tokens attempts of all runs share.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/definition/model.hpp"
#include "core/store/store.hpp"

namespace wf {

struct Pool {
  std::string name;
  std::int64_t size = 0;  // tokens; 0: nobody gets any
  std::string description;
  std::int64_t changed_us = 0;
  std::string changed_by;
};

// Makes it, or changes it; without a description the old one stays. Who waits is told. Throws Error(k_bad_pool).
Pool set_pool(Store& store, const std::string& name, std::int64_t size, const std::optional<std::string>& description);
// Throws Error(k_unknown_pool), and Error(k_pool_in_use) while anybody has tokens of it or waits for some.
void delete_pool(Store& store, const std::string& name);
std::vector<Pool> list_pools(Database& database);
std::optional<Pool> find_pool(Database& database, const std::string& name);
// What an attempt of this takes of pools.
PoolNeeds pool_needs(const Node& node, const Task& task);
std::string needs_text(const PoolNeeds& needs);  // "2 of pool warehouse, 1 of pool licence"
// Which of these tokens can never be had; empty: none.
std::string missing_tokens(Database& database, const PoolNeeds& needs);
// Throws Error(k_unknown_pool) with near names.
Pool get_pool(Database& database, const std::string& name);

}  // namespace wf
