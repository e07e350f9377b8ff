// What the shim says of logs, and wf reads: messages of a head and `size` bytes of one of them, in the byte
// order of the machine that both run on. A message may repeat what an earlier one said.
#pragma once
#include <cstddef>
#include <cstdint>

namespace wf::shim {

inline constexpr int k_logs = 2;  // stdout, stderr
// A pipe takes so much at once or not at all: no message is cut by the end of who writes it.
inline constexpr std::size_t k_most_of_message = 4096;
// More of a log is not told while its attempt runs.
inline constexpr std::uint64_t k_most_of_log = std::uint64_t{16} << 20U;

struct MessageHead {
  std::uint64_t begin = 0;  // where in the log
  std::uint32_t size = 0;
  std::uint32_t log = 0;
};

}  // namespace wf::shim
