// Reading versions and registrations back.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "core/registry/registry.hpp"

namespace wf {

// The text of a definition that gave this version; "" when none was registered.
std::string source_of_version(Store& store, const Digest& version);

// Every version registered under the name, each once, oldest first.
std::vector<Digest> versions_of(Database& database, const Scope& scope, const std::string& name);

struct WorkflowEntry {
  std::string name;
  Digest version;  // of the newest registration
  std::int64_t versions = 0;
  std::int64_t registrations = 0;
  std::int64_t registered_us = 0;  // the newest
  std::string registered_by;
  std::vector<std::string> labels;  // of the newest version
};
std::vector<WorkflowEntry> list_workflows(Database& database, const Scope& scope);

struct RegistrationEntry {
  std::int64_t seq = 0;
  Uuid id;
  Digest version;
  Digest source;
  std::string source_path;
  Json descriptions;
  Json git;            // null: outside of git
  Json promoted_from;  // {project, domain, registration}; null: registered here
  std::int64_t registered_us = 0;
  std::string registered_by;
};
// Newest first. Throws Error(k_unknown_workflow) with near names when there are none.
std::vector<RegistrationEntry> list_registrations(Database& database, const Scope& scope,
                                                  const std::string& name);
std::optional<RegistrationEntry> find_registration(Database& database, const Scope& scope,
                                                   const std::string& name, std::int64_t seq);

struct LabelEntry {
  std::string name;
  std::string label;
  Digest version;
  std::int64_t created_us = 0;
  std::string created_by;
};
// Of one name, or of all when it is empty.
std::vector<LabelEntry> list_labels(Database& database, const Scope& scope, const std::string& name);

// Throws Error(k_unknown_workflow), naming near ones, and other scopes that have the name.
[[noreturn]] void unknown_workflow(Database& database, const Scope& scope, const std::string& name);

}  // namespace wf
