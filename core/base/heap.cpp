#include "core/base/heap.hpp"

#include <malloc.h>
#include <sys/mman.h>

#include <algorithm>
#include <cstdint>
#include <cstdlib>

namespace wf {

namespace {

constexpr std::size_t k_huge_page = std::size_t{2} << 20U;
constexpr std::size_t k_little = 4 * k_huge_page;
constexpr std::size_t k_most = std::size_t{256} << 20U;

}  // namespace

void expect_memory(std::size_t bytes) {
  if (bytes < k_little) return;
  bytes = std::min(bytes, k_most);
  // In one piece with the rest of the heap, and not given back: a block of its own would be gone when it is freed.
  mallopt(M_MMAP_THRESHOLD, static_cast<int>(k_most));
  mallopt(M_TRIM_THRESHOLD, static_cast<int>(k_most));
  void* block = std::malloc(bytes);
  if (block == nullptr) return;
  const auto begin = (reinterpret_cast<std::uintptr_t>(block) + k_huge_page - 1) / k_huge_page * k_huge_page;
  const auto end = (reinterpret_cast<std::uintptr_t>(block) + bytes) / k_huge_page * k_huge_page;
  if (begin < end) madvise(reinterpret_cast<void*>(begin), end - begin, MADV_HUGEPAGE);
  std::free(block);
}

}  // namespace wf
