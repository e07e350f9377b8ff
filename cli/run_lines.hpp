// What executions wait for in the lines of pools, and a run beside others of its workflow, in the words in
// which every command says it.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/catalog/runs.hpp"
#include "core/lineage/explanation.hpp"
#include "core/store/store.hpp"

namespace wf::cli {

// Something that stands in a line; run_itself() for the run. Of several pools the first that lacks tokens
// counts.
struct Standing {
  NodePath path;
  std::int64_t asked_us = 0;
  std::string why;  // "waits for …"
};
std::vector<Standing> read_lines(Store& store, const RunKey& run);

// As in lineage, with what keeps in a line what has not begun.
RunExplanation explain_in_line(Store& store, const RunKey& run, const std::optional<NodePath>& node);
RunGaps find_gaps_in_line(Store& store, const RunKey& run);
// Nodes of the run as they are now, where the record has what they waited for when they paused.
void note_pauses(const RunGaps& gaps, std::vector<NodeInfo>& nodes);

}  // namespace wf::cli
