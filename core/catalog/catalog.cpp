#include "core/catalog/catalog.hpp"

#include "core/base/text.hpp"
#include "core/catalog/artifact_row.hpp"
#include "core/catalog/codes.hpp"
#include "core/catalog/reference.hpp"
#include "core/catalog/tags.hpp"
#include "core/definition/stored_text.hpp"

namespace wf {

std::string Artifact::producer() const { return cat(run.id.tail(), '/', node.text()); }

std::string Dataset::name() const { return cat(workflow, '/', task); }

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
  if (!row.is_null(11)) artifact.partitions = Json::parse(row.text(11), "an artifact's partitions");
  artifact.created_us = row.integer(12);
  return artifact;
}

namespace {

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
  return rows_of(rows, [](const Statement& row) {
    return ArtifactData{row.string(0), row.string(1),
                        value_from_store(row.text(1), row.text(2), "an artifact's value")};
  });
}

std::vector<Tag> tags_of(Database& database, const Artifact& artifact) {
  Statement& rows = database.statement(
      "SELECT workflow, task, name, created_us, created_by FROM tag WHERE project = ?1 AND domain = ?2 AND "
      "artifact = ?3 AND created_by IS NOT NULL ORDER BY name");
  rows.bind(artifact.run.project, artifact.run.domain, artifact.id);
  std::vector<Tag> found = rows_of(rows, [&](const Statement& row) {
    return Tag{row.string(0), row.string(1),  row.string(2),
               artifact.id,   row.integer(3), row.optional_string(4)};
  });
  if (!artifact.cache_key) return found;
  auto cached = find_tag(database, artifact.run.project, artifact.run.domain, artifact.workflow,
                         artifact.task, cache_tag(*artifact.cache_key));
  if (cached && cached->artifact == artifact.id) found.push_back(*cached);
  return found;
}

bool is_in_a_folder(Database& database, const Digest& digest) {
  Statement& row = database.statement("SELECT 1 FROM tree_entry WHERE child = ?1 LIMIT 1");
  return row_of(row.bind(digest), [](const Statement&) { return true; }).has_value();
}

