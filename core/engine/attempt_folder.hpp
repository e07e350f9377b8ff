// Folders of local attempts: RUN/ATTEMPT/ with work/ (the working folder, with in/ and out/), tmp/, stdout
// and stderr.
//
// Names are never reused. The folder of an attempt that succeeded and left nothing behind is renamed for the
// next attempt: creating three folders and two files for each of many small tasks would cost more than
// running them (and deleting them slows down every later creation on ext4).
#pragma once
#include <string>
#include <vector>

namespace wf {

class AttemptFolders {
 public:
  explicit AttemptFolders(std::string run_folder) : run_folder_(std::move(run_folder)) {}

  // A pristine folder of that name; its absolute path.
  std::string create(const std::string& attempt);
  // The attempt succeeded and everything in its folder is in the store: emptied, and kept for the next one
  // unless the task has changed its shape.
  void recycle(const std::string& folder);
  // Removes the spare folders; failed attempts keep theirs.
  void remove_spares();
  // Removes all of the run's folder.
  void remove_all();

 private:
  std::string run_folder_;
  std::vector<std::string> spares_;
};

}  // namespace wf
