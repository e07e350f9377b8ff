// Bytes as text, for where only text may stand (RFC 4648, with padding).
#pragma once
#include <string>
#include <string_view>

namespace wf {

std::string to_base64(std::string_view bytes);

}  // namespace wf
