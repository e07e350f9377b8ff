// A folder for stores that are wanted for the length of one command.
#pragma once
#include <memory>
#include <optional>
#include <string>

#include "cli/context.hpp"
#include "core/base/event_loop.hpp"
#include "core/base/file.hpp"

namespace wf::cli {

// Made below TMPDIR, and removed with all that is in it. Made before the process forks: the keeper removes it
// when the driver could not, and where both were killed the next one that is made does, with the processes
// whose temporary files would be in it. Signals that end a command are held back from then on.
class ScratchFolder {
 public:
  ScratchFolder();
  ScratchFolder(const ScratchFolder&) = delete;
  ScratchFolder& operator=(const ScratchFolder&) = delete;
  ~ScratchFolder() { remove(); }
  void remove() const;
  const std::string& path() const { return path_; }
  // The one that a path leads through; nullopt: none.
  static std::optional<std::string> around(const std::string& path);
  // Whether a path is that of one whose command has gone.
  static bool is_abandoned(const std::string& path);

  // A new store with that name in it; the second has the scope of the command.
  std::unique_ptr<Store> make_empty_store(const Context& context, const std::string& name) const;
  std::unique_ptr<Store> make_store(const Context& context, const std::string& name) const;

 private:
  SignalBlock block_;
  std::string path_;
  Fd lock_;  // on the folder, as long as a process of this command lives
};

}  // namespace wf::cli
