#include "core/store/check.hpp"

#include <array>
#include <functional>
#include <map>
#include <utility>

#include "core/base/text.hpp"
#include "core/store/check_values.hpp"
#include "core/store/codes.hpp"
#include "core/store/event_check.hpp"
#include "core/store/event_log.hpp"
#include "core/store/reuse_digest.hpp"

namespace wf {

namespace {

// One kind of reference: `sql` gives, for each row whose target is absent, the object and the target.
struct Reference {
  std::string_view target;
  std::string_view sql;
};

#define WF_NODE_NAME \
  "project || '/' || domain || '/' || lower(hex(run)) || '/' || node || \
  CASE element WHEN -1 THEN '' ELSE '[' || element || ']' END"
#define WF_ABSENT_BLOB(column) \
  column " IS NOT NULL AND NOT EXISTS (SELECT 1 FROM blob WHERE blob.digest = " column ")"
#define WF_ABSENT_VERSION(column) "NOT EXISTS (SELECT 1 FROM version WHERE version.digest = " column ")"

constexpr std::array<Reference, 30> k_references{{
    {"blob",
     "SELECT 'version ' || lower(hex(version)), blob FROM version_blob "
     "WHERE " WF_ABSENT_BLOB("version_blob.blob")},
    {"blob",
     "SELECT 'registration ' || project || '/' || domain || '/' || name || ' ' || seq, source "
     "FROM registration WHERE " WF_ABSENT_BLOB("source")},
    {"blob",
     "SELECT 'artifact ' || lower(hex(artifact)) || ', output ' || name || item, blob "
     "FROM artifact_blob WHERE " WF_ABSENT_BLOB("artifact_blob.blob")},
    {"blob", "SELECT 'stdout of ' || " WF_NODE_NAME ", stdout FROM attempt WHERE " WF_ABSENT_BLOB("stdout")},
    {"blob", "SELECT 'stderr of ' || " WF_NODE_NAME ", stderr FROM attempt WHERE " WF_ABSENT_BLOB("stderr")},
    {"blob", "SELECT 'report file ' || name || ' of ' || " WF_NODE_NAME ", blob FROM attempt_report "
             "WHERE " WF_ABSENT_BLOB("attempt_report.blob")},
    {"blob",
     "SELECT 'run ' || lower(hex(run)) || ', input ' || name || item, blob FROM run_input_blob "
     "WHERE " WF_ABSENT_BLOB("run_input_blob.blob")},
    {"blob",
     "SELECT 'folder ' || lower(hex(tree)) || ', entry ' || CAST(path AS TEXT), child "
     "FROM tree_entry WHERE " WF_ABSENT_BLOB("child")},
    {"blob",
     "SELECT 'the entries of a folder', tree FROM tree_entry WHERE " WF_ABSENT_BLOB("tree") " GROUP BY tree"},
    {"blob",
     "SELECT 'launch plan ' || lower(hex(plan)), blob FROM launch_plan_blob "
     "WHERE " WF_ABSENT_BLOB("launch_plan_blob.blob")},
    {"blob",
     "SELECT 'launch plan ' || project || '/' || domain || '/' || name || ' ' || seq, source "
     "FROM launch_plan_registration WHERE " WF_ABSENT_BLOB("source")},
    {"version",
     "SELECT 'launch plan ' || name || '@' || lower(hex(digest)), version FROM launch_plan "
     "WHERE " WF_ABSENT_VERSION("launch_plan.version")},
    {"launch plan",
     "SELECT 'launch plan ' || project || '/' || domain || '/' || name || ' ' || seq, plan "
     "FROM launch_plan_registration r "
     "WHERE NOT EXISTS (SELECT 1 FROM launch_plan p WHERE p.digest = r.plan)"},
    {"version",
     "SELECT 'registration ' || project || '/' || domain || '/' || name || ' ' || seq, version "
     "FROM registration WHERE " WF_ABSENT_VERSION("registration.version")},
    {"version",
     "SELECT 'label ' || project || '/' || domain || '/' || name || '@' || label, version "
     "FROM label WHERE " WF_ABSENT_VERSION("label.version")},
    {"version", "SELECT 'run ' || lower(hex(id)), version FROM run WHERE " WF_ABSENT_VERSION("run.version")},
    {"version",
     "SELECT 'artifact ' || lower(hex(id)), version FROM artifact "
     "WHERE " WF_ABSENT_VERSION("artifact.version")},
    {"artifact", "SELECT 'node ' || " WF_NODE_NAME ", artifact FROM execution n WHERE artifact IS NOT NULL "
                 "AND NOT EXISTS (SELECT 1 FROM artifact a WHERE a.project = n.project "
                 "AND a.domain = n.domain AND a.id = n.artifact)"},
    {"artifact",
     "SELECT 'cache entry ' || lower(hex(key)), artifact FROM cache_entry e "
     "WHERE NOT EXISTS (SELECT 1 FROM artifact a WHERE a.project = e.project "
     "AND a.domain = e.domain AND a.id = e.artifact)"},
    {"artifact",
     "SELECT 'tag ' || project || '/' || domain || '/' || workflow || '/' || task || ' ' || name, "
     "artifact FROM tag t WHERE NOT EXISTS (SELECT 1 FROM artifact a "
     "WHERE a.project = t.project AND a.domain = t.domain AND a.id = t.artifact)"},
    {"artifact",
     "SELECT 'pin ' || lower(hex(id)), id FROM pin p WHERE kind = 'artifact' AND NOT EXISTS (SELECT 1 FROM "
     "artifact a WHERE a.project = p.project AND a.domain = p.domain AND a.id = p.id)"},
    {"run",
     "SELECT 'pin ' || lower(hex(id)), id FROM pin p WHERE kind = 'run' AND NOT EXISTS (SELECT 1 FROM run r "
     "WHERE r.project = p.project AND r.domain = p.domain AND r.id = p.id)"},
    {"artifact",
     "SELECT 'output ' || name, artifact FROM artifact_data d WHERE NOT EXISTS (SELECT 1 "
     "FROM artifact a WHERE a.project = d.project AND a.domain = d.domain AND a.id = d.artifact)"},
    {"artifact",
     "SELECT 'partition ' || name || '=' || value, artifact FROM artifact_partition d WHERE NOT EXISTS "
     "(SELECT 1 "
     "FROM artifact a WHERE a.project = d.project AND a.domain = d.domain AND a.id = d.artifact)"},
    {"version of its dataset",
     "SELECT 'artifact ' || lower(hex(id)), version FROM artifact a WHERE NOT EXISTS (SELECT 1 FROM "
     "dataset_version v WHERE v.id = a.dataset_version AND v.project = a.project AND v.domain = a.domain "
     "AND v.workflow = a.workflow AND v.task = a.task AND v.version = a.version)"},
    {"dataset",
     "SELECT 'version of the dataset ' || project || '/' || domain || '/' || workflow || '/' || task, "
     "version "
     "FROM dataset_version v WHERE NOT EXISTS (SELECT 1 FROM dataset d WHERE d.project = v.project AND "
     "d.domain = v.domain AND d.workflow = v.workflow AND d.task = v.task)"},
    {"set of key parts",
     "SELECT 'cache entry ' || lower(hex(key)), parts FROM cache_entry "
     "WHERE NOT EXISTS (SELECT 1 FROM cache_parts p WHERE p.digest = cache_entry.parts)"},
    {"set of key parts", "SELECT 'node ' || " WF_NODE_NAME ", parts FROM node n WHERE parts IS NOT NULL "
                         "AND NOT EXISTS (SELECT 1 FROM cache_parts p WHERE p.digest = n.parts)"},
    {"run",
     "SELECT 'artifact ' || lower(hex(id)), run FROM artifact a WHERE NOT EXISTS (SELECT 1 FROM run r "
     "WHERE r.project = a.project AND r.domain = a.domain AND r.id = a.run)"},
    {"run", "SELECT 'node ' || " WF_NODE_NAME ", run FROM execution n WHERE NOT EXISTS (SELECT 1 FROM run r "
            "WHERE r.project = n.project AND r.domain = n.domain AND r.id = n.run)"},
}};

// What is written twice, so that it can be found: `sql` gives the objects of which the two do not agree.
struct Agreement {
  std::string_view problem;
  std::string_view sql;
};

#define WF_ARTIFACT_NAME "'artifact ' || lower(hex(a.id))"
#define WF_OF_VERSION "FROM artifact a JOIN dataset_version v ON v.id = a.dataset_version WHERE "

constexpr std::array<Agreement, 4> k_agreements{{
    {"the search cannot find it by this partition",
     "SELECT " WF_ARTIFACT_NAME " || ', partition ' || j.key || '=' || j.value FROM artifact a, "
     "json_each(a.partitions) j WHERE a.partitions IS NOT NULL AND NOT EXISTS (SELECT 1 FROM "
     "artifact_partition p WHERE p.project = a.project AND p.domain = a.domain AND p.workflow = a.workflow "
     "AND p.task = a.task AND p.name = j.key AND p.value = j.value AND p.artifact = a.id)"},
    {"the search finds it by a partition that it does not have",
     "SELECT " WF_ARTIFACT_NAME
     " || ', partition ' || p.name || '=' || p.value FROM artifact_partition p JOIN "
     "artifact a ON a.project = p.project AND a.domain = p.domain AND a.id = p.artifact WHERE a.workflow <> "
     "p.workflow OR a.task <> p.task OR json_extract(a.partitions, '$.\"' || p.name || '\"') IS NOT p.value"},
    {"its partitions are not those of its version",
     "SELECT " WF_ARTIFACT_NAME " " WF_OF_VERSION
     "(SELECT group_concat(key) FROM json_each(a.partitions)) IS NOT (SELECT group_concat(key) FROM "
     "json_each(v.partitions))"},
    {"its outputs are not those of its version",
     "SELECT " WF_ARTIFACT_NAME " " WF_OF_VERSION
     "(SELECT json_group_object(name, type) FROM (SELECT d.name, d.type FROM artifact_data d WHERE d.project "
     "= a.project AND d.domain = a.domain AND d.artifact = a.id ORDER BY d.name)) <> json(v.outputs)"},
}};

#undef WF_ARTIFACT_NAME
#undef WF_OF_VERSION
#undef WF_NODE_NAME
#undef WF_ABSENT_BLOB
#undef WF_ABSENT_VERSION

class StoreCheck {
 public:
  StoreCheck(Store& store, VerifyDepth depth) : store_(&store), depth_(depth) {}

