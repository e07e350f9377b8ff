// UUIDs (RFC 9562).
#pragma once
#include <array>
#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "core/base/clock.hpp"

namespace wf {

struct Uuid {
  std::array<std::uint8_t, 16> bytes{};

  auto operator<=>(const Uuid&) const = default;
  std::string text() const;  // 8-4-4-4-12 lower-case hex
  std::string tail() const;  // the last 12 hex digits
  std::string_view view() const { return {reinterpret_cast<const char*>(bytes.data()), bytes.size()}; }

  static std::optional<Uuid> parse(std::string_view text);
  static std::optional<Uuid> from_bytes(std::string_view raw);
};

// Version 7: sorted by time; within one process strictly increasing even within a millisecond.
Uuid new_uuid7(const Clock& clock);
// The least id that new_uuid7 gives in the millisecond of that time.
Uuid first_uuid7(std::int64_t wall_us);
// `wall_us`, unless the id of version 7 is of another millisecond: then the beginning of that. So what is sorted
// by ids is sorted by these times, too, whatever the clock does.
std::int64_t time_in(const Uuid& id, std::int64_t wall_us);
// Version 4: random.
Uuid new_uuid4();

}  // namespace wf
