#include "cli/run_limits.hpp"

#include <algorithm>
#include <charconv>
#include <optional>

#include "cli/codes.hpp"
#include "core/base/quantity.hpp"
#include "core/base/text.hpp"
#include "core/base/time.hpp"
#include "core/engine/capacity.hpp"

namespace wf::cli {

namespace {

std::optional<std::int64_t> parse_pieces(std::string_view text) {
  std::int64_t count = 0;
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), count);
  bool whole = error == std::errc() && end == text.data() + text.size();
  return whole && count >= 0 && count <= std::int64_t{k_most_gpus} ? std::optional(count) : std::nullopt;
}

std::optional<std::int64_t> read_amount(std::size_t resource, std::string_view text) {
  switch (static_cast<Resource>(resource)) {
    case Resource::cpu:
      return parse_processors(text);
    case Resource::gpu:
      return parse_pieces(text);
    default:
      return parse_bytes(text);
  }
}

GivenAmounts read_capacity(const std::string& text) {
  GivenAmounts amounts;
  if (text.empty()) return amounts;
  for (std::string_view part : split(text, ',')) {
    std::string_view name = part.substr(0, part.find('='));
    auto known = std::find(k_resource_names.begin(), k_resource_names.end(), name);
    auto place = static_cast<std::size_t>(known - k_resource_names.begin());
    bool good = known != k_resource_names.end() && name.size() < part.size() && !amounts.at(place);
    if (good) amounts.at(place) = read_amount(place, part.substr(name.size() + 1));
    if (good && amounts.at(place)) continue;
    throw Error(codes::k_usage, cat("--resources: '", part, "' is no amount of a resource"),
                "give each of cpu, memory, gpu and scratch once at most, as in cpu=8,memory=16Gi,gpu=1");
  }
  return amounts;
}

// One of those that the option takes.
SandboxLevel read_level(const std::string& text) {
  auto known = std::find(k_sandbox_names.begin(), k_sandbox_names.end(), text);
  return static_cast<SandboxLevel>(known - k_sandbox_names.begin());
}

}  // namespace

std::int64_t read_timeout(const std::string& text, std::int64_t least_ns, std::string_view what_for) {
  std::optional<std::int64_t> timeout_ns = parse_duration(text);
  if (timeout_ns && *timeout_ns >= least_ns) return *timeout_ns;
  throw Error(codes::k_usage, cat("--timeout: '", text, "' is no time ", what_for),
              cat("give a duration of ", format_duration(least_ns), " or more, such as 90s, 1h30m or 2d"));
}

std::vector<Option> limit_options(RunLimits& limits, const Unlimited& unlimited) {
  return {{"--backend", "WHERE",
           cat("where attempts run: local is this machine, docker is containers, auto is containers for tasks with an image "
               "(default: ",
               unlimited.backend, ")"),
           &limits.backend, {k_backend_names.begin(), k_backend_names.end()}},
          {"--resources", "AMOUNTS",
           cat("what attempts may have of the machine together, such as cpu=8,memory=16Gi (default: ",
               unlimited.resources, ")"),
           &limits.resources},
          {"--timeout", "DURATION",
           cat("end the run as failed, with exit status 7, when it takes longer, such as 90s or 2h (default: ",
               unlimited.timeout, ")"),
           &limits.timeout},
          {"--sandbox", "LEVEL",
           "keep all tasks from what they do not declare, at least at this level (default: as each task says)",
           &limits.sandbox, {k_sandbox_names.begin(), k_sandbox_names.end()}},
          {"--weaker-sandbox", "",
           "go on at the level that this machine can keep where that is less, and record it; without it such a task fails",
           &limits.weaker_sandbox}};
}

void apply(const RunLimits& limits, RunSettings& settings) {
  constexpr std::int64_t k_least_ns = 1'000'000;
  if (!limits.timeout.empty())
    settings.timeout_ns = read_timeout(limits.timeout, k_least_ns, "that a run may take");
  if (!limits.resources.empty()) settings.capacity = read_capacity(limits.resources);
  if (!limits.sandbox.empty()) settings.sandbox.least = read_level(limits.sandbox);
  if (!limits.backend.empty()) settings.backend = *find_backend(limits.backend);
  if (limits.weaker_sandbox) settings.sandbox.less_is_enough = true;
}

}  // namespace wf::cli
