// What a task leaves for people to look at in the report of its run: files in $WF_OUTPUTS/_report/.
#pragma once
#include <string>
#include <vector>

#include "core/engine/records.hpp"

namespace wf {

// By name; none where `folder` is no folder. Files that are too large, too many or of no kind that a report
// shows are left out with a word of why, and so is what cannot be read: a report fails no task. Of many that
// are left out the last item says how many more there are. Throws Error when the store cannot take them.
std::vector<ReportFile> collect_report(const std::string& folder, BlobStore& blobs);

}  // namespace wf
