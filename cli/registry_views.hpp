// Registered things as JSON: the shapes that register, workflow, version and label share.
#pragma once
#include <string>
#include <vector>

#include "cli/context.hpp"
#include "core/base/error.hpp"
#include "core/base/json.hpp"
#include "core/registry/difference.hpp"
#include "core/registry/versions.hpp"

namespace wf::cli {

Json labels_of(const std::vector<LabelEntry>& labels, const Digest& version);
Json label_json(const Scope& scope, const LabelEntry& entry);
Json registration_json(const Scope& scope, const std::string& workflow, const RegistrationEntry& entry,
                       const std::vector<LabelEntry>& labels);
Json workflow_json(const Scope& scope, const WorkflowEntry& entry);

// What differs between two things that are known by their digests; Exit::differs when something does.
Exit print_changes(const Context& context, const Digest& before, const Digest& after,
                   const std::vector<Change>& changes);

}  // namespace wf::cli
