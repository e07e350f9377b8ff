#include "core/registry/lend.hpp"

#include "core/base/file.hpp"
#include "core/base/text.hpp"
#include "core/definition/value.hpp"
#include "core/registry/bundled_blob.hpp"
#include "core/registry/scope.hpp"
#include "core/registry/versions.hpp"
#include "core/store/version.hpp"

namespace wf {

namespace {

void add_if_missing(Store& store, ScopeKind kind, const std::string& name) {
  for (const ScopeName& known : scope_names(store.database(), kind)) {
    if (known.name == name) return;
  }
  create_scope_entry(store, kind, name, "");
}

// Where the version is registered, in whichever place.
std::optional<ResolvedVersion> registration_of(Database& database, const Digest& version) {
  Statement& row = database.statement(
      "SELECT project, domain, name, seq FROM registration WHERE version = ?1 ORDER BY registered_us LIMIT "
      "1");
  row.bind(version);
  return row_of(row, [&](const Statement& one) {
    return ResolvedVersion{{one.string(0), one.string(1)}, one.string(2), version, one.integer(3)};
  });
}

}  // namespace

void add_scope(Store& store, const Scope& scope) {
  add_if_missing(store, ScopeKind::project, scope.project);
  add_if_missing(store, ScopeKind::domain, scope.domain);
}

NewRegistration registration_again(Store& store, const ResolvedVersion& found) {
  auto entry = find_registration(store.database(), found.scope, found.name, found.registration);
  NewRegistration again;
  again.name = found.name;
  again.canonical = version_body(store.database(), found.version);
  again.version = found.version;
  again.descriptions = entry->descriptions.canonical();
  if (!entry->git.is_null()) again.git = entry->git.canonical();
  again.source = entry->source;
  again.source_text = store.blobs().read(entry->source);
  again.source_path = entry->source_path;
  return again;
}

ResolvedVersion Lender::lend_version(const ResolvedVersion& found) {
  NewRegistration again = registration_again(from_, found);
  Workflow workflow = load_version(from_.database(), found.version);
  again.versions = versions_in(workflow, found.version, again.canonical.canonical());
  again.blobs.push_back(to_.blobs().take_bytes(again.source_text));
  for (const NewVersion& version : again.versions) {
    for (const BundledFile& file : version.workflow->files) copy_blob(file.digest, again.blobs);
  }
  to_.blobs().sync();
  add_scope(to_, found.scope);
  Transaction transaction(to_.database(), Transaction::Mode::write);
  Registrar::Outcome outcome = Registrar(to_, found.scope, Apply::yes).add(again, {});
  transaction.commit();
  return {found.scope, found.name, found.version, outcome.seq};
}

void Lender::lend_used(const Workflow& workflow) {
  for (const auto& used : used_versions(workflow)) {
    if (used->workflow)
      lend_used(*used->workflow);
    else if (auto found = registration_of(from_.database(), used->version))
      lend_version(*found);
  }
}

void Lender::lend_contents(const Type& type, const Json& value) {
  for (const Content& content : contents_of(type, value)) lend_blob(content.digest);
}

void Lender::lend_blob(const Digest& digest) {
  std::vector<NewBlob> copies;
  copy_blob(digest, copies);
  record(copies);
}

// A file goes from store to store by way of a temporary one: it may be larger than memory.
void Lender::copy_blob(const Digest& digest, std::vector<NewBlob>& copies) {
  if (from_.blobs().verify(digest, VerifyDepth::quick) == BlobState::missing) return;
  BlobLocks::Hold drafting = to_.blobs().locks().drafting();
  std::string path = cat(to_.path(), "/tmp/", digest.hex());
  from_.blobs().copy_to(digest, path, 0600);
  std::size_t own = copies.size();
  copies.push_back(to_.blobs().take_file(path));
  constexpr std::size_t k_head = 64;  // enough to tell a manifest
  std::string beginning = read_part(path, k_head, FilePart::beginning);
  std::vector<TreeEntry> entries;
  if (beginning.starts_with("wf-tree-1\n")) entries = folder_entries(read_file(path));
  remove_tree(path);
  for (const TreeEntry& entry : entries) {
    if (entry.type != 'd') copy_blob(entry.digest, copies);
  }
  copies[own].tree = std::move(entries);
}

void Lender::record(const std::vector<NewBlob>& copies) {
  to_.blobs().sync();
  Transaction transaction(to_.database(), Transaction::Mode::write);
  for (const NewBlob& blob : copies) to_.blobs().record(to_.database(), blob);
  transaction.commit();
}

}  // namespace wf
