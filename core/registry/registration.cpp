// Registering definitions: versions by content, registrations beside them, one transaction for all.
#include "core/base/codes.hpp"
#include "core/base/file.hpp"
#include "core/base/text.hpp"
#include "core/registry/codes.hpp"
#include "core/registry/edges.hpp"
#include "core/registry/git.hpp"
#include "core/registry/label.hpp"
#include "core/registry/versions.hpp"
#include "core/store/event_log.hpp"

namespace wf {

namespace {

// A definition on its way into the store: everything that needs no transaction is done.
struct Prepared {
  const RegistrationRequest* request = nullptr;
  Json canonical;
  std::string body;
  Digest version;
  std::string descriptions;
  std::optional<std::string> git;
  std::string warning;
  Digest source;
  std::vector<NewBlob> blobs;         // source text and files
  std::vector<Digest> version_blobs;  // the files of the version

  const Workflow& workflow() const { return *request->definition->workflow; }
  const std::string& name() const { return workflow().name; }
};

Prepared prepare(const RegistrationRequest& request) {
  Prepared prepared;
  prepared.request = &request;
  prepared.canonical = canonical_form(prepared.workflow());
  prepared.body = prepared.canonical.canonical();
  prepared.version = version_digest(prepared.body);
  prepared.descriptions = descriptions_of(prepared.workflow()).canonical();
  GitReading git = read_git(request.path);
  if (git.state) prepared.git = git.state->canonical();
  prepared.warning = git.warning;
  prepared.source = sha256(request.definition->source_text);
  return prepared;
}

// The manifest of a default folder leads to its files.
std::vector<TreeEntry> entries_of(const std::string& bytes) {
  if (!bytes.starts_with("wf-tree-1\n")) return {};
  try {
    return parse_tree(bytes);
  } catch (const Error&) {  // the target of a link that only looks like one
    return {};
  }
}

NewBlob take_bundled(BlobStore& blobs, const BundledFile& file) {
  // What the store holds already needs no second copy, however large it is.
  bool is_large = file.size > k_database_blob_limit;
  if (is_large && blobs.verify(file.digest, VerifyDepth::quick) == BlobState::present) {
    return {file.digest, file.size, std::nullopt, entries_of(file.bytes)};
  }
  NewBlob blob = file.origin.empty() ? blobs.take_bytes(file.bytes) : blobs.take_file(file.origin);
  if (blob.digest != file.digest) {
    throw Error(codes::k_file_changed, cat("'", file.origin, "' was changed while it was registered"),
                "run the command again when its writer has finished");
  }
  blob.tree = entries_of(file.bytes);
  return blob;
}

void take_blobs(BlobStore& blobs, Prepared& prepared) {
  prepared.blobs.push_back(blobs.take_bytes(prepared.request->definition->source_text));
  for (const BundledFile& file : prepared.workflow().files) {
    prepared.blobs.push_back(take_bundled(blobs, file));
    prepared.version_blobs.push_back(file.digest);
  }
}

class Registrar {
 public:
  Registrar(Store& store, const Scope& scope, const std::string& label, Apply apply)
      : store_(&store), scope_(scope), label_(label), apply_(apply), now_us_(store.clock().wall_us()) {}

  RegistrationOutcome add(const Prepared& prepared) {
    if (!label_.empty()) {
      require_label_fits(*store_, scope_, prepared.name(), label_, prepared.version, prepared.canonical,
                         prepared.request->definition->source_text);
    }
    RegistrationOutcome outcome{prepared.request->path,        prepared.name(), prepared.version, 0,
                                RegistrationResult::unchanged, prepared.warning};
    Newest newest = newest_of(prepared);
    bool is_new_version = !has_version(prepared.version);
    outcome.seq = newest.is_same ? newest.seq : newest.seq + 1;
    if (!newest.is_same) {
      outcome.result =
          is_new_version ? RegistrationResult::new_version : RegistrationResult::new_registration;
    }
    if (apply_ == Apply::yes) write(prepared, outcome, is_new_version);
    return outcome;
  }

