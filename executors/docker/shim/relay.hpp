// Says on the container's own stdout what an attempt writes into its logs, for an engine that shares no files
// with wf.
#pragma once
#include <cstdint>

#include "executors/docker/shim/relay_format.hpp"

namespace wf::shim {

class Relay {
 public:
  // A process of its own from here on, which nothing but SIGKILL ends; the logs must be there.
  explicit Relay(const char* const* logs);
  // When nobody writes there any more and that process is gone: what is left, as far as somebody takes it at
  // once.
  void finish();

 private:
  struct Progress {
    std::uint64_t told[k_logs] = {};  // bytes of each log
  };
  bool tell(int log);
  void tell_all();
  [[noreturn]] void follow();

  const char* const* logs_;
  Progress* progress_ = nullptr;  // shared with that process; nullptr: nothing is told
};

}  // namespace wf::shim
