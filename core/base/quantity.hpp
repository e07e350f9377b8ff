// Amounts of memory and processors as people write them.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace wf {

// "512Mi", "1.5Gi", "2G", "1000": bytes; k M G T P are powers of 1000, Ki Mi Gi Ti Pi of 1024. nullopt for anything
// else, for less than one byte, for parts of a byte, and for more than 2^62.
std::optional<std::int64_t> parse_bytes(std::string_view text);
// "2", "0.5", "500m": thousandths of a processor. nullopt for anything else, for none, and for parts of a thousandth.
std::optional<std::int64_t> parse_processors(std::string_view text);
// The inverse: "2", "0.5".
std::string format_processors(std::int64_t thousandths);

}  // namespace wf
