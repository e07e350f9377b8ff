// Labels: names for versions, set once and never moved.
#pragma once
#include <optional>
#include <string>

#include "core/registry/registry.hpp"

namespace wf {

// Throws Error(k_bad_label) unless it is `[A-Za-z0-9][A-Za-z0-9._+-]{0,127}` and not reserved.
void require_label_grammar(const std::string& label);

std::optional<Digest> find_label(Database& database, const Scope& scope, const std::string& name,
                                 const std::string& label);

// Throws Error(k_label_moved) when the label stands for another version of the name, with what differs from
// `canonical`, whose lines are found in `source_text`; Error(k_label_hides_version) when it would be read as
// the digest of a version.
void require_label_fits(Store& store, const Scope& scope, const std::string& name, const std::string& label,
                        const Digest& version, const Json& canonical, const std::string& source_text);

// Inside a write transaction, after the checks; nothing when it is set already.
void set_label(Store& store, const Scope& scope, const std::string& name, const std::string& label,
               const Digest& version);

}  // namespace wf
