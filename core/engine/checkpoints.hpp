// What an execution keeps from one attempt to the next: a folder RUN/checkpoints/<what it is made of>/, which only its
// task writes to. It goes when the execution has succeeded.
#pragma once
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "core/base/digest.hpp"
#include "core/base/uuid.hpp"

namespace wf {

class Checkpoints {
 public:
  // Below `runs_folder`, in the run's own folder. `earlier`: the runs that this one recovers, the newest first.
  Checkpoints(std::string runs_folder, const Uuid& run, std::vector<Uuid> earlier);

  // The folder for this work, which is the digest of all that a result comes of, whether it is there or not.
  std::string path_of(const Digest& work) const;
  // Where this run has none yet, the newest that the `newest` first of the earlier runs have left: to be
  // taken, so that each run goes on with its own.
  std::optional<std::string> left_by_others(const Digest& work, std::size_t newest) const;
  // Copies what is left to `path`, as copy_tree() does and throws; from any thread.
  static void take(const std::string& left, const std::string& path, const std::stop_token& stop);

 private:
  std::string path_in(const Uuid& run, const Digest& work) const;

  std::string runs_folder_;
  Uuid run_;
  std::vector<Uuid> earlier_;
};

}  // namespace wf
