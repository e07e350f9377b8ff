// Datasets and tags: which there are, page by page.
#pragma once
#include "core/catalog/catalog.hpp"
#include "core/catalog/list_query.hpp"

namespace wf {

// What a dataset holds.
struct DatasetContents {
  std::int64_t artifacts = 0;
  std::optional<Artifact> newest;
};

// Filters: workflow, task, prefix (of WORKFLOW/TASK), version (Digest), node, output, type, partition (its
// name), since, until (Uuid). Orders: name, created, -created.
Page<Dataset> list_datasets(Database& database, const ListRequest& request);
std::optional<Dataset> find_dataset(Database& database, const std::string& project, const std::string& domain,
                                    const std::string& workflow, const std::string& task);
// The dataset of an artifact or a tag. Throws Error(k_catalog_corrupt) when there is none.
Dataset dataset_of(Database& database, const std::string& project, const std::string& domain,
                   const std::string& workflow, const std::string& task);
// The names of the partitions that artifacts of the dataset have, sorted.
std::vector<std::string> partition_keys(Database& database, const Dataset& dataset);
// The types that one of them has, in whatever version.
std::vector<std::string> partition_types(Database& database, const Dataset& dataset,
                                         const std::string& partition);
// Counts every artifact: for one dataset, not for a list of them.
DatasetContents contents_of(Database& database, const Dataset& dataset);

// Those that people set. Filters: workflow, task, prefix (of the tag), since, until (microseconds).
// Orders: name, created, -created: a tag that is moved is set anew.
Page<Tag> list_tags(Database& database, const ListRequest& request);

}  // namespace wf
