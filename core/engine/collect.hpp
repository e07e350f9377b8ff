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

// Whether what went wrong with files is the doing of the task that they are of: then it fails alone, and not
// its run.
bool is_of_the_task(const Error& error);

// Nothing of the attempt may be running any more. What lies behind a link that it has put in the way is not
// its own.
std::variant<CollectedOutputs, InvalidOutput> collect_outputs(const Task& task,
                                                              const std::string& attempt_folder,
                                                              BlobStore& blobs);
AttemptLogs collect_logs(const std::string& attempt_folder, BlobStore& blobs);

// How much there is to read in: little is done at once, since handing it to another thread would cost more.
enum class Amount { little, much };
Amount amount_to_collect(const Task& task, const std::string& attempt_folder);
Amount amount_of_logs(const std::string& attempt_folder);

}  // namespace wf
