// A driver that goes on without its caller: in a session of its own, deaf to hang-ups, with nothing of the
// caller's terminal open.
//
// The caller waits until the run is registered and claimed. What goes wrong before that goes to it, with its
// exit status; a signal that the caller gets before that goes to the driver.
#pragma once
#include <functional>
#include <string>

#include "core/base/error.hpp"
#include "core/base/file.hpp"
#include "executors/local/keeper.hpp"

namespace wf::cli {

class Detachment {
 public:
  explicit Detachment(Fd caller) : caller_(std::move(caller)) {}

  // For the driver, once it has the run: the caller prints `answer` and ends. What is said from now on goes
  // to the file `log`, which is appended to.
  void leave(const std::string& answer, const std::string& log);
  // For who has nothing to tell the caller.
  void hush();
  // For the keeper, which has nothing to say at all.
  void let_go();

 private:
  Fd caller_;
};

// Runs `driver` under a keeper of its own. Returns in the caller once the driver has left or ended, with ok
// or the driver's exit code, and in the keeper as run_kept() does.
int run_detached(const std::function<int(KeeperLink&, Detachment&)>& driver);

}  // namespace wf::cli
