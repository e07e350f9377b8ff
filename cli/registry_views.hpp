// Registered things as JSON: the shapes that register, workflow, version and label share.
#pragma once
#include <string>
#include <vector>

#include "core/base/json.hpp"
#include "core/registry/versions.hpp"

namespace wf::cli {

Json labels_of(const std::vector<LabelEntry>& labels, const Digest& version);
Json label_json(const Scope& scope, const LabelEntry& entry);
Json registration_json(const Scope& scope, const std::string& workflow, const RegistrationEntry& entry,
                       const std::vector<LabelEntry>& labels);
Json workflow_json(const Scope& scope, const WorkflowEntry& entry);

}  // namespace wf::cli
