// References to versions: `[project/domain/]name@label|prefix|sha256:…|latest`.
#include "core/base/text.hpp"
#include "core/registry/codes.hpp"
#include "core/registry/label.hpp"
#include "core/registry/versions.hpp"

namespace wf {

namespace {

struct Parts {
  Scope scope;
  std::string name;
  std::string selector;
};

[[noreturn]] void malformed(const std::string& reference, std::string_view why) {
  throw Error(
      codes::k_bad_version_reference,
      cat('\'', escape_terminal(reference), "' is no reference to a version: ", why),
      "write NAME@LABEL, NAME@DIGEST or NAME@latest, with PROJECT/DOMAIN/ before it for another place");
}

Parts parse(const Scope& scope, const std::string& reference) {
  std::size_t at = reference.find('@');
  if (at == std::string::npos) malformed(reference, "it has no '@'");
  Parts parts{scope, reference.substr(0, at), reference.substr(at + 1)};
  if (parts.name.find_first_of("#:") != std::string::npos) {
    malformed(reference, "tasks (name#task) and plans (plan:name) cannot be named here yet");
  }
  std::vector<std::string_view> steps = split(parts.name, '/');
  if (steps.size() == 3) {
    parts.scope = {std::string(steps[0]), std::string(steps[1])};
    parts.name = std::string(steps[2]);
  } else if (steps.size() != 1) {
    malformed(reference, "before the name stands a project and a domain, or nothing");
  }
  if (parts.name.empty()) malformed(reference, "the name is missing");
  if (parts.selector.empty()) malformed(reference, "nothing follows the '@'");
  return parts;
}

struct Newest {
  Digest version;
  std::int64_t seq = 0;
};

std::optional<Newest> newest_of_name(Database& database, const Parts& parts) {
  Statement& row = database.statement(
      "SELECT version, seq FROM registration WHERE project = ?1 AND domain = ?2 AND name = ?3 "
      "ORDER BY seq DESC LIMIT 1");
  ResetLater reset(row);
  if (!row.bind(parts.scope.project, parts.scope.domain, parts.name).step()) return std::nullopt;
  return Newest{row.digest(0), row.integer(1)};
}

std::int64_t newest_of_version(Database& database, const Parts& parts, const Digest& version) {
  Statement& row = database.statement(
      "SELECT max(seq) FROM registration WHERE project = ?1 AND domain = ?2 AND name = ?3 AND version = ?4");
  ResetLater reset(row);
  return row.bind(parts.scope.project, parts.scope.domain, parts.name, version).step() ? row.integer(0) : 0;
}

[[noreturn]] void unknown_version(Database& database, const Parts& parts) {
  std::vector<std::string> labels{"latest"};
  for (const LabelEntry& entry : list_labels(database, parts.scope, parts.name))
    labels.push_back(entry.label);
  std::string hint = did_you_mean(parts.selector, labels);
  if (hint.empty()) hint = cat("after the '@' may stand ", join(labels, ", "));
  if (parts.selector.size() < k_shortest_prefix) {
    hint += "\nthe beginning of a digest needs at least 8 hexadecimal digits";
  }
  throw Error(codes::k_unknown_version,
              cat(parts.name, " has no version '", escape_terminal(parts.selector), "' in ",
                  parts.scope.project, '/', parts.scope.domain),
              cat(hint, "\nsee 'wf version list ", parts.name, '\''));
}

Digest by_prefix(Database& database, const Parts& parts) {
  std::string prefix = parts.selector;
  if (prefix.starts_with("sha256:")) prefix.erase(0, 7);
  if (!is_version_prefix(prefix)) unknown_version(database, parts);
  for (char& c : prefix) c = static_cast<char>(c | 0x20);  // hex digits only: letters become lower case
  std::vector<Digest> found;
  for (const Digest& version : versions_of(database, parts.scope, parts.name)) {
    if (version.hex().starts_with(prefix)) found.push_back(version);
  }
  if (found.empty()) unknown_version(database, parts);
  if (found.size() == 1) return found.front();
  std::vector<std::string> candidates;
  for (const Digest& version : found) candidates.push_back(cat(parts.name, '@', version.hex()));
  throw Error(codes::k_ambiguous_version,
              cat(parts.name, '@', parts.selector, " may be any of ", found.size(), " versions"),
              cat("write more digits: ", join(candidates, ", ")));
}

}  // namespace

bool is_version_reference(std::string_view argument) {
  return argument.find('@') != std::string_view::npos && !argument.starts_with("./") &&
         !argument.starts_with("../") && !argument.starts_with('/');
}

ResolvedVersion resolve_version(Database& database, const Scope& scope, const std::string& reference) {
  Parts parts = parse(scope, reference);
  require_scope(database, parts.scope);
  auto newest = newest_of_name(database, parts);
  if (!newest) unknown_workflow(database, parts.scope, parts.name);
  if (parts.selector == "latest") return {parts.scope, parts.name, newest->version, newest->seq};
  auto labelled = find_label(database, parts.scope, parts.name, parts.selector);
  Digest version = labelled ? *labelled : by_prefix(database, parts);
  return {parts.scope, parts.name, version, newest_of_version(database, parts, version)};
}

}  // namespace wf
