// Bundles: a part of a store in one file, to be taken into another store.
//
// A tar file of manifest.json, rows/TABLE.jsonl for each table, blobs/HEX for each blob. What is derived from
// other parts is not in it, nor what is of the store it comes from alone; numbers that each store gives by
// itself are counted anew. So the same things give the same bytes, whichever store they come from.
#pragma once
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "core/transfer/take.hpp"

namespace wf {

struct ExportRequest {
  std::vector<ResolvedVersion> versions;
  std::vector<RunKey> runs;
};

struct Exported {
  std::vector<RunKey> runs;  // with those that they rest on
  std::map<std::string, std::int64_t, std::less<>> rows;
  std::int64_t blobs = 0;
  std::int64_t bytes = 0;  // of blobs
  std::int64_t freed = 0;  // blobs whose bytes are gone
  std::int64_t size = 0;   // of the file; 0 in a dry run
  Digest digest;           // likewise
  bool written = false;    // false: the file was there, and is the same
};

enum class Overwrite { no, yes };

// The file appears whole or not at all. Throws Error(k_run_not_ended), Error(k_bundle_exists).
Exported export_bundle(Store& from, const ExportRequest& request, const std::string& path,
                       Overwrite overwrite, Apply apply);

struct Imported {
  ExportRequest asked;  // what the bundle was made for
  Transfer transfer;
};

// Verifies all of it before any of it can be seen.
Imported import_bundle(const std::string& path, Store& to, OnConflict on_conflict, Apply apply);

}  // namespace wf
