#include "core/lineage/subject.hpp"

#include "core/base/file.hpp"
#include "core/base/text.hpp"
#include "core/base/tree.hpp"
#include "core/catalog/reference.hpp"
#include "core/lineage/codes.hpp"
#include "core/registry/registry.hpp"

namespace wf {

namespace {

constexpr std::string_view k_file_prefix = "file:";
constexpr std::string_view k_run_prefix = "run:";
constexpr std::string_view k_digest_prefix = "sha256:";

struct Reading {
  Subject subject;
  std::string text;  // "the run …; force it with run:…"
};

ContentVertex read_content(const std::string& path) {
  if (!is_folder(path)) {
    FileIdentity file = hash_file(path);
    return {path, file.digest, file.size, false};
  }
  std::vector<TreeEntry> entries = scan_tree(path);
  std::int64_t size = 0;
  for (const TreeEntry& entry : entries) size += entry.size;
  return {path, sha256(render_tree(std::move(entries))), size, true};
}

bool has_row(Statement& row) {
  bool found = row.step();
  row.reset();
  return found;
}

bool is_known_in(Database& database, const std::string& project, const std::string& domain,
                 const Digest& digest) {
  if (!artifacts_holding(database, project, domain, digest, 1).empty()) return true;
  if (!History(database).uses_by_bytes(project, domain, digest, 1).empty()) return true;
  return has_row(
      database
          .statement(
              "SELECT 1 FROM version_blob b CROSS JOIN registration r "
              "WHERE b.blob = ?1 AND r.version = b.version AND r.project = ?2 AND r.domain = ?3 LIMIT 1")
          .bind(digest, project, domain));
}

// Where else in this store the bytes are known, as the options that lead there.
std::vector<std::string> scopes_knowing(Database& database, const Digest& digest) {
  Statement& rows = database.statement("SELECT p.name, d.name FROM project p, domain d ORDER BY 1, 2");
  rows.bind();
  std::vector<std::pair<std::string, std::string>> scopes = rows_of(rows, [&](const Statement& row) {
    return std::pair<std::string, std::string>(row.string(0), row.string(1));
  });
  std::vector<std::string> found;
  for (const auto& [project, domain] : scopes) {
    if (is_known_in(database, project, domain, digest)) found.push_back(cat("-p ", project, " -d ", domain));
  }
  return found;
}

std::vector<std::string> known_files_in(Database& database, const LineageQuery& query,
                                        const std::string& folder) {
  std::vector<std::string> known;
  for (const TreeEntry& entry : scan_tree(folder)) {
    if (known.size() == 3) break;
    bool file = entry.type == 'f' || entry.type == 'x';
    if (file && entry.size > 0 && is_known_in(database, query.project, query.domain, entry.digest)) {
      known.push_back(cat(folder, "/", entry.path));
    }
  }
  return known;
}

// The version that a definition's file was registered as.
std::optional<std::string> version_of_source(Database& database, const LineageQuery& query,
                                             const Digest& source) {
  Statement& row = database.statement(
      "SELECT name, version FROM registration WHERE source = ?1 AND project = ?2 AND domain = ?3 "
      "ORDER BY registered_us DESC, id DESC LIMIT 1");
  ResetLater reset(row);
  row.bind(source, query.project, query.domain);
  if (!row.step()) return std::nullopt;
  return cat(row.string(0), "@", row.digest(1).short_hex());
}

std::string hint_for_unknown(Database& database, const LineageQuery& query, const ContentVertex& content) {
  if (auto version = version_of_source(database, query, content.digest))
    return cat("it is the definition that is registered as ", *version, ": wf lineage show ", *version);
  bool list_of_outputs = content.path.ends_with("outputs.json");
  if (list_of_outputs)
    return "outputs.json is the list that --out writes beside the outputs of a run, and no output itself: "
           "ask "
           "about a file in it, or about the run; 'wf ls' lists runs";
  std::vector<std::string> elsewhere = scopes_knowing(database, content.digest);
  if (!elsewhere.empty()) return cat("it is known elsewhere in this store: add ", join(elsewhere, " or "));
  if (content.folder) {
    std::vector<std::string> files = known_files_in(database, query, content.path);
    if (!files.empty()) return cat("files in it are known; ask about one of them: ", join(files, ", "));
  }
  if (content.path.empty()) return "they may be in another store: 'wf store path' says which one this is";
  return "if it was changed since a run wrote it, ask about the original; 'wf ls' lists runs, and "
         "'wf lineage show RUN' shows what one made";
}

void require_known(Database& database, const LineageQuery& query, const ContentVertex& content) {
  std::string what = content.path.empty() ? content.digest.text() : cat("'", content.path, "'");
  if (content.digest == k_empty_digest || (content.folder && content.digest == sha256(render_tree({})))) {
    throw Error(codes::k_empty_content,
                cat(what, " is empty: equal bytes say nothing about where it came from"),
                "ask about the run or the node that wrote it: wf lineage show RUN/NODE");
  }
  if (is_known_in(database, query.project, query.domain, content.digest)) return;
  throw Error(
      codes::k_unknown_content,
      cat("no run and no version in project '", query.project, "', domain '", query.domain,
          "' knows the bytes of ", what, content.path.empty() ? "" : cat(" (", content.digest.text(), ")")),
      hint_for_unknown(database, query, content));
}

// Whether an execution of its run in this store has it: then it is what it says.
std::optional<RunKey> run_with_data(Database& database, const DataReference& reference) {
  if (reference.store) return std::nullopt;
  RunKey run = find_run(database, reference.project, reference.domain, reference.run);
  std::optional<Artifact> artifact = artifact_of(database, run, reference.node);
  if (!artifact || !History(database).data(run, artifact->id, reference.output)) return std::nullopt;
  return run;
}

// To resolve it takes its definition, and to read that may take longer than the rest of the answer.
void read_as_data(Store& store, const DataReference& reference, std::vector<Reading>& readings) {
  std::optional<RunKey> run = run_with_data(store.database(), reference);
  if (!run) run = resolve_data(store, reference).run;
  readings.push_back(
      {DataSubject{*run, reference.node, reference.output},
       cat("output '", reference.output, "' of ", reference.node.text(), ": ask for ", reference.text())});
}

void read_as_file(const std::string& path, std::vector<Reading>& readings) {
  if (!exists(path)) return;
  readings.push_back({read_content(path), cat("the ", is_folder(path) ? "folder" : "file", " '", path,
                                              "': ask for file:", path)});
}

void read_as_run(Store& store, const LineageQuery& query, const std::string& text,
                 std::vector<Reading>& readings) {
  std::size_t slash = text.rfind('/');
  std::string name = text.substr(0, slash);
  std::optional<NodePath> node;
  if (slash != std::string::npos) {
    node = NodePath::parse(std::string_view(text).substr(slash + 1));
    if (!node) return;
  }
  for (const RunKey& run : match_runs(store.database(), query.project, query.domain, name)) {
    if (node) {
      readings.push_back({NodeSubject{run, *node}, cat("node ", node->text(), " of run ", run.id.text(),
                                                       ": ask for run:", run.id.text(), "/", node->text())});
    } else {
      readings.push_back({RunSubject{run}, cat("run ", run.id.text(), ": ask for run:", run.id.text())});
    }
  }
}

// The producer of a cache entry.
void read_as_cache_key(Database& database, const LineageQuery& query, const Digest& digest,
                       std::vector<Reading>& readings) {
  Statement& row =
      database.statement("SELECT artifact FROM cache_entry WHERE project = ?1 AND domain = ?2 AND key = ?3");
  row.bind(query.project, query.domain, digest);
  std::optional<Uuid> id;
  if (row.step()) id = row.uuid(0);
  row.reset();
  if (!id) return;
  if (std::optional<Artifact> artifact = find_artifact(database, query.project, query.domain, *id)) {
    readings.push_back({NodeSubject{artifact->run, artifact->node}, "a cache key"});
  }
}

void read_as_digest(Database& database, const LineageQuery& query, const Digest& digest,
                    std::vector<Reading>& readings) {
  Statement& row = database.statement(
      "SELECT name FROM registration WHERE version = ?1 AND project = ?2 AND domain = ?3 LIMIT 1");
  row.bind(digest, query.project, query.domain);
  std::optional<std::string> name;
  if (row.step()) name = row.string(0);
  row.reset();
  if (name) {
    readings.push_back({VersionVertex{query.project, query.domain, *name, digest, {}},
                        cat("version ", digest.short_hex(), " of '", *name, "'")});
  }
  read_as_cache_key(database, query, digest, readings);
  if (!readings.empty()) return;
  Statement& blob = database.statement("SELECT size FROM blob WHERE digest = ?1");
  blob.bind(digest);
  std::int64_t size = blob.step() ? blob.integer(0) : -1;
  blob.reset();
  bool folder = has_row(database.statement("SELECT 1 FROM tree_entry WHERE tree = ?1 LIMIT 1").bind(digest));
  readings.push_back({ContentVertex{{}, digest, folder ? -1 : size, folder},
                      cat("the bytes ", digest.text(), ": ask for ", digest.text())});
}

// The beginning of a digest, as answers show it: every blob it can mean.
void read_as_digest_prefix(Database& database, const LineageQuery& query, std::string_view text,
                           std::vector<Reading>& readings) {
  if (text.starts_with(k_digest_prefix)) text.remove_prefix(k_digest_prefix.size());
  constexpr std::size_t k_least = 8;
  constexpr std::size_t k_whole = 64;
  if (text.size() < k_least || text.size() >= k_whole) return;
  std::optional<Digest> first =
      Digest::parse(cat(k_digest_prefix, text, std::string(k_whole - text.size(), '0')));
  std::optional<Digest> last =
      Digest::parse(cat(k_digest_prefix, text, std::string(k_whole - text.size(), 'f')));
  if (!first || !last) return;
  Statement& rows =
      database.statement("SELECT digest FROM blob WHERE digest BETWEEN ?1 AND ?2 ORDER BY digest LIMIT 5");
  rows.bind(*first, *last);
  std::vector<Digest> found = rows_of(rows, [](const Statement& row) { return row.digest(0); });
  for (const Digest& digest : found) {
    std::vector<Reading> one;
    read_as_digest(database, query, digest, one);
    readings.insert(readings.end(), one.begin(), one.end());
  }
}

// A tag, or the id of an artifact; with an output behind a '/', that one.
void read_as_artifact(Store& store, const LineageQuery& query, std::vector<Reading>& readings) {
  auto found = find_artifact_by_name(store.database(), query.project, query.domain, query.reference);
  if (!found) return;
  const Artifact& artifact = found->artifact;
  if (!found->data)
    return readings.push_back(
        {NodeSubject{artifact.run, artifact.node}, cat("artifact ", artifact.id.text())});
  read_as_data(
      store,
      {{}, query.project, query.domain, artifact.run.id.text(), artifact.node, std::move(*found->data)},
      readings);
}

void read_as_version(Store& store, const LineageQuery& query, std::vector<Reading>& readings) {
  ResolvedVersion found = resolve_version(store.database(), {query.project, query.domain}, query.reference);
  readings.push_back({VersionVertex{found.scope.project, found.scope.domain, found.name, found.version, {}},
                      cat("version ", found.version.short_hex(), " of '", found.name, "'")});
}

std::vector<Reading> readings_of(Store& store, const LineageQuery& query) {
  const std::string& text = query.reference;
  std::vector<Reading> readings;
  if (text.starts_with(k_file_prefix)) {
    read_as_file(text.substr(k_file_prefix.size()), readings);
  } else if (text.starts_with(k_run_prefix)) {
    read_as_run(store, query, text.substr(k_run_prefix.size()), readings);
  } else if (is_data_reference(text)) {
    read_as_data(store, DataReference::parse(text), readings);
  } else if (std::optional<Digest> digest = Digest::parse(text)) {
    read_as_digest(store.database(), query, *digest, readings);
  } else {
    read_as_file(text, readings);
    read_as_run(store, query, text, readings);
    auto data = find_data_reference(store.database(), query.project, query.domain, text);
    if (data) read_as_data(store, *data, readings);
    if (readings.empty()) read_as_artifact(store, query, readings);
    if (readings.empty()) read_as_digest_prefix(store.database(), query, text, readings);
    if (readings.empty() && is_version_reference(text)) read_as_version(store, query, readings);
  }
  return readings;
}

std::string hint_for_unread(Database& database, const LineageQuery& query) {
  Statement& row = database.statement(
      "SELECT 1 FROM registration WHERE project = ?1 AND domain = ?2 AND name = ?3 LIMIT 1");
  if (has_row(row.bind(query.project, query.domain, query.reference)))
    return cat("'", query.reference, "' is a workflow; name a version of it, as in ", query.reference,
               "@latest");
  return "give a file, sha256:…, wf:PROJECT/DOMAIN/RUN/NODE/OUTPUT, a run, RUN/NODE, an artifact, "
         "WORKFLOW#TASK:TAG, "
         "or name@version; "
         "'wf ls' lists runs";
}

}  // namespace

Subject find_subject(Store& store, const LineageQuery& query) {
  std::vector<Reading> readings = readings_of(store, query);
  if (readings.empty()) {
    throw Error(codes::k_unknown_subject,
                cat("'", query.reference, "' is neither a file here nor a run in project '", query.project,
                    "', domain '", query.domain, "'"),
                hint_for_unread(store.database(), query));
  }
  if (readings.size() > 1) {
    std::string message = cat("'", query.reference, "' can mean ", readings.size(), " things:");
    for (const Reading& reading : readings) message += cat("\n  ", reading.text);
    throw Error(codes::k_ambiguous_subject, message, "name one of them as shown");
  }
  const auto* content = std::get_if<ContentVertex>(&readings[0].subject);
  if (content != nullptr) require_known(store.database(), query, *content);
  return readings[0].subject;
}

Graph explore(History& history, const Subject& subject, const LineageQuery& query) {
  Explorer explorer(history, query.limits);
  if (const auto* content = std::get_if<ContentVertex>(&subject)) {
    explorer.start_at_content(*content, query.project, query.domain);
  } else if (const auto* run = std::get_if<RunSubject>(&subject)) {
    explorer.start_at_run(run->run);
  } else if (const auto* node = std::get_if<NodeSubject>(&subject)) {
    explorer.start_at_execution(node->run, node->node);
  } else if (const auto* data = std::get_if<DataSubject>(&subject)) {
    bool input = data->node.node == k_run_inputs;
    bool output = data->node.node == k_run_outputs;
    if (input) explorer.start_at_input(data->run, data->output);
    if (output) explorer.start_at_output(data->run, data->output);
    if (!input && !output) explorer.start_at_data(data->run, data->node, data->output);
  } else {
    explorer.start_at_version(std::get<VersionVertex>(subject));
  }
  return explorer.walk();
}

Graph explore(Store& store, const LineageQuery& query) {
  History history(store.database());
  return explore(history, find_subject(store, query), query);
}

}  // namespace wf
