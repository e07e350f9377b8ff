// What the drivers of a store have of one machine, so that the attempts of all their runs fit into it
// together.
//
// A driver keeps a slot of STORE/room, and a record lock of POSIX (fcntl(2)) on it: both count as long as it
// lives, and there is nothing to tidy up after one that dies. Who finds too little asks to be served next, by
// a ticket: what it lacks nobody who came later takes, so it gets its turn.
#pragma once
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "core/base/file.hpp"
#include "core/base/touch_watch.hpp"
#include "core/engine/capacity.hpp"

namespace wf {

class MachineRoom {
 public:
  // For a process that drives a run, of which there is one: locks belong to the process. Where drivers of
  // another machine share the store they are not counted, and this one is not seen by them.
  explicit MachineRoom(const std::string& store_path);

  // nullopt: others have it, or were before; this is served when its turn comes. Who waits asks for nothing
  // else meanwhile, but by stop_waiting(). `total` is what all attempts of the machine may have, as this run
  // was told; `choose` gets the graphics processors of others, and says which ones it takes. What of the disk
  // is taken is seen there, and not counted here.
  std::optional<GpuSet> take(const ResourceAmounts& requests, const ResourceAmounts& total,
                             const std::function<GpuSet(const GpuSet& elsewhere)>& choose);
  void give_back(const ResourceAmounts& requests, const GpuSet& gpus);
  // It asks for nothing any more. Costs nothing where it did not wait.
  void stop_waiting();

  // Readable when something was given back, or a driver ended; clear_watch() makes it wait for the next time.
  int watch();
  void clear_watch();

 private:
  struct Slot {
    std::int64_t ticket = 0;  // 0: it does not wait
    ResourceAmounts wanted{};
    ResourceAmounts held{};
    GpuSet gpus{};
  };
  struct Header;

  void claim_slot();
  std::vector<Slot> read_others();
  void write_slot();
  void wait_for(const ResourceAmounts& requests);
  void announce(const std::vector<Slot>& others);
  bool may_take(const ResourceAmounts& requests, const ResourceAmounts& total,
                const std::vector<Slot>& others) const;

  std::string path_;
  Fd file_;  // the only one of this process: closing another would drop its locks
  std::optional<TouchWatch> watch_;
  bool is_shared_ = true;
  std::int64_t place_ = 0;  // of its slot
  Slot mine_;
};

}  // namespace wf
