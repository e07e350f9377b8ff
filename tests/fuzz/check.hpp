// What every fuzz target needs: the entry that engines call, and an end that they notice.
#pragma once
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string_view>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace wf::fuzz {

inline std::string_view text_of(const std::uint8_t* data, std::size_t size) {
  return {reinterpret_cast<const char*>(data), size};
}

inline void check(bool holds, const char* what) {
  if (holds) return;
  std::fprintf(stderr, "does not hold: %s\n", what);
  std::abort();
}

inline void check_equal(std::string_view one, std::string_view other, const char* what) {
  if (one == other) return;
  std::fprintf(stderr, "%.*s\n%.*s\n", static_cast<int>(one.size()), one.data(),
               static_cast<int>(other.size()), other.data());
  check(false, what);
}

}  // namespace wf::fuzz
