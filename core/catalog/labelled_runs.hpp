// The runs that have a label, as a search for what they made goes through them.
#pragma once
#include <algorithm>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/uuid.hpp"
#include "core/store/database.hpp"

namespace wf {

struct LabelledRun {
  Uuid id;
  std::optional<std::int64_t> ended_us;  // nullopt: it goes on
};

class LabelledRuns {
 public:
  // `label` is KEY=TEXT.
  LabelledRuns(Database& database, const std::string& project, const std::string& domain,
               std::string_view label);

  const std::vector<LabelledRun>& by_id() const { return runs_; }
  bool contains(const Uuid& run) const {
    return std::binary_search(
        runs_.begin(), runs_.end(), LabelledRun{run, {}},
        [](const LabelledRun& one, const LabelledRun& other) { return one.id < other.id; });
  }

 private:
  std::vector<LabelledRun> runs_;
};

// Whether the run can have made something between these times. Clocks may have been set back meanwhile, by
// less than an hour.
bool may_have_made(const LabelledRun& run, std::int64_t since_us, std::int64_t until_us);

}  // namespace wf
