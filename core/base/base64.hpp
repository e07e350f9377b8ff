// Bytes as text, for where only text may stand (RFC 4648, with padding).
#pragma once
#include <optional>
#include <string>
#include <string_view>

namespace wf {

std::string to_base64(std::string_view bytes);
// nullopt: it is none.
std::optional<std::string> from_base64(std::string_view text);

}  // namespace wf