  std::vector<Finding> run() {
    guarded("the database", [&] { check_pages(); });
    for (const Reference& reference : k_references) {
      guarded(reference.target, [&] { check_reference(reference); });
    }
    for (const Agreement& agreement : k_agreements) {
      guarded("the artifacts", [&] { check_agreement(agreement); });
    }
    guarded("the versions", [&] { check_versions(); });
    guarded("the outputs", [&] { check_values(); });
    guarded("the blobs", [&] { check_blobs(); });
    guarded("the events", [&] { check_events(); });
    guarded("the reuses", [&] { compare(reuses_in_events(), reuses()); });
    guarded("the tags", [&] { compare(tags_in_events(), tags()); });
    guarded("the pins", [&] { compare(pins_in_events(), pins()); });
    return std::move(findings_);
  }

 private:
  // What cannot be read is a finding too, and the rest is still checked.
  void guarded(std::string_view what, const std::function<void()>& part) {
    try {
      part();
    } catch (const Error& error) {
      findings_.push_back({cat("table of ", what), error.message(), {}});
    }
  }

  Database& database() { return store_->database(); }

  void check_pages() {
    Statement& rows = database().statement(depth_ == VerifyDepth::contents ? "PRAGMA integrity_check(100)"
                                                                           : "PRAGMA quick_check(100)");
    ResetLater reset(rows);
    rows.bind();
    while (rows.step()) {
      if (rows.text(0) != "ok") findings_.push_back({store_->database_path(), rows.string(0), {}});
    }
  }

