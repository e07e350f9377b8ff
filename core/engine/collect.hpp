// From what an attempt left on disk to typed outputs and bytes for the store. Touches no database; any thread
// may do it.
#pragma once
#include <string>
#include <variant>
#include <vector>

#include "core/base/error.hpp"
#include "core/engine/records.hpp"

namespace wf {

struct CollectedOutputs {
  std::vector<OutputValue> outputs;
  std::vector<NewBlob> blobs;
};

// Why the outputs are not what the task declared: missing, of another type, no regular file, or an _ERROR
// file.
struct InvalidOutput {
  ErrorCode code;
  std::string message;
};

// Nothing of the attempt may be running any more.
std::variant<CollectedOutputs, InvalidOutput> collect_outputs(const Task& task,
                                                              const std::string& attempt_folder,
                                                              BlobStore& blobs);
AttemptLogs collect_logs(const std::string& attempt_folder, BlobStore& blobs);

// Bytes below out/ and in the logs, to choose between collecting at once and on another thread.
std::int64_t bytes_to_collect(const Task& task, const std::string& attempt_folder);

}  // namespace wf
