#include "core/catalog/dataset_list.hpp"

#include "core/catalog/artifact_row.hpp"

namespace wf {

namespace {

#define WF_DATASET_COLUMNS "d.id, d.project, d.domain, d.workflow, d.task, d.created_us"
#define WF_FACET(name)                                                                             \
  "EXISTS (SELECT 1 FROM dataset_facet f WHERE f.project = ?1 AND f.domain = ?2 AND f.workflow = " \
  "d.workflow "                                                                                    \
  "AND f.task = d.task AND f.facet = '" name "' AND f.value = ?)"

constexpr Term k_dataset_terms[] = {
    {"workflow", "d.workflow = ?"},
    {"task", "d.task = ?"},
    {"prefix", "substr(d.workflow || '/' || d.task, 1, length(?)) = ?"},
    {"node", WF_FACET("node")},
    {"output", WF_FACET("output")},
    {"type", WF_FACET("type")},
    {"partition", WF_FACET("partition")},
    {"since", "d.id >= ?"},
    {"until", "d.id < ?"},
};

constexpr Term k_tag_terms[] = {
    {"workflow", "+t.workflow = ?"},
    {"task", "+t.task = ?"},
    {"prefix", "t.name >= ? AND t.name < ? || char(1114111)"},
    {"since", "t.created_us >= ?"},
    {"until", "t.created_us < ?"},
};

const std::vector<Order>& dataset_orders() {
  static const std::vector<Order> k_orders{{"name", {"d.workflow", "d.task"}, Sorted::up},
                                           {"created", {"d.id"}, Sorted::up},
                                           {"-created", {"d.id"}, Sorted::down}};
  return k_orders;
}

// An artifact belongs to one dataset, so that name and artifact make a tag.
const std::vector<Order>& tag_orders() {
  static const std::vector<Order> k_orders{{"name", {"t.name", "t.artifact"}, Sorted::up}};
  return k_orders;
}

Dataset read_dataset(const Statement& row) {
  return {row.uuid(0), row.string(1), row.string(2), row.string(3), row.string(4), row.integer(5)};
}

}  // namespace

Page<Dataset> list_datasets(Database& database, const ListRequest& request) {
  ListSpec spec{"datasets",
                "SELECT " WF_DATASET_COLUMNS " FROM dataset d WHERE d.project = ?1 AND d.domain = ?2",
                k_dataset_terms, dataset_orders()};
  auto key_of = [](const Dataset& dataset, const Order& order) {
    return order.name == "name" ? Key{dataset.workflow, dataset.task} : Key{dataset.id};
  };
  return read_page<Dataset>(database, spec, request, read_dataset, key_of);
}

std::optional<Dataset> find_dataset(Database& database, const std::string& project, const std::string& domain,
                                    const std::string& workflow, const std::string& task) {
  Statement& row = database.statement(
      "SELECT " WF_DATASET_COLUMNS
      " FROM dataset d WHERE d.project = ?1 AND d.domain = ?2 AND d.workflow = ?3 AND d.task = ?4");
  ResetLater reset(row);
  if (!row.bind(project, domain, workflow, task).step()) return std::nullopt;
  return read_dataset(row);
}

std::vector<std::string> partition_keys(Database& database, const Dataset& dataset) {
  Statement& rows = database.statement(
      "SELECT value FROM dataset_facet WHERE project = ?1 AND domain = ?2 AND workflow = ?3 AND task = ?4 "
      "AND facet = "
      "'partition' ORDER BY value");
  rows.bind(dataset.project, dataset.domain, dataset.workflow, dataset.task);
  return rows_of(rows, [](const Statement& row) { return row.string(0); });
}

DatasetContents contents_of(Database& database, const Dataset& dataset) {
  Statement& count = database.statement(
      "SELECT count(*) FROM artifact WHERE project = ?1 AND domain = ?2 AND workflow = ?3 AND task = ?4");
  ResetLater reset_count(count);
  DatasetContents contents;
  if (count.bind(dataset.project, dataset.domain, dataset.workflow, dataset.task).step())
    contents.artifacts = count.integer(0);
  Statement& newest =
      database.statement("SELECT " WF_ARTIFACT_COLUMNS
                         " FROM artifact a WHERE a.project = ?1 AND a.domain = ?2 AND a.workflow = ?3 "
                         "AND a.task = ?4 ORDER BY a.id DESC LIMIT 1");
  ResetLater reset_newest(newest);
  if (newest.bind(dataset.project, dataset.domain, dataset.workflow, dataset.task).step())
    contents.newest = read_artifact(newest);
  return contents;
}

Page<Tag> list_tags(Database& database, const ListRequest& request) {
  ListSpec spec{
      "tags",
      "SELECT t.workflow, t.task, t.name, t.artifact, t.created_us, t.created_by FROM tag t WHERE t.project "
      "= ?1 AND t.domain = ?2 AND t.created_by IS NOT NULL",
      k_tag_terms, tag_orders()};
  auto read = [](const Statement& row) {
    return Tag{row.string(0), row.string(1),  row.string(2),
               row.uuid(3),   row.integer(4), row.optional_string(5)};
  };
  auto key_of = [](const Tag& tag, const Order&) { return Key{tag.name, tag.artifact}; };
  return read_page<Tag>(database, spec, request, read, key_of);
}

}  // namespace wf
