// Registering definitions: versions by content, registrations beside them, one transaction for all.
#include <algorithm>

#include "core/base/file.hpp"
#include "core/registry/bundled_blob.hpp"
#include "core/registry/git.hpp"
#include "core/registry/label.hpp"
#include "core/registry/registrar.hpp"

namespace wf {

namespace {

// Used ones first; each once.
void collect_versions(const Workflow& workflow, const Digest& version, std::string body,
                      std::vector<NewVersion>& out) {
  bool known = std::any_of(out.begin(), out.end(), [&](const NewVersion& one) { return one.digest == version; });
  if (known) return;
  for (const auto& used : used_versions(workflow)) {
    if (used->workflow)
      collect_versions(*used->workflow, used->version, canonical_form(*used->workflow).canonical(), out);
  }
  out.push_back({version, std::move(body), &workflow});
}

}  // namespace

std::vector<NewVersion> versions_in(const Workflow& workflow, const Digest& version, std::string body) {
  std::vector<NewVersion> versions;
  collect_versions(workflow, version, std::move(body), versions);
  return versions;
}

namespace {

NewRegistration prepare(const RegistrationRequest& request, std::string& warning) {
  const Workflow& workflow = *request.definition->workflow;
  NewRegistration prepared;
  prepared.name = workflow.name;
  prepared.canonical = canonical_form(workflow);
  std::string body = prepared.canonical.canonical();
  prepared.version = version_digest(body);
  prepared.versions = versions_in(workflow, prepared.version, std::move(body));
  prepared.descriptions = descriptions_of(workflow).canonical();
  GitReading git = read_git(request.path);
  if (git.state) prepared.git = git.state->canonical();
  warning = git.warning;
  prepared.source_text = request.definition->source_text;
  prepared.source = sha256(prepared.source_text);
  prepared.source_path = absolute_path(request.path);
  return prepared;
}

void take_blobs(BlobStore& blobs, NewRegistration& prepared) {
  prepared.blobs.push_back(blobs.take_bytes(prepared.source_text));
  for (const NewVersion& version : prepared.versions) {
    for (const BundledFile& file : version.workflow->files) prepared.blobs.push_back(take_bundled(blobs, file));
  }
}

}  // namespace

std::vector<RegistrationOutcome> register_definitions(Store& store, const Scope& scope,
                                                      const std::vector<RegistrationRequest>& requests,
                                                      const std::string& label, Apply apply) {
  if (!label.empty()) require_label_grammar(label);
  require_scope(store.database(), scope);
  std::vector<NewRegistration> all;
  std::vector<RegistrationOutcome> outcomes;
  for (const RegistrationRequest& request : requests) {
    RegistrationOutcome& outcome = outcomes.emplace_back();
    all.push_back(prepare(request, outcome.warning));
    outcome.path = request.path;
    outcome.name = all.back().name;
    outcome.version = all.back().version;
    if (apply == Apply::yes) take_blobs(store.blobs(), all.back());
  }
  store.blobs().sync();
  Transaction transaction(store.database(),
                          apply == Apply::yes ? Transaction::Mode::write : Transaction::Mode::read);
  Registrar registrar(store, scope, apply);
  std::vector<std::string> labels;
  if (!label.empty()) labels.push_back(label);
  for (std::size_t i = 0; i < all.size(); ++i) {
    Registrar::Outcome outcome = registrar.add(all[i], labels);
    outcomes[i].seq = outcome.seq;
    outcomes[i].result = outcome.result;
  }
  transaction.commit();
  return outcomes;
}

}  // namespace wf
