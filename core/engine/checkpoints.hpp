// What an execution keeps from one attempt to the next: a folder RUN/checkpoints/<what it is made of>/, which only its
// task writes to. It goes when the execution has succeeded.
#pragma once
#include <string>
#include <vector>

#include "core/base/digest.hpp"
#include "core/base/uuid.hpp"

namespace wf {

class Checkpoints {
 public:
  // Below `runs_folder`, in the run's own folder. `earlier`: the runs that this one recovers, the newest first.
  Checkpoints(std::string runs_folder, const Uuid& run, std::vector<Uuid> earlier);

  // The folder for this work, which is the digest of all that a result comes of; there it is made. Where this run has
  // none yet, the newest that earlier runs have left is copied, so that each run goes on with its own; `fresh`: it
  // begins with nothing. Files, folders and symbolic links are copied; all else is left out.
  enum class Begin { with_earlier, fresh };
  std::string folder_of(const Digest& work, Begin begin) const;
  // The path that folder_of() gives, whatever is there.
  std::string path_of(const Digest& work) const;

 private:
  std::string path_in(const Uuid& run, const Digest& work) const;

  std::string runs_folder_;
  Uuid run_;
  std::vector<Uuid> earlier_;
};

}  // namespace wf
