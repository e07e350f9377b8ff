#include "cli/artifact_views.hpp"

#include "cli/output.hpp"
#include "core/base/json_members.hpp"
#include "core/base/text.hpp"
#include "core/base/time.hpp"
#include "core/catalog/dataset_list.hpp"
#include "core/definition/value.hpp"
#include "core/lineage/tree_text.hpp"

namespace wf::cli {

std::string producer_text(const Artifact& artifact) {
  return cat(artifact.run.id.tail(), "/", artifact.node.text());
}

Json artifact_json(Database& database, const Artifact& artifact) {
  Json data = Json::object();
  for (const ArtifactData& one : data_of(database, artifact)) {
    Json item = Json::object();
    data.add(one.name, item.add("type", one.type).add("value", printed_value(one.type, one.value)));
  }
  Json json = Json::object();
  json.add("artifact", artifact.id.text());
  json.add("project", artifact.run.project);
  json.add("domain", artifact.run.domain);
  json.add("workflow", artifact.workflow);
  json.add("task", artifact.task);
  json.add("version", artifact.version.text());
  json.add("run", artifact.run.id.text());
  add_node(json, artifact.node.node, artifact.node.element);
  json.add("attempt", artifact.attempt);
  json.add("cache_key", text_or_null(artifact.cache_key));
  json.add("partitions", artifact.partitions);
  json.add("created", format_wall_us(artifact.created_us));
  json.add("data", std::move(data));
  return json.add("tags", list_json(tags_of(database, artifact)));
}

namespace {

std::string data_line(History& history, const ArtifactData& data) {
  return cat(data.name, " ", value_text(data.type, data.value, history.size_of(data.value)));
}

}  // namespace

Json artifact_row(History& history, const Artifact& artifact) {
  std::vector<std::string> data;
  for (const ArtifactData& one : data_of(history.database(), artifact))
    data.push_back(data_line(history, one));
  Json row = Json::object();
  row.add("artifact", artifact.id.tail());
  row.add("task", cat(artifact.workflow, "#", artifact.task));
  row.add("by", producer_text(artifact));
  row.add("created", short_time(artifact.created_us));
  row.add("data", join(data, ", "));
  return row;
}

std::string artifact_text(Database& database, const Artifact& artifact) {
  History history(database);
  std::string out =
      cat("artifact ", artifact.id.text(), "\n  task      ", artifact.workflow, "#", artifact.task,
          " of version ", artifact.version.short_hex(), "\n  made by   ", producer_text(artifact),
          ", attempt ", artifact.attempt, ", ", short_time(artifact.created_us), "\n");
  if (artifact.cache_key) out += cat("  cache key ", artifact.cache_key->text(), "\n");
  for (const auto& [name, value] : artifact.partitions.as_object())
    out += cat("  partition ", name, "=", escape_terminal(value.as_string()), "\n");
  for (const std::string& tag : tags_of(database, artifact))
    out += cat("  tag       ", escape_terminal(tag), "\n");
  std::vector<ArtifactData> data = data_of(database, artifact);
  Json::Array rows;
  for (const ArtifactData& one : data) {
    Json row = Json::object();
    row.add("name", one.name);
    row.add("type", one.type);
    row.add("value", value_text(one.type, one.value, history.size_of(one.value)));
    rows.push_back(std::move(row));
  }
  if (rows.empty()) return out;
  return cat(out, "\n", render_table({{"name", "DATA"}, {"type", "TYPE"}, {"value", "VALUE"}}, rows));
}

namespace {

Json dataset_id(const Dataset& dataset) {
  Json json = Json::object();
  json.add("project", dataset.project).add("domain", dataset.domain);
  json.add("name", cat(dataset.workflow, '/', dataset.task));
  json.add("version", Json()).add("UUID", dataset.id.text());
  return json;
}

Json dataset_id_of(Database& database, const Artifact& artifact) {
  auto dataset =
      find_dataset(database, artifact.run.project, artifact.run.domain, artifact.workflow, artifact.task);
  return dataset ? dataset_id(*dataset) : Json();
}

}  // namespace

Json catalog_dataset_json(Database& database, const Dataset& dataset) {
  Json keys = Json::array();
  for (const std::string& key : partition_keys(database, dataset)) keys.push(key);
  Json json = Json::object();
  json.add("id", dataset_id(dataset));
  json.add("metadata", Json::object().add("workflow", dataset.workflow).add("task", dataset.task));
  json.add("partitionKeys", std::move(keys));
  json.add("created_at", format_wall_us(dataset.created_us));
  return json;
}

Json catalog_artifact_json(Database& database, const Artifact& artifact) {
  Json own = artifact_json(database, artifact);
  Json partitions = Json::array();
  for (const auto& [key, value] : artifact.partitions.as_object())
    partitions.push(Json::object().add("key", key).add("value", value));
  Json metadata = Json::object();
  for (const char* name : {"version", "run", "node", "element", "attempt", "cache_key"})
    metadata.add(name, own.at(name));
  Json data = Json::array();
  for (const auto& [name, one] : own.at("data").as_object()) {
    Json item = Json::object();
    data.push(item.add("name", name).add("type", one.at("type")).add("value", one.at("value")));
  }
  Json json = Json::object();
  json.add("id", artifact.id.text());
  json.add("dataset", dataset_id_of(database, artifact));
  json.add("data", std::move(data));
  json.add("metadata", std::move(metadata));
  json.add("partitions", std::move(partitions));
  json.add("tags", own.at("tags"));
  json.add("created_at", format_wall_us(artifact.created_us));
  return json;
}

Json catalog_tag_json(const Dataset& dataset, const Tag& tag) {
  Json json = Json::object();
  json.add("name", tag.name);
  json.add("artifact_id", tag.artifact.text());
  json.add("dataset", dataset_id(dataset));
  json.add("created_at", format_wall_us(tag.created_us));
  json.add("created_by", tag.created_by ? Json(*tag.created_by) : Json());
  return json;
}

std::vector<FilterOption> artifact_filters() {
  return {{"workflow", "--workflow", "WORKFLOW", "only of this workflow"},
          {"task", "--task", "TASK", "only of this task"},
          {"node", "--node", "NODE", "only of this node", Reading::text},
          {"run", "--run", "RUN", "only made by this run", Reading::run},
          k_version_option,
          {"output", "--data", "NAME", "only with an output of this name"},
          {"type", "--type", "TYPE", "only with an output of this type: file, list<int>, …"},
          {"tag", "--tag", "PREFIX", "only with a tag that somebody set and that begins so"},
          k_since_option,
          k_until_option};
}

}  // namespace wf::cli
