#include "core/transfer/manifest.hpp"

#include <algorithm>

#include "core/base/text.hpp"
#include "core/transfer/codes.hpp"
#include "core/transfer/tables.hpp"

namespace wf::transfer {

namespace {

Json scope_json(const Scope& scope) {
  return Json::object().add("project", scope.project).add("domain", scope.domain);
}

[[noreturn]] void refuse(const std::string& path, const std::string& why) {
  throw Error(codes::k_bundle_refused, cat("the manifest of the bundle '", path, "' ", why),
              "nothing was taken from it; make the bundle again with 'wf export'");
}

class Parser {
 public:
  Parser(const Json& json, const std::string& path) : json_(json), path_(path) {}

  Manifest parse() {
    require_format();
    Manifest manifest;
    manifest.schema = number(json_, "schema");
    for (const Json& one : list("versions")) manifest.versions.push_back(version(one));
    for (const Json& one : list("runs")) manifest.runs.push_back(run(one));
    for (const Json& one : list("tables")) manifest.tables.push_back(table(one));
    for (const Json& one : list("blobs")) manifest.blobs.push_back(blob(one));
    require_order(manifest);
    return manifest;
  }

 private:
  void require_format() {
    const Json* format = json_.find("wf_bundle");
    if (format == nullptr || !format->is_int()) refuse(path_, "says no format");
    if (format->as_int() == k_bundle_format) return;
    throw Error(codes::k_bundle_newer,
                cat("the bundle '", path_, "' has format ", format->as_int(), ", and this wf knows format ",
                    k_bundle_format),
                "use the newer wf that wrote it");
  }

  const Json& member(const Json& of, std::string_view name) const {
    const Json* found = of.find(name);
    if (found == nullptr) refuse(path_, cat("lacks '", name, '\''));
    return *found;
  }
  const Json::Array& list(std::string_view name) const {
    const Json& found = member(json_, name);
    if (!found.is_array()) refuse(path_, cat("has a '", name, "' that is no list"));
    return found.as_array();
  }
  std::int64_t number(const Json& of, std::string_view name) const {
    const Json& found = member(of, name);
    if (!found.is_int() || found.as_int() < 0) refuse(path_, cat("has a '", name, "' that is no count"));
    return found.as_int();
  }
  std::string text(const Json& of, std::string_view name) const {
    const Json& found = member(of, name);
    if (!found.is_string()) refuse(path_, cat("has a '", name, "' that is no text"));
    return found.as_string();
  }
  Digest digest(const Json& of, std::string_view name) const {
    std::optional<Digest> found = Digest::parse(text(of, name));
    if (!found) refuse(path_, cat("has a '", name, "' that is no digest"));
    return *found;
  }

  ResolvedVersion version(const Json& one) const {
    return {{text(one, "project"), text(one, "domain")}, text(one, "name"), digest(one, "version"), 0};
  }
  RunKey run(const Json& one) const {
    std::optional<Uuid> id = Uuid::parse(text(one, "run"));
    if (!id) refuse(path_, "has a 'run' that is no id");
    return {text(one, "project"), text(one, "domain"), *id};
  }
  BundleTable table(const Json& one) const {
    return {text(one, "name"), number(one, "rows"), number(one, "size"), digest(one, "digest")};
  }
  BundleBlob blob(const Json& one) const {
    BundleBlob found{digest(one, "digest"), number(one, "size"), std::nullopt};
    if (one.find("freed_us") != nullptr) found.freed_us = number(one, "freed_us");
    return found;
  }

  // Each table once, and only those that a bundle has; blobs in the order of their digests, each once.
  void require_order(const Manifest& manifest) const {
    std::size_t at = 0;
    std::vector<std::string_view> known;
    for (const TableRule& rule : table_rules()) {
      if (rule.in_bundle) known.push_back(rule.table);
    }
    for (const BundleTable& table : manifest.tables) {
      while (at < known.size() && known[at] != table.name) ++at;
      if (at++ == known.size())
        refuse(path_, cat("has the rows '", escape_terminal(table.name),
                          "' twice, out of place, or not at all known"));
    }
    auto follows = [](const BundleBlob& one, const BundleBlob& next) { return !(one.digest < next.digest); };
    if (std::adjacent_find(manifest.blobs.begin(), manifest.blobs.end(), follows) != manifest.blobs.end())
      refuse(path_, "has a blob twice, or out of place");
  }

  const Json& json_;
  const std::string& path_;
};

Json parse_json(const std::string& text, const std::string& path) try {
  return Json::parse(text, "a manifest");
} catch (const Error& error) {
  refuse(path, cat("cannot be read: ", error.message()));
}

}  // namespace

std::string BundleTable::path() const { return cat("rows/", name, ".jsonl"); }
std::string BundleBlob::path() const { return cat("blobs/", digest.hex()); }

std::string render(const Manifest& manifest) {
  Json versions = Json::array();
  for (const ResolvedVersion& one : manifest.versions)
    versions.push(scope_json(one.scope).add("name", one.name).add("version", one.version.text()));
  Json runs = Json::array();
  for (const RunKey& one : manifest.runs)
    runs.push(scope_json({one.project, one.domain}).add("run", one.id.text()));
  Json tables = Json::array();
  for (const BundleTable& one : manifest.tables)
    tables.push(Json::object()
                    .add("name", one.name)
                    .add("rows", one.rows)
                    .add("size", one.size)
                    .add("digest", one.digest.text()));
  Json blobs = Json::array();
  for (const BundleBlob& one : manifest.blobs) {
    Json blob = Json::object().add("digest", one.digest.text()).add("size", one.size);
    if (one.freed_us) blob.add("freed_us", *one.freed_us);
    blobs.push(std::move(blob));
  }
  Json json = Json::object();
  json.add("wf_bundle", k_bundle_format).add("schema", manifest.schema);
  json.add("versions", std::move(versions)).add("runs", std::move(runs));
  json.add("tables", std::move(tables)).add("blobs", std::move(blobs));
  return json.pretty() + '\n';
}

Manifest parse_manifest(const std::string& text, const std::string& path) {
  return Parser(parse_json(text, path), path).parse();
}

std::int64_t schema_of(Database& database) {
  Statement& row = database.statement("SELECT user_version FROM pragma_user_version");
  row.bind();
  return *row_of(row, [](const Statement& one) { return one.integer(0); });
}

}  // namespace wf::transfer
