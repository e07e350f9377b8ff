// The program that runs inside of containers, as its bytes.
#pragma once
#include <string_view>

namespace wf {

std::string_view shim_binary();

}  // namespace wf
