// Projects and domains: what they are, which there are, making new ones.
#pragma once
#include <string>
#include <vector>

#include "core/registry/registry.hpp"

namespace wf {

enum class ScopeKind { project, domain };

struct ScopeEntry {
  std::string name;
  std::string description;
  std::int64_t created_us = 0;
  std::string created_by;
  std::int64_t workflows = 0;  // names registered in it
  std::int64_t runs = 0;
};

// Throws Error(k_bad_scope_name) or Error(k_scope_exists).
void create_scope_entry(Store& store, ScopeKind kind, const std::string& name,
                        const std::string& description);
std::vector<ScopeEntry> list_scope_entries(Database& database, ScopeKind kind);
// Names and descriptions alone, by name: counting runs may take its time.
struct ScopeName {
  std::string name;
  std::string description;
};
std::vector<ScopeName> scope_names(Database& database, ScopeKind kind);
// Throws Error(k_unknown_project / k_unknown_domain) with near names.
ScopeEntry get_scope_entry(Database& database, ScopeKind kind, const std::string& name);

}  // namespace wf
