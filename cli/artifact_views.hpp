// Artifacts, datasets and tags as rows, text and JSON: wf's own shapes, and those of Flyte's Data Catalog.
#pragma once
#include <string>
#include <vector>

#include "cli/list_arguments.hpp"
#include "core/base/json.hpp"
#include "core/catalog/catalog.hpp"
#include "core/lineage/history.hpp"

namespace wf::cli {

// What every ARTIFACT argument may be.
inline constexpr const char* k_artifact_help =
    "an artifact's id or, of a recent one, the last 12 digits of it, RUN/NODE, WORKFLOW#TASK:TAG, or "
    "wf:PROJECT/DOMAIN/RUN/NODE/OUTPUT; a further /OUTPUT names one output";

Json artifact_json(Database& database, const Artifact& artifact);
Json artifact_row(History& history, const Artifact& artifact);
std::string artifact_text(Database& database, const Artifact& artifact);

// With the members that flyteidl's datacatalog.proto gives them, and some more: schemas/output/things.json
// says which.
Json catalog_dataset_json(Database& database, const Dataset& dataset);
Json catalog_artifact_json(Database& database, const Artifact& artifact);
Json catalog_tag_json(const Dataset& dataset, const Tag& tag);

// What artifacts can be filtered by, beside their partitions.
std::vector<FilterOption> artifact_filters();

}  // namespace wf::cli
