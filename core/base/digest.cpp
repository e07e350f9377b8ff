#include "core/base/digest.hpp"

#include <openssl/crypto.h>
#include <openssl/evp.h>

#include "core/base/codes.hpp"

namespace wf {

namespace {

constexpr std::string_view k_digits = "0123456789abcdef";

// The value of a hex digit, -1 for anything else.
constexpr std::array<std::int8_t, 256> k_hex_values = [] {
  std::array<std::int8_t, 256> values{};
  values.fill(-1);
  for (int i = 0; i < 10; ++i) values[static_cast<std::size_t>('0' + i)] = static_cast<std::int8_t>(i);
  for (int i = 0; i < 6; ++i) {
    values[static_cast<std::size_t>('a' + i)] = static_cast<std::int8_t>(10 + i);
    values[static_cast<std::size_t>('A' + i)] = static_cast<std::int8_t>(10 + i);
  }
  return values;
}();

// The byte that two hex digits spell; negative for anything else.
int hex_byte(const char* digits) {
  int high = k_hex_values[static_cast<unsigned char>(digits[0])];
  int low = k_hex_values[static_cast<unsigned char>(digits[1])];
  return high < 0 || low < 0 ? -1 : high * 16 + low;
}

void require(bool ok) {
  if (!ok) throw Error(codes::k_internal, "SHA-256 failed in the cryptographic library");
}

// Fetched once: EVP_sha256() would look the algorithm up again for every message (three times slower on short
// ones).
const EVP_MD* algorithm() {
  static const EVP_MD* const k_algorithm = [] {
    OPENSSL_init_crypto(OPENSSL_INIT_NO_LOAD_CONFIG, nullptr);
    return EVP_MD_fetch(nullptr, "SHA256", nullptr);
  }();
  return k_algorithm;
}

}  // namespace

std::string to_hex(std::string_view bytes) {
  std::string hex(bytes.size() * 2, '\0');
  auto at = hex.begin();
  for (char c : bytes) {
    auto byte = static_cast<unsigned char>(c);
    *at++ = k_digits[byte >> 4U];
    *at++ = k_digits[byte & 15U];
  }
  return hex;
}

std::optional<std::string> from_hex(std::string_view hex) {
  if (hex.size() % 2 != 0) return std::nullopt;
  std::string bytes;
  bytes.reserve(hex.size() / 2);
  for (std::size_t i = 0; i < hex.size(); i += 2) {
    int byte = hex_byte(hex.data() + i);
    if (byte < 0) return std::nullopt;
    bytes += static_cast<char>(byte);
  }
  return bytes;
}

std::string Digest::hex() const { return to_hex(view()); }
std::string Digest::text() const { return "sha256:" + hex(); }
std::string Digest::short_hex() const { return hex().substr(0, 12); }

std::optional<Digest> Digest::parse(std::string_view text) {
  if (text.starts_with("sha256:")) text.remove_prefix(7);
  Digest digest;
  if (text.size() != 2 * digest.bytes.size()) return std::nullopt;
  for (std::size_t i = 0; i < digest.bytes.size(); ++i) {
    int byte = hex_byte(text.data() + 2 * i);
    if (byte < 0) return std::nullopt;
    digest.bytes[i] = static_cast<std::uint8_t>(byte);
  }
  return digest;
}

std::optional<Digest> Digest::from_bytes(std::string_view raw) {
  Digest digest;
  if (raw.size() != digest.bytes.size()) return std::nullopt;
  std::memcpy(digest.bytes.data(), raw.data(), raw.size());
  return digest;
}

void Hasher::Free::operator()(evp_md_ctx_st* ctx) const { EVP_MD_CTX_free(ctx); }

Hasher::Hasher() : ctx_(EVP_MD_CTX_new()) {
  require(EVP_DigestInit_ex2(ctx_.get(), algorithm(), nullptr) == 1);
}
Hasher::Hasher(const Hasher& other) : ctx_(EVP_MD_CTX_new()) {
  require(EVP_MD_CTX_copy_ex(ctx_.get(), other.ctx_.get()) == 1);
}
Hasher& Hasher::operator=(const Hasher& other) {
  if (this != &other) require(EVP_MD_CTX_copy_ex(ctx_.get(), other.ctx_.get()) == 1);
  return *this;
}
Hasher::Hasher(Hasher&&) noexcept = default;
Hasher& Hasher::operator=(Hasher&&) noexcept = default;
Hasher::~Hasher() = default;

Hasher& Hasher::update(std::string_view bytes) {
  require(EVP_DigestUpdate(ctx_.get(), bytes.data(), bytes.size()) == 1);
  return *this;
}

Hasher& Hasher::update_prefixed(std::string_view bytes) {
  std::array<char, 8> length;
  std::uint64_t size = bytes.size();
  for (std::size_t i = 0; i < 8; ++i) length[i] = static_cast<char>((size >> (56 - 8 * i)) & 0xffU);
  return update({length.data(), length.size()}).update(bytes);
}

Digest Hasher::finish() {
  Digest digest;
  require(EVP_DigestFinal_ex(ctx_.get(), digest.bytes.data(), nullptr) == 1);
  return digest;
}

Digest sha256(std::string_view bytes) {
  thread_local Hasher fresh;  // copying the state of an initialised context is cheaper than a new context
  thread_local Hasher work;
  work = fresh;
  return work.update(bytes).finish();
}

}  // namespace wf
