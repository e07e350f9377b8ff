// The first file of a bundle: what it was made for, and the size and digest of all the others, in their
// order.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/base/json.hpp"
#include "core/catalog/run_lookup.hpp"
#include "core/registry/registry.hpp"

namespace wf::transfer {

inline constexpr std::string_view k_manifest_name = "manifest.json";
inline constexpr std::int64_t k_bundle_format = 1;

struct BundleTable {
  std::string name;
  std::int64_t rows = 0;
  std::int64_t size = 0;
  Digest digest;

  std::string path() const;  // "rows/NAME.jsonl"
};

struct BundleBlob {
  Digest digest;
  std::int64_t size = 0;
  std::optional<std::int64_t> freed_us;  // its bytes had been freed: there is no file

  std::string path() const;  // "blobs/HEX"
};

struct Manifest {
  std::int64_t schema = 0;                // of the store
  std::vector<ResolvedVersion> versions;  // that were asked for
  std::vector<RunKey> runs;               // likewise
  std::vector<BundleTable> tables;
  std::vector<BundleBlob> blobs;
};

std::string render(const Manifest& manifest);
// Throws Error(k_not_a_bundle), Error(k_bundle_newer), Error(k_bundle_refused).
Manifest parse_manifest(const std::string& text, const std::string& path);

std::int64_t schema_of(Database& database);

}  // namespace wf::transfer
