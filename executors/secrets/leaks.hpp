// What a task with secrets leaves on disk.
#pragma once
#include <atomic>
#include <string>
#include <vector>

#include "core/secrets/mask.hpp"

namespace wf {

// Removes every file and link below the folder, and every folder in it, whose content, target or path in the
// folder has the value of a secret in it; links are not followed. What cannot be searched is removed as well,
// and so is all that is left once `stop` is true. The paths of what has a value, in the folder, with that
// masked.
std::vector<std::string> remove_leaks(const std::string& folder, const Mask& mask,
                                      const std::atomic<bool>& stop);

// An attempt that may leave some is marked until it has been searched: what a driver did not come to search,
// since it was killed, is removed unseen, but for the logs.
void mark_unsearched(const std::string& attempt_folder);
void unmark_searched(const std::string& attempt_folder);
void remove_unsearched(const std::string& run_folder);

// So is the checkpoint that it has written to; but that is for the next attempt, which may search it. Once
// the run has ended there is none, and what is still marked is removed unseen.
void mark_unsearched_checkpoint(const std::string& checkpoint);
void unmark_searched_checkpoint(const std::string& checkpoint);
void remove_unsearched_checkpoints(const std::string& run_folder);

}  // namespace wf
