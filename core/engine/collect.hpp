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

// How much there is to read in: little is done at once, since handing it to another thread would cost more.
enum class Amount { little, much };
Amount amount_to_collect(const Task& task, const std::string& attempt_folder);
Amount amount_of_logs(const std::string& attempt_folder);

}  // namespace wf
