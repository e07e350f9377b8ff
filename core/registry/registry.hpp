// Projects, domains, versions, registrations and labels.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "core/base/digest.hpp"
#include "core/base/uuid.hpp"
#include "core/definition/load.hpp"
#include "core/definition/model.hpp"
#include "core/definition/name.hpp"
#include "core/store/store.hpp"
#include "core/store/version.hpp"

namespace wf {

struct Scope {
  std::string project = "default";
  std::string domain = "development";
};

// Throws Error(k_unknown_project / k_unknown_domain) with near names.
void require_scope(Database& database, const Scope& scope);

struct RegistrationRequest {
  std::string path;                              // the definition's file
  const LoadedDefinition* definition = nullptr;  // without errors
};

enum class RegistrationResult { new_version, new_registration, unchanged };

struct RegistrationOutcome {
  std::string path;
  std::string name;
  Digest version;
  std::int64_t seq = 0;
  RegistrationResult result = RegistrationResult::unchanged;
  std::string warning;  // for the user; may be empty
};

enum class Apply { yes, dry_run };

// All or nothing. `label` (may be empty) is set for every name. Throws Error(k_label_moved) with a structural
// difference in its message, the store untouched. A dry run writes nothing, and a store open for reading is
// enough for it.
std::vector<RegistrationOutcome> register_definitions(Store& store, const Scope& scope,
                                                      const std::vector<RegistrationRequest>& requests,
                                                      const std::string& label, Apply apply);

// A version found by a reference `[project/domain/]name@label|prefix|sha256:…|latest`.
struct ResolvedVersion {
  Scope scope;
  std::string name;
  Digest version;
  std::int64_t registration = 0;  // newest registration of that version in the scope
};

ResolvedVersion resolve_version(Database& database, const Scope& scope, const std::string& reference);

}  // namespace wf