  void check_reference(const Reference& reference) {
    Statement& rows = database().statement(reference.sql);
    ResetLater reset(rows);
    rows.bind();
    while (rows.step()) {
      findings_.push_back(
          {rows.string(0), cat("its ", reference.target, ' ', to_hex(rows.bytes(1)), " has no row"), {}});
    }
  }

  void check_agreement(const Agreement& agreement) {
    Statement& rows = database().statement(agreement.sql);
    ResetLater reset(rows);
    rows.bind();
    while (rows.step()) findings_.push_back({rows.string(0), std::string(agreement.problem), {}});
  }

  void check_versions() {
    Statement& rows = database().statement("SELECT digest, body, name FROM version");
    ResetLater reset(rows);
    rows.bind();
    while (rows.step()) {
      if (sha256(cat("wf-version-1\n", rows.text(1))) == rows.digest(0)) continue;
      findings_.push_back({cat("version ", rows.digest(0).text(), " (", rows.text(2), ')'),
                           "its stored form has another digest",
                           {}});
    }
  }

  void check_values() {
    Statement& rows = database().statement(
        "SELECT 'artifact ' || lower(hex(artifact)) || ', output ' || name, type, value FROM artifact_data "
        "UNION ALL SELECT 'run ' || lower(hex(run)) || ', input ' || name, type, value FROM run_input "
        "UNION ALL SELECT 'run ' || lower(hex(run)) || ', output ' || name, type, value FROM run_output");
    ResetLater reset(rows);
    rows.bind();
    while (rows.step()) {
      if (!type_has_content(rows.text(1))) continue;
      for (const Digest& digest : contents_of_value(rows.text(2), rows.text(0))) {
        if (store_->blobs().size_of(digest)) continue;
        findings_.push_back({rows.string(0), cat("its blob ", digest.hex(), " has no row"), {}});
      }
    }
  }

  void check_blobs() {
    Statement& rows = database().statement("SELECT digest FROM blob WHERE freed_us IS NULL ORDER BY digest");
    ResetLater reset(rows);
    rows.bind();
    while (rows.step()) check_blob(rows.digest(0));
  }

