// Folders of local attempts: RUN/ATTEMPT/ with work/ (the working folder, with in/ and out/), tmp/, stdout
// and stderr, and of one that has run for a while when it wrote them.
//
// Names are never reused. The folder of an attempt that succeeded and left nothing behind is renamed for the
// next attempt: creating three folders and two files for each of many small tasks would cost more than
// running them. Its small outputs are laid aside in RUN/aside and removed when the run has ended.
#pragma once
#include <cstdint>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/open_folder.hpp"
#include "core/base/text.hpp"
#include "core/base/worker_pool.hpp"

namespace wf {

class AttemptFolders {
 public:
  explicit AttemptFolders(std::string run_folder) : run_folder_(std::move(run_folder)) {}

  // A pristine folder of that name; its absolute path.
  std::string create(const std::string& attempt);
  // The attempt succeeded and everything in its folder is in the store: it is emptied for a coming attempt,
  // or removed when the task has changed its shape. On a thread of its own, since a commit ends many attempts
  // at once: doing it here would leave the slots idle.
  void recycle(const std::string& folder);
  // Removes the recycled folders; failed attempts keep theirs.
  void remove_spares();
  // Removes all of the run's folder, but for what its driver has to say.
  void remove_all();

 private:
  std::string take_spare();
  void empty_used();
  void make_spare(const std::string& folder);
  std::vector<std::string> take_all();
  bool restore(const std::string& path);
  bool empty(const OpenFolder& folder, const std::string& path, const std::vector<std::string>& kept);
  bool lay_aside(const OpenFolder& folder, const std::string& name);
  std::string aside_path() const { return cat(run_folder_, "/aside"); }

  std::string run_folder_;
  std::mutex mutex_;  // over the next three
  std::vector<std::string> used_;
  std::vector<std::string> spares_;
  bool emptying_ = false;
  std::optional<OpenFolder> aside_;  // the small outputs of attempts that are done with
  std::int64_t aside_count_ = 0;
  WorkerPool thread_{1};
};

}  // namespace wf
