// How commands reach the store that the user means.
#pragma once
#include <memory>
#include <optional>
#include <thread>

#include "cli/context.hpp"
#include "cli/scratch_folder.hpp"
#include "core/base/event_loop.hpp"
#include "core/registry/registry.hpp"
#include "core/store/store.hpp"

namespace wf::cli {

// Where the store of a command lies and what decided it ("--store", "WF_STORE", "found .wf here or above",
// "/etc/wf/config.yaml:3", "user data folder").
struct StoreLocation {
  std::string path;
  std::string reason;
};

// The store of this command. Where none exists yet and `access` is create, the user's own store is made; a
// store that was named but is absent is an error that says how to make it. A command that writes names its
// store on stderr (-v).
std::unique_ptr<Store> open_store(const Context& context, Access access);
// The store that is to take something in: it is made where there is none. What is only tried then is tried in
// one of `scratch`.
std::unique_ptr<Store> open_receiving_store(const Context& context, Apply apply,
                                            std::optional<ScratchFolder>& scratch);
StoreLocation locate_store(const Context& context);

// The store of this command for reading; where none exists yet, an empty one elsewhere, for as long as this.
class StoreToRead {
 public:
  explicit StoreToRead(const Context& context);
  ~StoreToRead();
  Store& store() { return *store_; }

 private:
  // Ends the command at a signal, which the folder holds back, and removes that before.
  void heed_signals();

  std::optional<ScratchFolder> scratch_;  // the empty one's
  std::optional<EventLoop> signals_;
  std::thread heeding_;
  std::unique_ptr<Store> store_;
};

}  // namespace wf::cli