std::vector<Holding> artifacts_holding(Database& database, const std::string& project,
                                       const std::string& domain, const Digest& digest, std::int64_t limit) {
  Statement& direct = database.statement(
      "SELECT artifact, name, item FROM artifact_blob WHERE project = ?1 AND domain = ?2 AND blob = ?3 "
      "ORDER BY artifact, name, item LIMIT ?4");
  direct.bind(project, domain, digest, limit);
  std::vector<Holding> found = rows_of(direct, [](const Statement& row) {
    return Holding{row.uuid(0), row.string(1), row.string(2), std::nullopt, {}};
  });
  if (!is_in_a_folder(database, digest)) return found;
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

std::vector<PartHolding> artifacts_holding_parts(Database& database, const std::string& project,
                                                 const std::string& domain, const Digest& folder,
                                                 std::int64_t limit) {
  Statement& rows = database.statement(
      "SELECT t.path, b.artifact, b.name, b.item, NULL, NULL FROM tree_entry t CROSS JOIN artifact_blob b "
      "WHERE t.tree = ?3 AND t.child <> ?4 AND b.project = ?1 AND b.domain = ?2 AND b.blob = t.child "
      "UNION ALL "
      "SELECT t.path, b.artifact, b.name, b.item, u.tree, u.path FROM tree_entry t CROSS JOIN tree_entry u "
      "CROSS JOIN artifact_blob b WHERE t.tree = ?3 AND t.child <> ?4 AND u.child = t.child AND b.project = "
      "?1 "
      "AND b.domain = ?2 AND b.blob = u.tree ORDER BY 1, 2, 3, 4, 6 LIMIT ?5");
  rows.bind(project, domain, folder, k_empty_digest, limit);
  return rows_of(rows, [](const Statement& row) {
    PartHolding part{std::string(row.bytes(0)), {row.uuid(1), row.string(2), row.string(3), {}, {}}};
    if (row.is_null(4)) return part;
    part.holding.folder = row.digest(4);
    part.holding.path = std::string(row.bytes(5));
    return part;
  });
}

std::optional<Artifact> newest_artifact_holding(Database& database, const std::string& project,
                                                const std::string& domain, const Digest& digest) {
  return read_one(
      database
          .statement(
              "SELECT " WF_ARTIFACT_COLUMNS
              " FROM artifact a WHERE a.project = ?1 AND a.domain = ?2 AND a.id = (SELECT max(artifact) FROM "
              "(SELECT max(artifact) AS artifact FROM artifact_blob WHERE project = ?1 AND domain = ?2 AND "
              "blob = ?3 UNION ALL SELECT max(b.artifact) FROM tree_entry t CROSS JOIN artifact_blob b WHERE "
              "t.child = ?3 AND b.project = ?1 AND b.domain = ?2 AND b.blob = t.tree))")
          .bind(project, domain, digest));
}

namespace {

// An index of tails would touch a page of its own for each artifact that is written; so they are looked
// through, the newest first, since people ask for what they have just seen.
std::optional<Artifact> by_tail(Database& database, const std::string& project, const std::string& domain,
                                std::string_view text) {
  std::optional<std::string> tail = from_hex(text);
  if (!tail || tail->size() != 6) return std::nullopt;
  return read_one(
      database
          .statement(
              "SELECT " WF_ARTIFACT_COLUMNS
              " FROM artifact a WHERE a.project = ?1 AND a.domain = ?2 AND a.id = (SELECT id FROM "
              "artifact WHERE project = ?1 AND domain = ?2 AND substr(id, 11) = ?3 ORDER BY id DESC LIMIT 1)")
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

std::optional<ArtifactArgument> find_artifact_by_name(Database& database, const std::string& project,
                                                      const std::string& domain, const std::string& text) {
  if (auto reference = parse_tag_reference(text)) {
    Tag tag = require_tag(database, project, domain, *reference);
    if (auto found = find_artifact(database, project, domain, tag.artifact))
      return ArtifactArgument{std::move(*found), reference->rest};
  }
  std::vector<std::string_view> parts = split(text, '/');
  std::optional<Artifact> found = by_id(database, project, domain, parts[0]);
  if (!found) return std::nullopt;
  return ArtifactArgument{std::move(*found), third(parts, 1)};
}

ArtifactArgument find_artifact_argument(Store& store, const std::string& project, const std::string& domain,
                                        const std::string& text) {
  Database& database = store.database();
  if (is_data_reference(text)) {
    ResolvedData data = resolve_data(store, DataReference::parse(text));
    return {require_artifact_of(database, data.run, data.node), data.output};
  }
  std::vector<std::string_view> parts = split(text, '/');
  std::optional<NodePath> node = parts.size() < 2 ? std::nullopt : NodePath::parse(parts[1]);
  std::vector<RunKey> runs = node ? match_runs(database, project, domain, parts[0]) : std::vector<RunKey>{};
  if (runs.size() == 1) {
    if (std::optional<Artifact> found = artifact_of(database, runs.front(), *node))
      return {*found, third(parts, 2)};
  }
  if (auto found = find_artifact_by_name(database, project, domain, text)) return std::move(*found);
  if (parts.size() < 2) {
    throw Error(codes::k_artifact_not_found,
                cat("no artifact '", text, "' in project '", project, "', domain '", domain, "'"),
                "name it by its id, by RUN/NODE, by WORKFLOW#TASK:TAG, or by "
                "wf:PROJECT/DOMAIN/RUN/NODE/OUTPUT; see 'wf artifact list'");
  }
  RunKey run = find_run(database, project, domain, parts[0]);
  if (!node) throw Error(codes::k_node_not_found, cat("'", parts[1], "' is no node"));
  return {require_artifact_of(database, run, *node), third(parts, 2)};
}

}  // namespace wf
