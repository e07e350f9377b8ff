// Results whose bytes a collection of garbage has freed: everything about them is known but the bytes.
#pragma once
#include <optional>
#include <string>

#include "core/catalog/run_lookup.hpp"
#include "core/definition/value.hpp"
#include "core/store/store.hpp"

namespace wf {

// When bytes of the file or folder were freed, in microseconds since 1970; nullopt: none were.
std::optional<std::int64_t> freed_us(BlobStore& blobs, const Content& content);
// Of anything in a value.
std::optional<std::int64_t> freed_us(BlobStore& blobs, const Type& type, const Json& value);

// Of anything that the artifact holds.
std::optional<std::int64_t> artifact_freed_us(Store& store, const std::string& project,
                                              const std::string& domain, const Uuid& artifact);

// Throws Error(k_blob_freed) for a file or folder that was.
void require_kept(BlobStore& blobs, const Content& content);

// How what the run made is made again: by its version, with the inputs it had. An input whose bytes were
// freed, too, is read again where it was read; one of which there is nothing left has to be given anew.
std::string remake_hint(Store& store, const RunKey& run);

}  // namespace wf
