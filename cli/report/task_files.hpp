// What tasks left in $WF_OUTPUTS/_report/, as the report shows it: of each attempt its own; of an execution
// that was reused those of the attempt that made its result.
#pragma once
#include <string>
#include <vector>

#include "cli/report/account.hpp"
#include "core/catalog/report_files.hpp"

namespace wf::cli {

struct TaskFile {
  NodePath path;
  std::int64_t attempt = 0;
  std::string made_by;  // "RUN/NODE" of what was reused; else empty
  StoredReportFile file;
};

std::vector<TaskFile> task_files_of(Database& database, const RunAccount& account);

// {files, contents}: each file says which content shows it, or why none does. A content is a document for a
// frame that runs nothing, a data: URI, or plain text; equal ones stand there once, up to 24 MiB in all.
Json task_files_json(BlobStore& blobs, const std::vector<TaskFile>& files);

// Each file as FOLDER/NODE/ATTEMPT/NAME. Throws Error(k_output_exists) before anything is written when
// something is in the way.
void write_task_files(const std::string& folder, BlobStore& blobs, const std::vector<TaskFile>& files);

}  // namespace wf::cli
