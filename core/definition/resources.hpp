// What of a machine an attempt needs, and how much it may take.
#pragma once
#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

namespace wf {

// In thousandths of a processor, bytes, pieces, bytes.
enum class Resource : std::uint8_t { cpu, memory, gpu, scratch };
inline constexpr std::size_t k_resource_count = 4;
inline constexpr std::array<std::string_view, k_resource_count> k_resource_names{"cpu", "memory", "gpu", "scratch"};

// By resource.
using ResourceAmounts = std::array<std::int64_t, k_resource_count>;
using GivenAmounts = std::array<std::optional<std::int64_t>, k_resource_count>;

}  // namespace wf
