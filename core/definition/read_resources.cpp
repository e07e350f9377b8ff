// resources and escalate of a task or a node.
#include <algorithm>

#include "core/base/quantity.hpp"
#include "core/base/text.hpp"
#include "core/definition/draft.hpp"

namespace wf {

namespace {

// In the order of Resource.
std::array<YamlId, k_resource_count> in_order(const AmountKeys& keys) {
  return {keys.cpu, keys.memory, keys.gpu, keys.scratch};
}

void bad(Decoder& decoder, YamlId at, std::string message, std::string expected) {
  decoder.error(at, {codes::k_bad_resources, std::move(message), std::move(expected)});
}

std::optional<std::int64_t> read_amount(Decoder& decoder, YamlId at, Resource resource) {
  if (at == k_no_yaml) return std::nullopt;
  if (resource == Resource::gpu) {
    std::int64_t count = 0;
    return decoder.expect_count(at, 0, count) ? std::optional(count) : std::nullopt;
  }
  bool processors = resource == Resource::cpu;
  const std::string expected = processors ? "processors, such as 2, 0.5 or 500m" : "bytes, such as 512Mi, 2G or 1000000";
  std::string text;
  if (!decoder.expect_text(at, text, expected)) return std::nullopt;
  auto amount = processors ? parse_processors(text) : parse_bytes(text);
  if (!amount) bad(decoder, at, cat("'", text, "' is no amount of ", k_resource_names.at(static_cast<std::size_t>(resource))), expected);
  return amount;
}

GivenAmounts read_amounts(Decoder& decoder, const AmountKeys& keys) {
  GivenAmounts amounts;
  for (std::size_t i = 0; i < k_resource_count; ++i)
    amounts.at(i) = read_amount(decoder, in_order(keys).at(i), static_cast<Resource>(i));
  return amounts;
}

// With less than this the kernel keeps no limit, or nothing can begin.
void refuse_tiny(Decoder& decoder, Resource resource, const GivenAmounts& limits, YamlId at) {
  constexpr std::int64_t k_least_cpu = 10;
  constexpr std::int64_t k_least_memory = std::int64_t{1} << 20;
  bool cpu = resource == Resource::cpu;
  auto limit = limits.at(static_cast<std::size_t>(resource));
  if (limit && *limit < (cpu ? k_least_cpu : k_least_memory))
    bad(decoder, at, "nothing can run within so little", cpu ? "at least 10m, a hundredth of a processor" : "at least 1Mi");
}

}  // namespace

void read_resources(Decoder& decoder, YamlId at, AttemptPolicy& out) {
  if (at == k_no_yaml || !decoder.expect(at, YamlKind::mapping, "a mapping with cpu, memory, gpu, scratch, limits")) return;
  ResourceKeys keys;
  decode_record(decoder, at, resource_record(), keys);
  out.requests = read_amounts(decoder, keys);
  if (keys.limits == k_no_yaml || !decoder.expect(keys.limits, YamlKind::mapping, "a mapping with cpu, memory, scratch")) return;
  AmountKeys limits;
  decode_record(decoder, keys.limits, limit_record(), limits);
  out.limits = read_amounts(decoder, limits);
  refuse_tiny(decoder, Resource::cpu, out.limits, limits.cpu);
  refuse_tiny(decoder, Resource::memory, out.limits, limits.memory);
  for (std::size_t i = 0; i < k_resource_count; ++i) {
    if (out.limits.at(i) && out.requests.at(i) > out.limits.at(i))
      bad(decoder, in_order(limits).at(i), cat("the limit of ", k_resource_names.at(i), " is below what is needed"),
          "a limit that is at least the amount beside 'limits'");
  }
}

void read_escalation(Decoder& decoder, YamlId at, AttemptPolicy& out) {
  if (at == k_no_yaml || !decoder.expect(at, YamlKind::mapping, "a mapping with cpu, memory, scratch")) return;
  AmountKeys keys;
  decode_record(decoder, at, escalation_record(), keys);
  for (std::size_t i = 0; i < k_resource_count; ++i) {
    std::string text;
    const YamlId factor = in_order(keys).at(i);
    const std::string expected = "a decimal, at least 1, such as 2 or 1.5";
    if (factor == k_no_yaml || !decoder.expect_text(factor, text, expected)) continue;
    out.escalation.at(i) = Decimal::parse(text);
    if (!out.escalation.at(i) || out.escalation.at(i)->to_double() < 1)
      bad(decoder, factor, cat("'", text, "' does not fit here"), expected);
  }
}

}  // namespace wf
