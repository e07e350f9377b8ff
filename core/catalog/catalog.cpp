#include "core/catalog/catalog.hpp"

#include "core/base/text.hpp"
#include "core/catalog/codes.hpp"
#include "core/catalog/reference.hpp"

namespace wf {

namespace {

#define WF_ARTIFACT_COLUMNS                                                                         \
  "a.project, a.domain, a.id, a.run, a.node, a.element, a.attempt, a.workflow, a.task, a.version, " \
  "a.cache_key, a.created_us"

Artifact read_artifact(const Statement& row) {
  Artifact artifact;
  artifact.id = row.uuid(2);
  artifact.run = {row.string(0), row.string(1), row.uuid(3)};
  artifact.node = {row.string(4), row.integer(5)};
  artifact.attempt = row.integer(6);
  artifact.workflow = row.string(7);
  artifact.task = row.string(8);
  artifact.version = row.digest(9);
  if (!row.is_null(10)) artifact.cache_key = row.digest(10);
  artifact.created_us = row.integer(11);
  return artifact;
}

std::optional<Artifact> read_one(Statement& row) {
  std::optional<Artifact> found;
  if (row.step()) found = read_artifact(row);
  row.reset();
  return found;
}

}  // namespace

std::optional<Artifact> find_artifact(Database& database, const std::string& project,
                                      const std::string& domain, const Uuid& id) {
  return read_one(database
                      .statement("SELECT " WF_ARTIFACT_COLUMNS
                                 " FROM artifact a WHERE a.project = ?1 AND a.domain = ?2 AND a.id = ?3")
                      .bind(project, domain, id));
}

std::optional<Artifact> artifact_of(Database& database, const RunKey& run, const NodePath& node) {
  return read_one(
      database
          .statement("SELECT " WF_ARTIFACT_COLUMNS
                     " FROM execution n JOIN artifact a ON a.project = n.project AND a.domain = n.domain AND "
                     "a.id = n.artifact WHERE n.project = ?1 AND n.domain = ?2 AND n.run = ?3 AND "
                     "n.node = ?4 AND n.element = ?5")
          .bind(run.project, run.domain, run.id, node.node, node.element));
}

std::vector<ArtifactData> data_of(Database& database, const Artifact& artifact) {
  Statement& rows = database.statement(
      "SELECT name, type, value FROM artifact_data WHERE project = ?1 AND domain = ?2 AND artifact = ?3 "
      "ORDER BY name");
  rows.bind(artifact.run.project, artifact.run.domain, artifact.id);
  std::vector<ArtifactData> found;
  while (rows.step()) {
    found.push_back({rows.string(0), rows.string(1), Json::parse(rows.text(2), "an artifact's value")});
  }
  rows.reset();
  return found;
}

std::vector<Artifact> list_artifacts(Database& database, const ArtifactFilter& filter) {
  Statement& rows = database.statement(
      "SELECT " WF_ARTIFACT_COLUMNS
      " FROM artifact a WHERE a.project = ?1 AND a.domain = ?2 AND (?3 IS NULL OR a.workflow = ?3) AND "
      "(?4 IS NULL OR a.task = ?4) AND (?5 IS NULL OR a.node = ?5) AND (?6 IS NULL OR a.run = ?6) "
      "ORDER BY a.id DESC LIMIT ?7");
  rows.bind(filter.project, filter.domain, filter.workflow, filter.task, filter.node, filter.run,
            filter.limit);
  std::vector<Artifact> found;
  while (rows.step()) found.push_back(read_artifact(rows));
  rows.reset();
  return found;
}

std::vector<Dataset> list_datasets(Database& database, const std::string& project,
                                   const std::string& domain) {
  Statement& rows = database.statement(
      "SELECT id, workflow, task, created_us FROM dataset WHERE project = ?1 AND domain = ?2 "
      "ORDER BY workflow, task");
  rows.bind(project, domain);
  std::vector<Dataset> found;
  while (rows.step()) {
    found.push_back({rows.uuid(0), project, domain, rows.string(1), rows.string(2), rows.integer(3)});
  }
  rows.reset();
  return found;
}

std::vector<Tag> tags_of(Database& database, const Artifact& artifact) {
  Statement& rows = database.statement(
      "SELECT name FROM tag WHERE project = ?1 AND domain = ?2 AND workflow = ?3 AND task = ?4 AND "
      "artifact = ?5 ORDER BY name");
  rows.bind(artifact.run.project, artifact.run.domain, artifact.workflow, artifact.task, artifact.id);
  std::vector<Tag> found;
  while (rows.step()) found.push_back({artifact.workflow, artifact.task, rows.string(0), artifact.id});
  rows.reset();
  return found;
}

std::vector<Holding> artifacts_holding(Database& database, const std::string& project,
                                       const std::string& domain, const Digest& digest, std::int64_t limit) {
  Statement& direct = database.statement(
      "SELECT artifact, name, item FROM artifact_blob WHERE project = ?1 AND domain = ?2 AND blob = ?3 "
      "ORDER BY artifact, name, item LIMIT ?4");
  direct.bind(project, domain, digest, limit);
  std::vector<Holding> found;
  while (direct.step()) {
    found.push_back({direct.uuid(0), direct.string(1), direct.string(2), std::nullopt, {}});
  }
  direct.reset();
  // A manifest lists everything below its folder, so one step reaches a file at any depth. The cross join
  // keeps SQLite from going through all contents of the scope first.
  Statement& inside = database.statement(
      "SELECT b.artifact, b.name, b.item, t.tree, t.path FROM tree_entry t CROSS JOIN artifact_blob b "
      "WHERE t.child = ?3 AND b.project = ?1 AND b.domain = ?2 AND b.blob = t.tree "
      "ORDER BY b.artifact, b.name, b.item, t.path LIMIT ?4");
  inside.bind(project, domain, digest, limit - static_cast<std::int64_t>(found.size()));
  while (inside.step()) {
    found.push_back(
        {inside.uuid(0), inside.string(1), inside.string(2), inside.digest(3), std::string(inside.bytes(4))});
  }
  inside.reset();
  return found;
}

namespace {

std::optional<Artifact> by_tail(Database& database, const std::string& project, const std::string& domain,
                                std::string_view text) {
  std::optional<std::string> tail = from_hex(text);
  if (!tail || tail->size() != 6) return std::nullopt;
  return read_one(database
                      .statement("SELECT " WF_ARTIFACT_COLUMNS
                                 " FROM artifact a WHERE a.project = ?1 AND a.domain = ?2 AND "
                                 "substr(a.id, 11) = ?3 LIMIT 1")
                      .bind(project, domain, Bytes{*tail}));
}

std::optional<Artifact> by_id(Database& database, const std::string& project, const std::string& domain,
                              std::string_view text) {
  std::optional<Uuid> id = Uuid::parse(text);
  return id ? find_artifact(database, project, domain, *id) : by_tail(database, project, domain, text);
}

Artifact require_artifact_of(Database& database, const RunKey& run, const NodePath& node) {
  if (std::optional<Artifact> found = artifact_of(database, run, node)) return *found;
  throw Error(codes::k_artifact_not_found,
              cat("node '", node.text(), "' of run ", run.id.tail(), " has no artifact"),
              cat("see 'wf show ", run.id.tail(),
                  "' for its nodes; an element of a mapped node is written "
                  "score[0]"));
}

std::optional<std::string> third(const std::vector<std::string_view>& parts, std::size_t at) {
  return parts.size() > at ? std::optional(std::string(parts[at])) : std::nullopt;
}

}  // namespace

ArtifactArgument find_artifact_argument(Store& store, const std::string& project, const std::string& domain,
                                        const std::string& text) {
  Database& database = store.database();
  if (is_data_reference(text)) {
    ResolvedData data = resolve_data(store, DataReference::parse(text));
    return {require_artifact_of(database, data.run, data.node), data.output};
  }
  std::vector<std::string_view> parts = split(text, '/');
  if (std::optional<Artifact> found = by_id(database, project, domain, parts[0])) {
    return {*found, third(parts, 1)};
  }
  if (parts.size() < 2) {
    throw Error(
        codes::k_artifact_not_found,
        cat("no artifact '", text, "' in project '", project, "', domain '", domain, "'"),
        "name it by its id, by RUN/NODE, or by wf:PROJECT/DOMAIN/RUN/NODE/OUTPUT; see 'wf artifact list'");
  }
  RunKey run = find_run(database, project, domain, parts[0]);
  std::optional<NodePath> node = NodePath::parse(parts[1]);
  if (!node) throw Error(codes::k_node_not_found, cat("'", parts[1], "' is no node"));
  return {require_artifact_of(database, run, *node), third(parts, 2)};
}

}  // namespace wf
