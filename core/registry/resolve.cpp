// References to versions: `[project/domain/]name@label|prefix|sha256:…|latest`.
#include "core/base/text.hpp"
#include "core/definition/name.hpp"
#include "core/registry/codes.hpp"
#include "core/registry/label.hpp"
#include "core/registry/named_reference.hpp"
#include "core/registry/versions.hpp"

namespace wf {

namespace {

constexpr ReferenceKind k_version_reference{
    "a version",
    "write NAME@LABEL, NAME@DIGEST or NAME@latest, with PROJECT/DOMAIN/ before it for another place", false};

struct Newest {
  Digest version;
  std::int64_t seq = 0;
};

std::optional<Newest> newest_of_name(Database& database, const NamedReference& parts) {
  Statement& row = database.statement(
      "SELECT version, seq FROM registration WHERE project = ?1 AND domain = ?2 AND name = ?3 "
      "ORDER BY registered_us DESC, id DESC LIMIT 1");
  ResetLater reset(row);
  if (!row.bind(parts.scope.project, parts.scope.domain, parts.name).step()) return std::nullopt;
  return Newest{row.digest(0), row.integer(1)};
}

std::int64_t newest_of_version(Database& database, const NamedReference& parts, const Digest& version) {
  Statement& row = database.statement(
      "SELECT seq FROM registration WHERE project = ?1 AND domain = ?2 AND name = ?3 AND version = ?4 "
      "ORDER BY registered_us DESC, id DESC LIMIT 1");
  ResetLater reset(row);
  return row.bind(parts.scope.project, parts.scope.domain, parts.name, version).step() ? row.integer(0) : 0;
}

[[noreturn]] void unknown_version(Database& database, const NamedReference& parts) {
  std::vector<std::string> labels{"latest"};
  for (const LabelEntry& entry : list_labels(database, parts.scope, parts.name))
    labels.push_back(entry.label);
  std::string hint = did_you_mean(parts.selector, labels);
  if (hint.empty()) hint = cat("after the '@' may stand ", join(labels, ", "));
  if (parts.selector.size() < k_shortest_digest_prefix) {
    hint += "\nthe beginning of a digest needs at least 8 hexadecimal digits";
  }
  throw Error(codes::k_unknown_version,
              cat(parts.name, " has no version '", escape_terminal(parts.selector), "' in ",
                  parts.scope.project, '/', parts.scope.domain),
              cat(hint, "\nsee 'wf version list ", parts.name, '\''));
}

Digest by_prefix(Database& database, const NamedReference& parts) {
  std::vector<Digest> found = beginning_with(versions_of(database, parts.scope, parts.name), parts.selector);
  if (found.empty()) unknown_version(database, parts);
  if (found.size() > 1) ambiguous_reference(parts, found, "versions");
  return found.front();
}

}  // namespace

ResolvedVersion resolve_version(Database& database, const Scope& scope, const std::string& reference) {
  NamedReference parts = parse_named_reference(scope, reference, k_version_reference);
  require_scope(database, parts.scope);
  auto newest = newest_of_name(database, parts);
  if (!newest) unknown_workflow(database, parts.scope, parts.name);
  if (parts.selector == "latest") return {parts.scope, parts.name, newest->version, newest->seq};
  auto labelled = find_label(database, parts.scope, parts.name, parts.selector);
  Digest version = labelled ? *labelled : by_prefix(database, parts);
  return {parts.scope, parts.name, version, newest_of_version(database, parts, version)};
}

}  // namespace wf
