#include "cli/artifact_views.hpp"

#include "cli/output.hpp"
#include "core/base/json_members.hpp"
#include "core/base/text.hpp"
#include "core/base/time.hpp"
#include "core/catalog/dataset_list.hpp"
#include "core/definition/value.hpp"
#include "core/lineage/tree_text.hpp"

namespace wf::cli {

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
  Json tags = Json::array();
  for (const Tag& tag : tags_of(database, artifact)) tags.push(tag.name);
  return json.add("tags", std::move(tags));
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
  row.add("by", artifact.producer());
  row.add("created", short_time(artifact.created_us));
  row.add("data", join(data, ", "));
  return row;
}

std::string artifact_text(Database& database, const Artifact& artifact) {
  History history(database);
  std::string out =
      cat("artifact ", artifact.id.text(), "\n  task      ", artifact.workflow, "#", artifact.task,
          " of version ", artifact.version.short_hex(), "\n  made by   ", artifact.producer(), ", attempt ",
          artifact.attempt, ", ", short_time(artifact.created_us), "\n");
  if (artifact.cache_key) out += cat("  cache key ", artifact.cache_key->text(), "\n");
  for (const auto& [name, value] : artifact.partitions.as_object())
    out += cat("  partition ", name, "=", escape_terminal(value.as_string()), "\n");
  for (const Tag& tag : tags_of(database, artifact))
    out += cat("  tag       ", escape_terminal(tag.name), "\n");
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
  json.add("project", dataset.project).add("domain", dataset.domain).add("name", dataset.name());
  return json.add("version", "").add("UUID", dataset.id.text()).add("org", "");
}

// All of it is text, and what is absent is left out: a message Metadata has a map of texts.
Json metadata(const std::vector<std::pair<const char*, std::optional<std::string>>>& entries) {
  Json map = Json::object();
  for (const auto& [name, text] : entries) {
    if (text) map.add(name, *text);
  }
  return Json::object().add("key_map", std::move(map));
}

Json metadata_of(const Artifact& artifact) {
  std::optional<std::string> element;
  if (artifact.node.element >= 0) element = std::to_string(artifact.node.element);
  std::optional<std::string> cache_key;
  if (artifact.cache_key) cache_key = artifact.cache_key->text();
  return metadata({{"version", artifact.version.text()},
                   {"run", artifact.run.id.text()},
                   {"node", artifact.node.node},
                   {"element", element},
                   {"attempt", std::to_string(artifact.attempt)},
                   {"cache_key", cache_key}});
}

}  // namespace

Json catalog_dataset_json(Database& database, const Dataset& dataset) {
  Json keys = Json::array();
  for (const std::string& key : partition_keys(database, dataset)) keys.push(key);
  Json json = Json::object();
  json.add("id", dataset_id(dataset));
  json.add("metadata", metadata({{"workflow", dataset.workflow}, {"task", dataset.task}}));
  json.add("partitionKeys", std::move(keys));
  json.add("created_at", format_wall_us(dataset.created_us));
  return json;
}

Json catalog_artifact_json(Database& database, const Artifact& artifact) {
  Dataset dataset =
      dataset_of(database, artifact.run.project, artifact.run.domain, artifact.workflow, artifact.task);
  Json data = Json::array();
  for (const ArtifactData& one : data_of(database, artifact)) {
    Json item = Json::object();
    item.add("name", one.name).add("value", printed_value(one.type, one.value));
    data.push(item.add("type", one.type));
  }
  Json partitions = Json::array();
  for (const auto& [key, value] : artifact.partitions.as_object())
    partitions.push(Json::object().add("key", key).add("value", value));
  Json tags = Json::array();
  for (const Tag& tag : tags_of(database, artifact)) tags.push(catalog_tag_json(dataset, tag));
  Json json = Json::object();
  json.add("id", artifact.id.text());
  json.add("dataset", dataset_id(dataset));
  json.add("data", std::move(data));
  json.add("metadata", metadata_of(artifact));
  json.add("partitions", std::move(partitions));
  json.add("tags", std::move(tags));
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
          {"prefix", "--prefix", "TEXT", "only those whose WORKFLOW/TASK begins so"},
          {"node", "--node", "NODE", "only of this node", Reading::text},
          {"run", "--run", "RUN", "only made by this run", Reading::run},
          k_version_option,
          {"output", "--data", "NAME", "only with an output of this name"},
          {"type", "--type", "TYPE", "only with an output of this type: file, list<int>, …", Reading::type},
          {"tag", "--tag", "PREFIX", "only with a tag that somebody set and that begins so"},
          k_label_option,
          k_since_option,
          k_until_option};
}

}  // namespace wf::cli
