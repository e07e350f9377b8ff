#include "cli/setting_conflicts.hpp"

#include <utility>
#include <vector>

#include "core/base/quantity.hpp"
#include "core/base/text.hpp"
#include "core/base/time.hpp"

namespace wf::cli {

namespace {

constexpr std::string_view k_none = "none";

std::string capacity_text(const GivenAmounts& capacity) {
  std::vector<std::string> amounts;
  for (std::size_t i = 0; i < k_resource_count; ++i) {
    if (!capacity.at(i)) continue;
    const bool is_cpu = static_cast<Resource>(i) == Resource::cpu;
    amounts.push_back(
        cat(k_resource_names.at(i), "=", is_cpu ? format_processors(*capacity.at(i)) : cat(*capacity.at(i))));
  }
  return amounts.empty() ? std::string(k_none) : join(amounts, ",");
}

std::string labels_text(const RunSettings& settings) {
  std::vector<std::string> labels;
  for (const auto& [key, text] : settings.labels) labels.push_back(cat(key, "=", text));
  return labels.empty() ? std::string(k_none) : join(labels, ",");
}

// To the microsecond, as it is recorded.
std::string timeout_text(const RunSettings& settings) {
  return settings.timeout_ns ? format_duration(*settings.timeout_ns / 1000 * 1000) : std::string(k_none);
}

std::string yes_or_no(bool yes) { return yes ? "yes" : "no"; }

// By option. Equal texts are equal settings.
std::vector<std::pair<std::string, std::string>> texts_of(const RunSettings& settings) {
  return {{"--parallelism", cat(settings.parallelism)},
          {"--refresh", yes_or_no(settings.cache == CacheUse::refresh)},
          {"--verify", yes_or_no(settings.verify == VerifyDepth::contents)},
          {"--label", labels_text(settings)},
          {"--backend", std::string(k_backend_names.at(static_cast<std::size_t>(settings.backend)))},
          {"--resources", capacity_text(settings.capacity)},
          {"--timeout", timeout_text(settings)},
          {"--sandbox", std::string(k_sandbox_names.at(static_cast<std::size_t>(settings.sandbox.least)))},
          {"--weaker-sandbox", yes_or_no(settings.sandbox.less_is_enough)}};
}

}  // namespace

std::string setting_conflicts(const RunSettings& recorded, const RunSettings& asked) {
  const auto before = texts_of(recorded);
  const auto now = texts_of(asked);
  std::vector<std::string> conflicts;
  for (std::size_t i = 0; i < now.size(); ++i)
    if (before[i] != now[i])
      conflicts.push_back(cat(now[i].first, " ", before[i].second, ", and not ", now[i].second));
  return join(conflicts, "; ");
}

}  // namespace wf::cli