  void check_blob(const Digest& digest) {
    BlobState state = store_->blobs().verify(digest, depth_);
    if (state == BlobState::present) return;
    std::string where = cat(" ('", store_->blobs().file_path(digest), "' unless it lies in the database)");
    findings_.push_back(
        {cat("blob ", digest.text()),
         cat(state == BlobState::missing ? "its bytes are missing" : "its bytes are damaged", where),
         join(origins_of_blob(database(), digest), "; ")});
  }

  // What things hold, by their names.
  using Contents = std::map<std::string, std::string>;

  void compare(Contents in_events, const Contents& in_rows) {
    for (const auto& [name, content] : in_rows) {
      auto event = in_events.extract(name);
      if (event && event.mapped() == content) continue;
      findings_.push_back({name, event ? "it is not what its event says" : "no event says so", {}});
    }
    for (const auto& [name, content] : in_events) findings_.push_back({name, "it has no row", {}});
  }

  // Each row is read into a name and a content; of two with one name the later counts.
  template <typename Read>
  Contents read_all(std::string_view sql, Read read) {
    Statement& rows = database().statement(sql);
    ResetLater reset(rows);
    rows.bind();
    Contents contents;
    while (rows.step()) {
      auto [name, content] = read(rows);
      contents.insert_or_assign(std::move(name), std::move(content));
    }
    return contents;
  }

  using Named = std::pair<std::string, std::string>;

  static std::string reuse_name(std::string_view stream, std::int64_t pack) {
    return cat("stream ", stream, ", pack of reuses ", pack);
  }

  Contents reuses() {
    return read_all("SELECT run, pack, executions, artifacts FROM reuse_pack", [](const Statement& row) {
      return Named{reuse_name(run_stream(row.uuid(0)), row.integer(1)),
                   reuse_digest(row.text(2), row.bytes(3)).hex()};
    });
  }

  Contents reuses_in_events() {
    return read_all(
        "SELECT stream, json_extract(data, '$.pack'), json_extract(data, '$.digest') FROM event WHERE type = "
        "'nodes.reused' OR type = 'nodes.recovered'",
        [](const Statement& row) {
          return Named{reuse_name(row.text(0), row.integer(1)), row.string(2)};
        });
  }

  static Named named_tag(const Statement& row, std::string artifact) {
    return {cat("tag ", row.text(0), ' ', row.text(1), '#', row.text(2), ':', row.text(3)),
            std::move(artifact)};
  }

  Contents tags() {
    return read_all(
        "SELECT project || '/' || domain, workflow, task, name, artifact FROM tag WHERE created_by IS NOT "
        "NULL",
        [](const Statement& row) { return named_tag(row, row.uuid(4).text()); });
  }

  // What another store wrote into its streams says nothing of rows here: neither of tags nor of pins.
  Contents tags_in_events() {
    return read_all(
        "SELECT stream, json_extract(data, '$.workflow'), json_extract(data, '$.task'), json_extract(data, "
        "'$.tag'), json_extract(data, '$.artifact') FROM event WHERE (type = 'tag.set' OR type = "
        "'tag.moved') AND stream NOT GLOB 'wf://*' ORDER BY pos",
        [](const Statement& row) { return named_tag(row, row.string(4)); });
  }

  static Named named_pin(const Statement& row, const std::string& id) {
    return {cat("pin of the ", row.text(0), " ", id, " in ", row.text(1)), id};
  }

  Contents pins() {
    return read_all("SELECT kind, project || '/' || domain, id FROM pin",
                    [](const Statement& row) { return named_pin(row, row.uuid(2).text()); });
  }

  // Those that are not removed again.
  Contents pins_in_events() {
    return read_all(
        "SELECT json_extract(data, '$.kind'), stream, json_extract(data, '$.id') FROM event e WHERE type = "
        "'pin.set' AND e.stream NOT GLOB 'wf://*' AND NOT EXISTS (SELECT 1 FROM event l WHERE l.stream = "
        "e.stream AND l.seq > e.seq AND l.type = 'pin.removed' AND json_extract(l.data, '$.id') = "
        "json_extract(e.data, '$.id'))",
        [](const Statement& row) { return named_pin(row, row.string(2)); });
  }

  void check_events() {
    for (const EventFinding& finding : verify_events(database()).findings) {
      findings_.push_back({finding.object(), finding.problem, {}});
    }
  }

  Store* store_;
  VerifyDepth depth_;
  std::vector<Finding> findings_;
};

}  // namespace

std::vector<Finding> check_store(Store& store, VerifyDepth depth) { return StoreCheck(store, depth).run(); }

}  // namespace wf
