#include "core/base/heap.hpp"

#include <malloc.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <cstdint>
#include <cstdlib>

namespace wf {

namespace {

constexpr std::size_t k_large_page = std::size_t{2} << 20U;
constexpr std::size_t k_little = 4 * k_large_page;
constexpr std::size_t k_most = std::size_t{256} << 20U;
constexpr std::size_t k_block = std::size_t{32} << 20U;  // the largest that glibc takes from the heap

std::uintptr_t in_large_pages(const void* address) {
  return reinterpret_cast<std::uintptr_t>(address) / k_large_page;
}

}  // namespace

void expect_memory(std::size_t bytes) {
  if (bytes < k_little) return;
  bytes = std::min(bytes, k_most);
  ::mallopt(M_MMAP_THRESHOLD, static_cast<int>(k_block));
  ::mallopt(M_TRIM_THRESHOLD, static_cast<int>(2 * k_most));  // it would be given back with the block
  ::mallopt(M_TOP_PAD, static_cast<int>(bytes));
  void* block = std::malloc(k_little);
  if (block == nullptr) return;
  const std::uintptr_t begin = (in_large_pages(block) + 2) * k_large_page;
  const std::uintptr_t end = in_large_pages(::sbrk(0)) * k_large_page;
  const bool in_heap = begin < end && end - begin <= 2 * k_most;
  if (in_heap) ::madvise(reinterpret_cast<void*>(begin), end - begin, MADV_HUGEPAGE);
  std::free(block);
}

}  // namespace wf
