// The room of a machine for one that shares it with the drivers of all runs, and hears when there is more of
// it.
#pragma once
#include <functional>
#include <optional>
#include <string>

#include "core/base/event_loop.hpp"
#include "core/engine/machine_room.hpp"

namespace wf {

// Whether this process is part of what an attempt of a run does: it lives in the room of that.
bool is_inside_attempt();

class SharedRoom {
 public:
  // `changed` is called on the loop, which must outlive this: others have given some back, or may have.
  SharedRoom(std::string store_path, EventLoop& loop, std::function<void()> changed);
  SharedRoom(const SharedRoom&) = delete;
  SharedRoom& operator=(const SharedRoom&) = delete;
  ~SharedRoom();

  // As in MachineRoom; of what others have nothing is known before the first take().
  std::optional<GpuSet> take(const ResourceAmounts& requests, const ResourceAmounts& total,
                             const std::function<GpuSet(const GpuSet& elsewhere)>& choose);
  void give_back(const ResourceAmounts& requests, const GpuSet& gpus);
  void stop_waiting();

 private:
  MachineRoom& room();
  void look_later();

  std::string store_path_;
  EventLoop& loop_;
  std::function<void()> changed_;
  std::optional<MachineRoom> room_;
  bool hears_ = false;
  TimerId timer_;
};

}  // namespace wf
