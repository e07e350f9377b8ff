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

CacheLookup find_cached(Store& store, const Scope& scope, const Digest& key, std::size_t outputs,
                        VerifyDepth depth) {
  Statement& entry = store.database().statement(
      "SELECT artifact FROM cache_entry WHERE project = ?1 AND domain = ?2 AND key = ?3");
  entry.bind(scope.project, scope.domain, key);
  if (!entry.step()) {
    entry.reset();
    return {};
  }
  CachedResult result;
  result.artifact = entry.uuid(0);
  entry.reset();
  result.outputs = read_artifact(store.database(), scope, result.artifact);
  bool whole = result.outputs.size() == outputs && contents_present(store.blobs(), result.outputs, depth);
  if (!whole) return {std::nullopt, true};
  return {std::move(result), false};
}

}  // namespace wf
