// The same version in another project or domain.
#pragma once
#include <string>
#include <vector>

#include "core/registry/registry.hpp"

namespace wf {

struct Promotion {
  RegistrationResult result = RegistrationResult::unchanged;
  std::int64_t seq = 0;             // of the registration in the other place
  std::vector<std::string> labels;  // that it has there because of this, in order
  std::size_t new_labels = 0;       // of these, those that it had not before
};

enum class LabelsFollow { no, yes };

// Registers a version in `to` with the text, descriptions and git state of its newest registration in the
// place where it was found. `label` (may be empty) is set there, and with LabelsFollow::yes all labels that
// it has here. All or nothing: throws Error(k_label_moved) with the store untouched, Error(k_same_place) when
// nothing would move.
Promotion promote_version(Store& store, const ResolvedVersion& from, const Scope& to,
                          const std::string& label, LabelsFollow follow, Apply apply);

}  // namespace wf
