// Diagnostics as SARIF 2.1.0, the format of static analysis that editors and CI services read.
#pragma once
#include <vector>

#include "core/base/json.hpp"
#include "core/definition/diagnostic.hpp"

namespace wf::cli {

// One log with one run: a rule for each code that was met, with its help text, and a result for each
// diagnostic. Columns count code points. A replacement that is sure becomes a fix.
Json sarif_log(const std::vector<Diagnostic>& diagnostics);

}  // namespace wf::cli
