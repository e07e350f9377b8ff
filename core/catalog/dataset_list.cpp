#include "core/catalog/dataset_list.hpp"

#include "core/base/text.hpp"
#include "core/catalog/artifact_row.hpp"
#include "core/catalog/codes.hpp"

namespace wf {

namespace {

#define WF_DATASET_COLUMNS "d.id, d.project, d.domain, d.workflow, d.task, d.created_us"
#define WF_IN_VERSION(condition)                                                                     \
  "EXISTS (SELECT 1 FROM dataset_version v WHERE v.project = ?1 AND v.domain = ?2 AND v.workflow = " \
  "d.workflow AND v.task = d.task AND " condition ")"

constexpr Term k_dataset_terms[] = {
    {"workflow", "d.workflow = ?"},
    {"task", "d.task = ?"},
    {"prefix", "substr(d.workflow || '/' || d.task, 1, length(?)) = ?"},
    {"version", WF_IN_VERSION("v.version = ?")},
    {"node",
     WF_IN_VERSION("EXISTS (SELECT 1 FROM artifact a WHERE a.dataset_version = v.id AND a.node = ?)")},
    {"output", WF_IN_VERSION("EXISTS (SELECT 1 FROM json_each(v.outputs) o WHERE o.key = ?)")},
    {"type", WF_IN_VERSION("EXISTS (SELECT 1 FROM json_each(v.outputs) o WHERE o.value = ?)")},
    {"partition", WF_IN_VERSION("EXISTS (SELECT 1 FROM json_each(v.partitions) t WHERE t.key = ?)")},
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
  static const std::vector<Order> k_orders{{"name", {"d.workflow", "d.task"}, "ss", Sorted::up},
                                           {"created", {"d.id"}, "u", Sorted::up},
                                           {"-created", {"d.id"}, "u", Sorted::down}};
  return k_orders;
}

const std::vector<Order>& tag_orders() {
  static const std::vector<std::string_view> k_by_time{"t.created_us", "t.name", "t.workflow", "t.task"};
  static const std::vector<Order> k_orders{{"name", {"t.name", "t.workflow", "t.task"}, "sss", Sorted::up},
                                           {"created", k_by_time, "isss", Sorted::up},
                                           {"-created", k_by_time, "isss", Sorted::down}};
  return k_orders;
}

Dataset read_dataset(const Statement& row) {
  return {row.uuid(0), row.string(1), row.string(2), row.string(3), row.string(4), row.integer(5)};
}

std::vector<std::string> first_column(Statement& rows) {
  return rows_of(rows, [](const Statement& row) { return row.string(0); });
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

Dataset dataset_of(Database& database, const std::string& project, const std::string& domain,
                   const std::string& workflow, const std::string& task) {
  if (auto dataset = find_dataset(database, project, domain, workflow, task)) return *dataset;
  throw Error(codes::k_catalog_corrupt, cat("there is no dataset of ", workflow, '#', task),
              "run 'wf store check'");
}

std::vector<std::string> partition_keys(Database& database, const Dataset& dataset) {
  Statement& rows = database.statement(
      "SELECT DISTINCT t.key FROM dataset_version v, json_each(v.partitions) t WHERE v.project = ?1 AND "
      "v.domain = ?2 AND v.workflow = ?3 AND v.task = ?4 ORDER BY t.key");
  return first_column(rows.bind(dataset.project, dataset.domain, dataset.workflow, dataset.task));
}

std::vector<std::string> partition_types(Database& database, const Dataset& dataset,
                                         const std::string& partition) {
  Statement& rows = database.statement(
      "SELECT DISTINCT t.value FROM dataset_version v, json_each(v.partitions) t WHERE v.project = ?1 AND "
      "v.domain = ?2 AND v.workflow = ?3 AND v.task = ?4 AND t.key = ?5 ORDER BY t.value");
  return first_column(rows.bind(dataset.project, dataset.domain, dataset.workflow, dataset.task, partition));
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
  auto key_of = [](const Tag& tag, const Order& order) {
    Key key{tag.name, tag.workflow, tag.task};
    if (order.name != "name") key.insert(key.begin(), tag.created_us);
    return key;
  };
  return read_page<Tag>(database, spec, request, read, key_of);
}

}  // namespace wf
