// What came from elsewhere, as events in this store's own streams.
#pragma once
#include <optional>

#include "core/store/event_log.hpp"
#include "core/store/store.hpp"
#include "core/transfer/rows.hpp"

namespace wf::transfer {

class Notes {
 public:
  // Inside a write transaction of the store, and not longer.
  explicit Notes(Store& store);

  // Of a row that was added to project, domain, pool, registration, label, launch_plan_registration,
  // launch_plan_activation, tag or pin.
  void note(const Shape& shape, const Row& row);
  void note_version(const Shape& registration, const Row& row);
  // A stream is here up to this event, and no further event of it is vouched for.
  void note_stream(const std::string& stream, const StreamHead& head, const std::optional<Uuid>& store);

 private:
  void append_in_place(const Shape& shape, const Row& row, EventType type, const Json& data);

  EventWriter events_;
  std::int64_t now_us_;
};

}  // namespace wf::transfer