 private:
  struct Newest {
    std::int64_t seq = 0;
    bool is_same = false;
  };

  Database& database() { return store_->database(); }

  Newest newest_of(const Prepared& prepared) {
    Statement& row = database().statement(
        "SELECT seq, version = ?4 AND source = ?5 AND git IS ?6 FROM registration "
        "WHERE project = ?1 AND domain = ?2 AND name = ?3 ORDER BY seq DESC LIMIT 1");
    ResetLater reset(row);
    row.bind(scope_.project, scope_.domain, prepared.name(), prepared.version, prepared.source, prepared.git);
    if (!row.step()) return {};
    return {row.integer(0), row.integer(1) == 1};
  }

  bool has_version(const Digest& version) {
    Statement& row = database().statement("SELECT 1 FROM version WHERE digest = ?1");
    ResetLater reset(row);
    return row.bind(version).step();
  }

  void write(const Prepared& prepared, const RegistrationOutcome& outcome, bool is_new_version) {
    for (const NewBlob& blob : prepared.blobs) store_->blobs().record(database(), blob);
    if (is_new_version) write_version(prepared);
    if (outcome.result != RegistrationResult::unchanged) write_registration(prepared, outcome.seq);
    if (!label_.empty()) set_label(*store_, scope_, prepared.name(), label_, prepared.version);
  }

  void write_version(const Prepared& prepared) {
    database()
        .statement("INSERT INTO version (digest, name, body, created_us) VALUES (?1, ?2, ?3, ?4)")
        .bind(prepared.version, prepared.name(), prepared.body, now_us_)
        .run();
    Statement& blob = database().statement(
        "INSERT INTO version_blob (version, blob) VALUES (?1, ?2) ON CONFLICT DO NOTHING");
    for (const Digest& digest : prepared.version_blobs) blob.bind(prepared.version, digest).run();
    write_edges(database(), prepared.version, prepared.workflow());
    Json data = Json::object();
    data.add("name", prepared.name());
    data.add("version", prepared.version.hex());
    append(EventType::version_registered, data);
  }

  void write_registration(const Prepared& prepared, std::int64_t seq) {
    Uuid id = new_uuid7(store_->clock());
    database()
        .statement(
            "INSERT INTO registration (project, domain, name, seq, id, version, source, source_path, "
            "descriptions, git, registered_us, registered_by) "
            "VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)")
        .bind(scope_.project, scope_.domain, prepared.name(), seq, id, prepared.version, prepared.source,
              absolute_path(prepared.request->path), prepared.descriptions, prepared.git, now_us_,
              current_user())
        .run();
    Json data = Json::object();
    data.add("id", id.text());
    data.add("name", prepared.name());
    data.add("seq", seq);
    data.add("version", prepared.version.hex());
    append(EventType::registration_added, data);
  }

  void append(EventType type, const Json& data) {
    EventWriter(database()).append(domain_stream(scope_.project, scope_.domain), type, now_us_, data);
  }

  Store* store_;
  Scope scope_;
  std::string label_;
  Apply apply_;
  std::int64_t now_us_;
};

}  // namespace

std::vector<RegistrationOutcome> register_definitions(Store& store, const Scope& scope,
                                                      const std::vector<RegistrationRequest>& requests,
                                                      const std::string& label, Apply apply) {
  if (!label.empty()) require_label_grammar(label);
  require_scope(store.database(), scope);
  std::vector<Prepared> all;
  for (const RegistrationRequest& request : requests) {
    all.push_back(prepare(request));
    if (apply == Apply::yes) take_blobs(store.blobs(), all.back());
  }
  store.blobs().sync();
  Transaction transaction(store.database(),
                          apply == Apply::yes ? Transaction::Mode::write : Transaction::Mode::read);
  Registrar registrar(store, scope, label, apply);
  std::vector<RegistrationOutcome> outcomes;
  for (const Prepared& prepared : all) outcomes.push_back(registrar.add(prepared));
  transaction.commit();
  return outcomes;
}

}  // namespace wf
