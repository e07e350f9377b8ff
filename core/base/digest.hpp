// SHA-256, wf's only content address.
#pragma once
#include <array>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

struct evp_md_ctx_st;

namespace wf {

struct Digest {
  std::array<std::uint8_t, 32> bytes{};

  auto operator<=>(const Digest&) const = default;
  std::string hex() const;        // 64 lower-case hex digits
  std::string text() const;       // "sha256:<64 hex>"
  std::string short_hex() const;  // the first 12 hex digits
  std::string_view view() const { return {reinterpret_cast<const char*>(bytes.data()), bytes.size()}; }

  // Accepts 64 hex digits with or without "sha256:"; nullopt for anything else.
  static std::optional<Digest> parse(std::string_view text);
  // From 32 raw bytes; nullopt for another length.
  static std::optional<Digest> from_bytes(std::string_view raw);
};

struct DigestHash {
  std::size_t operator()(const Digest& d) const noexcept {
    std::size_t h;
    std::memcpy(&h, d.bytes.data(), sizeof h);
    return h;
  }
};

// Of no bytes: an empty file's.
inline constexpr Digest k_empty_digest{{0xe3, 0xb0, 0xc4, 0x42, 0x98, 0xfc, 0x1c, 0x14, 0x9a, 0xfb, 0xf4,
                                        0xc8, 0x99, 0x6f, 0xb9, 0x24, 0x27, 0xae, 0x41, 0xe4, 0x64, 0x9b,
                                        0x93, 0x4c, 0xa4, 0x95, 0x99, 0x1b, 0x78, 0x52, 0xb8, 0x55}};

// Incremental SHA-256. Copyable, so that many messages can share one hashed prefix.
class Hasher {
 public:
  Hasher();
  Hasher(const Hasher& other);
  Hasher& operator=(const Hasher& other);
  Hasher(Hasher&&) noexcept;
  Hasher& operator=(Hasher&&) noexcept;
  ~Hasher();

  Hasher& update(std::string_view bytes);
  // Appends the length of `bytes` as 8 big-endian bytes, then `bytes`: concatenations stay injective.
  Hasher& update_prefixed(std::string_view bytes);
  // Ends the computation; the hasher must not be used after it.
  Digest finish();

 private:
  struct Free {
    void operator()(evp_md_ctx_st* ctx) const;
  };
  std::unique_ptr<evp_md_ctx_st, Free> ctx_;
};

Digest sha256(std::string_view bytes);

std::string to_hex(std::string_view bytes);
std::optional<std::string> from_hex(std::string_view hex);

}  // namespace wf
