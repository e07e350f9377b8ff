#include "core/registry/promote.hpp"

#include <algorithm>

#include "core/base/text.hpp"
#include "core/registry/codes.hpp"
#include "core/registry/label.hpp"
#include "core/registry/lend.hpp"
#include "core/registry/registrar.hpp"
#include "core/registry/versions.hpp"

namespace wf {

namespace {

std::vector<std::string> wanted_labels(Database& database, const ResolvedVersion& from,
                                       const std::string& label, LabelsFollow follow) {
  std::vector<std::string> labels;
  if (follow == LabelsFollow::yes) {
    for (const LabelEntry& entry : list_labels(database, from.scope, from.name)) {
      if (entry.version == from.version) labels.push_back(entry.label);
    }
  }
  if (!label.empty()) labels.push_back(label);
  std::sort(labels.begin(), labels.end());
  labels.erase(std::unique(labels.begin(), labels.end()), labels.end());
  return labels;
}

}  // namespace

Promotion promote_version(Store& store, const ResolvedVersion& from, const Scope& to,
                          const std::string& label, LabelsFollow follow, Apply apply) {
  if (!label.empty()) require_label_grammar(label);
  require_scope(store.database(), to);
  if (from.scope.project == to.project && from.scope.domain == to.domain) {
    throw Error(codes::k_same_place, cat(from.name, " is in ", to.project, '/', to.domain, " already"),
                "name another domain with --to DOMAIN, or another project with --to PROJECT/DOMAIN");
  }
  Transaction transaction(store.database(),
                          apply == Apply::yes ? Transaction::Mode::write : Transaction::Mode::read);
  Promotion done;
  done.labels = wanted_labels(store.database(), from, label, follow);
  for (const std::string& one : done.labels)
    if (!find_label(store.database(), to, from.name, one)) ++done.new_labels;
  NewRegistration promoted = registration_again(store, from);
  promoted.promoted_from = find_registration(store.database(), from.scope, from.name, from.registration)->id;
  Registrar::Outcome outcome = Registrar(store, to, apply).add(promoted, done.labels);
  done.result = outcome.result;
  done.seq = outcome.seq;
  transaction.commit();
  return done;
}

}  // namespace wf
