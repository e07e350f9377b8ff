#include "executors/docker/shim_binary.hpp"

__asm__(
    ".section .rodata\n"
    ".global wf_shim_begin\n"
    ".global wf_shim_end\n"
    "wf_shim_begin:\n"
    ".incbin \"" WF_SHIM "\"\n"
    "wf_shim_end:\n"
    ".byte 0\n"
    ".previous\n");

extern "C" {
extern const char wf_shim_begin[];
extern const char wf_shim_end[];
}

namespace wf {

std::string_view shim_binary() { return {wf_shim_begin, static_cast<std::size_t>(wf_shim_end - wf_shim_begin)}; }

}  // namespace wf
