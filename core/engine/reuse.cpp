#include "core/engine/reuse.hpp"

#include <algorithm>

#include "core/engine/run_writer.hpp"

namespace wf {

bool contents_present(BlobStore& blobs, const std::vector<OutputValue>& outputs, VerifyDepth depth) {
  auto present = [&](const Content& content) {
    BlobState state =
        content.directory ? blobs.verify_folder(content.digest, depth) : blobs.verify(content.digest, depth);
    return state == BlobState::present;
  };
  return std::all_of(outputs.begin(), outputs.end(), [&](const OutputValue& output) {
    std::vector<Content> contents = contents_of(output.type, output.value);
    return std::all_of(contents.begin(), contents.end(), present);
  });
}

namespace {

// Adds the output a row holds; false when it is none of the task's, or no value of its type.
bool add_output(std::vector<OutputValue>& found, const std::vector<Port>& outputs, std::string_view name,
                std::string_view value) {
  const Port* port = find_port(outputs, name);
  if (port == nullptr) return false;
  if (std::optional<Json> content = content_value_from_canonical_text(port->type, value)) {
    found.push_back({port->name, port->type, *std::move(content)});
    return true;
  }
  ValueResult result = value_from_canonical(port->type, Json::parse(value, "a cached value"));
  if (std::holds_alternative<ValueError>(result)) return false;
  found.push_back({port->name, port->type, std::get<Json>(std::move(result))});
  return true;
}

}  // namespace

CacheLookup find_cached(Store& store, const Scope& scope, const Digest& key, const std::vector<Port>& outputs,
                        VerifyDepth depth) {
  // One statement for both tables: with nothing else to do, a run is as fast as this.
  Statement& rows = store.database().statement(
      "SELECT e.artifact, e.run, d.name, d.value FROM cache_entry e LEFT JOIN artifact_data d ON d.project = "
      "?1 AND "
      "d.domain = ?2 AND d.artifact = e.artifact WHERE e.project = ?1 AND e.domain = ?2 AND e.key = ?3");
  ResetLater reset(rows);
  rows.bind(scope.project, scope.domain, key);
  CachedResult result;
  bool any = false;
  bool whole = true;
  while (rows.step()) {
    any = true;
    result.artifact = rows.uuid(0);
    result.producer = rows.uuid(1);
    if (!rows.is_null(2)) whole = whole && add_output(result.outputs, outputs, rows.text(2), rows.text(3));
  }
  if (!any) return {};
  whole = whole && result.outputs.size() == outputs.size() &&
          contents_present(store.blobs(), result.outputs, depth);
  if (!whole) return {std::nullopt, true};
  return {std::move(result), false};
}

}  // namespace wf
