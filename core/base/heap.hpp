// What a program that is about to need much memory tells the heap.
#pragma once
#include <cstddef>

namespace wf {

// Has the heap ready for about so many bytes, in huge pages where the kernel gives them: each 4 KiB that are touched for
// the first time cost a fault else, which is a good part of reading a large definition. Only a hint: little, and what the
// kernel refuses, change nothing. What is freed stays with the process. Of glibc's heap; no error.
void expect_memory(std::size_t bytes);

}  // namespace wf
