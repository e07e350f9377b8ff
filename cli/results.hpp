// The outputs of a run as files: `wf run --out DIR`.
#pragma once
#include <string>
#include <vector>

#include "core/definition/model.hpp"
#include "core/engine/records.hpp"

namespace wf::cli {

enum class Overwrite { never, force };

// Writes each file and folder output as DIR/<output name>, with the extension of the file the task wrote;
// collections as a folder of their own; and last DIR/outputs.json with all values, files by their path in
// DIR. What is there already with the same bytes stays; anything else there is refused before a byte is
// written (k_output_exists), unless forced.
void write_results(const std::string& folder, const Workflow& workflow,
                   const std::vector<OutputValue>& outputs, BlobStore& blobs, Overwrite overwrite);

// The outputs as JSON for people and scripts: files and folders as "sha256:…".
Json outputs_json(const std::vector<OutputValue>& outputs);

}  // namespace wf::cli
