#include "core/catalog/freed.hpp"

#include <algorithm>

#include "core/base/file.hpp"
#include "core/base/shell.hpp"
#include "core/base/text.hpp"
#include "core/base/time.hpp"
#include "core/catalog/catalog.hpp"
#include "core/catalog/reference.hpp"
#include "core/store/codes.hpp"

namespace wf {

std::optional<std::int64_t> freed_us(BlobStore& blobs, const Content& content) {
  return content.directory ? blobs.folder_freed_us(content.digest) : blobs.freed_us(content.digest);
}

std::optional<std::int64_t> freed_us(BlobStore& blobs, const Type& type, const Json& value) {
  std::optional<std::int64_t> latest;
  for (const Content& content : contents_of(type, value)) latest = std::max(latest, freed_us(blobs, content));
  return latest;
}

std::optional<std::int64_t> artifact_freed_us(Store& store, const std::string& project,
                                              const std::string& domain, const Uuid& artifact) {
  std::optional<Artifact> found = find_artifact(store.database(), project, domain, artifact);
  if (!found) return std::nullopt;
  std::optional<std::int64_t> latest;
  for (const ArtifactData& data : data_of(store.database(), *found)) {
    std::variant<Type, TypeError> type = parse_type(data.type);
    if (!std::holds_alternative<Type>(type)) continue;
    latest = std::max(latest, freed_us(store.blobs(), std::get<Type>(type), data.value));
  }
  return latest;
}

void require_kept(BlobStore& blobs, const Content& content) {
  std::optional<std::int64_t> at = freed_us(blobs, content);
  if (!at) return;
  throw Error(codes::k_blob_freed,
              cat(content.directory ? "the folder " : "the file ", content.digest.text(), " was freed on ",
                  date_of(*at)),
              cat("'wf lineage show ", content.digest.text(), "' says what made it; make it again first"));
}

namespace {

bool is_freed(BlobStore& blobs, std::string_view type, std::string_view value) {
  std::variant<Type, TypeError> parsed = parse_type(type);
  const Type* known = std::get_if<Type>(&parsed);
  return known != nullptr && known->has_content() && freed_us(blobs, *known, Json::parse(value, "an input"));
}

// How an input is given again.
struct InputWord {
  std::string word;   // -i NAME=…
  std::string wants;  // what has to be done before: nothing is left of it
};

InputWord input_word(Store& store, const RunKey& run, const Statement& row) {
  const std::string name = row.string(0);
  const std::string lead = cat(" -i ", name, "=");
  if (!is_freed(store.blobs(), row.text(1), row.text(2)))
    return {cat(lead, "wf:", run.project, "/", run.domain, "/", run.id.text(), "/inputs/", name), ""};
  if (!row.is_null(3) && exists(row.string(3))) return {lead + shell_quoted(row.string(3)), ""};
  if (row.is_null(4)) return {cat(lead, "…"), cat("the input '", name, "' was freed, too: give it anew")};
  const DataReference source{{},
                             row.string(4),
                             row.string(5),
                             row.uuid(6).text(),
                             {row.string(7), row.optional_integer(8).value_or(-1)},
                             row.string(9)};
  return {lead + source.text(),
          cat("the input '", name, "' was freed, too; how that is made again: wf artifact get ",
              shell_quoted(source.text()))};
}

}  // namespace

std::string remake_hint(Store& store, const RunKey& run) {
  Database& database = store.database();
  Statement& version =
      database.statement("SELECT workflow, version FROM run WHERE project = ?1 AND domain = ?2 AND id = ?3");
  version.bind(run.project, run.domain, run.id);
  std::string command = row_of(version, [](const Statement& row) {
                          return cat("wf run ", row.text(0), "@", row.digest(1).short_hex());
                        }).value_or("wf run");
  Statement& inputs = database.statement(
      "SELECT name, type, value, origin, source_project, source_domain, source_run, source_node, "
      "source_element, source_output FROM run_input WHERE project = ?1 AND domain = ?2 AND run = ?3 ORDER BY "
      "name");
  inputs.bind(run.project, run.domain, run.id);
  std::string wants;
  for (const InputWord& input :
       rows_of(inputs, [&](const Statement& row) { return input_word(store, run, row); })) {
    command += input.word;
    if (!input.wants.empty()) wants += cat("; ", input.wants);
  }
  return cat("to make it again: '", command, "'", wants);
}

}  // namespace wf
