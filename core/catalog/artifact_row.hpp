// Artifacts as SELECT gives them, for whoever speaks SQL about them.
#pragma once
#include "core/catalog/catalog.hpp"

// Of a table that is called a.
#define WF_ARTIFACT_COLUMNS                                                                         \
  "a.project, a.domain, a.id, a.run, a.node, a.element, a.attempt, a.workflow, a.task, a.version, " \
  "a.cache_key, a.partitions, a.created_us"

namespace wf {

Artifact read_artifact(const Statement& row);

}  // namespace wf
