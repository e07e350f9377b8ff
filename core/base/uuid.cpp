#include "core/base/uuid.hpp"

#include <sys/random.h>

#include <algorithm>
#include <mutex>

#include "core/base/codes.hpp"
#include "core/base/digest.hpp"
#include "core/base/text.hpp"

namespace wf {

namespace {

void fill_random(std::uint8_t* out, std::size_t size) {
  if (getrandom(out, size, 0) != static_cast<ssize_t>(size)) {
    throw Error(codes::k_system_call, "the kernel gave no random bytes");
  }
}

void set_version(Uuid& id, unsigned version) {
  id.bytes[6] = static_cast<std::uint8_t>((id.bytes[6] & 0x0fU) | (version << 4U));
  id.bytes[8] = static_cast<std::uint8_t>((id.bytes[8] & 0x3fU) | 0x80U);
}

void set_time(Uuid& id, std::int64_t ms) {
  for (std::size_t i = 0; i < 6; ++i) {
    id.bytes[i] = static_cast<std::uint8_t>((ms >> (40 - 8 * static_cast<int>(i))) & 0xff);
  }
}

}  // namespace

std::string Uuid::text() const {
  auto hex = [&](std::size_t at, std::size_t count) { return to_hex(view().substr(at, count)); };
  return cat(hex(0, 4), '-', hex(4, 2), '-', hex(6, 2), '-', hex(8, 2), '-', hex(10, 6));
}

std::string Uuid::tail() const { return to_hex(view().substr(10)); }

std::optional<Uuid> Uuid::parse(std::string_view text) {
  constexpr std::array<std::size_t, 4> k_dashes{8, 13, 18, 23};
  if (text.size() != 36) return std::nullopt;
  std::string hex;
  for (std::size_t i = 0; i < text.size(); ++i) {
    bool dash = i == k_dashes[0] || i == k_dashes[1] || i == k_dashes[2] || i == k_dashes[3];
    if (dash != (text[i] == '-')) return std::nullopt;
    if (!dash) hex += text[i];
  }
  auto raw = from_hex(hex);
  return raw ? from_bytes(*raw) : std::nullopt;
}

std::optional<Uuid> Uuid::from_bytes(std::string_view raw) {
  Uuid id;
  if (raw.size() != id.bytes.size()) return std::nullopt;
  std::memcpy(id.bytes.data(), raw.data(), raw.size());
  return id;
}

// RFC 9562, section 6.2, method 1: within a millisecond the 12 bits after the version count up, and when they
// are used up the timestamp itself moves ahead. The random tail comes in blocks: a system call per id would
// be the larger cost.
Uuid new_uuid7(const Clock& clock) {
  static std::mutex guard;
  static std::int64_t last_ms = 0;
  static unsigned counter = 0;
  static std::array<std::uint8_t, 1024> pool;
  static std::size_t used = pool.size();
  std::lock_guard lock(guard);
  std::int64_t now_ms = clock.wall_us() / 1000;
  if (now_ms > last_ms) {
    last_ms = now_ms;
    counter = 0;
  } else if (++counter == 0x1000) {
    ++last_ms;
    counter = 0;
  }
  if (used == pool.size()) {
    fill_random(pool.data(), pool.size());
    used = 0;
  }
  Uuid id;
  set_time(id, last_ms);
  id.bytes[6] = static_cast<std::uint8_t>(counter >> 8U);
  id.bytes[7] = static_cast<std::uint8_t>(counter & 0xffU);
  std::memcpy(id.bytes.data() + 8, pool.data() + used, 8);
  used += 8;
  set_version(id, 7);
  return id;
}

Uuid first_uuid7(std::int64_t wall_us) {
  Uuid id;
  set_time(id, std::clamp<std::int64_t>(wall_us / 1000, 0, (std::int64_t{1} << 48) - 1));
  return id;
}

std::int64_t time_in(const Uuid& id, std::int64_t wall_us) {
  std::int64_t ms = 0;
  for (std::size_t i = 0; i < 6; ++i) ms = (ms << 8) | id.bytes[i];
  return wall_us / 1000 == ms ? wall_us : ms * 1000;
}

Uuid new_uuid4() {
  Uuid id;
  fill_random(id.bytes.data(), id.bytes.size());
  set_version(id, 4);
  return id;
}

}  // namespace wf
