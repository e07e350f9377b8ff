// What a program that is about to need much memory tells the heap.
#pragma once
#include <cstddef>

namespace wf {

// Grows the heap by about so many bytes, and asks for large pages there: to be given them 4 KiB at a time is
// a fifth of the time in which a large definition is read, or an answer of 10 000 things made. What is not
// touched takes no memory, and what is little stays in small pages: to clear a large one would be most of its
// time. What is freed stays with the process. Only a hint, of glibc's heap: where the kernel has no large
// pages nothing changes, and nothing fails.
void expect_memory(std::size_t bytes);

}  // namespace wf
