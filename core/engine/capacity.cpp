#include "core/engine/capacity.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>

#include "core/base/digest.hpp"
#include "core/base/quantity.hpp"
#include "core/base/text.hpp"
#include "core/engine/attempt_policy.hpp"

namespace wf {

namespace {

constexpr std::array<std::string_view, k_resource_count> k_recorded_names{"cpu_milli", "memory_bytes", "gpu",
                                                                          "scratch_bytes"};

std::int64_t raised(std::int64_t amount, double factor, std::int64_t total) {
  if (amount == 0) return 0;
  double more = std::ceil(static_cast<double>(amount) * factor);
  if (more < static_cast<double>(total)) return static_cast<std::int64_t>(more);
  return std::max(amount, total);
}

bool fit(const ResourceAmounts& requests, const ResourceAmounts& there) {
  return std::equal(requests.begin(), requests.end(), there.begin(),
                    [](std::int64_t wanted, std::int64_t has) { return wanted <= has; });
}

// "2 cpu, 1.5 GiB memory"; of what is not 0.
std::string amounts_text(const ResourceAmounts& amounts) {
  std::vector<std::string> parts;
  for (std::size_t i = 0; i < k_resource_count; ++i) {
    std::int64_t amount = amounts.at(i);
    if (amount == 0) continue;
    auto resource = static_cast<Resource>(i);
    bool bytes = resource == Resource::memory || resource == Resource::scratch;
    std::string text = resource == Resource::cpu ? format_processors(amount)
                       : bytes                   ? human_bytes(amount)
                                                 : std::to_string(amount);
    parts.push_back(cat(text, " ", k_resource_names.at(i)));
  }
  return join(parts, ", ");
}

// Names in the lists of two drivers may share a place: then one waits for the other for nothing.
std::size_t gpu_place(const std::string& name) {
  std::size_t number = 0;
  auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), number);
  if (error == std::errc() && end == name.data() + name.size() && number < k_most_gpus) return number;
  const Digest digest = sha256(name);
  return (std::size_t{digest.bytes[0]} << 8U | digest.bytes[1]) % k_most_gpus;
}

}  // namespace

Needs needs_of(const Node& node, const Task& task, std::int64_t further, const ResourceAmounts& total) {
  Needs needs;
  for (std::size_t i = 0; i < k_resource_count; ++i) {
    auto request = said(node, task, [i](const AttemptPolicy& one) { return one.requests.at(i); });
    auto limit = said(node, task, [i](const AttemptPolicy& one) { return one.limits.at(i); });
    auto escalation = said(node, task, [i](const AttemptPolicy& one) { return one.escalation.at(i); });
    double factor = escalation ? std::pow(escalation->to_double(), static_cast<double>(further)) : 1;
    needs.requests.at(i) = raised(request.value_or(0), factor, total.at(i));
    needs.limits.at(i) = raised(limit.value_or(0), factor, total.at(i));
  }
  return needs;
}

Json amounts_json(const ResourceAmounts& amounts) {
  Json json = Json::object();
  for (std::size_t i = 0; i < k_resource_count; ++i)
    json.add(std::string(k_recorded_names.at(i)), amounts.at(i) == 0 ? Json() : Json(amounts.at(i)));
  return json;
}

ResourceAmounts amounts_from_json(const Json& json) {
  ResourceAmounts amounts{};
  for (std::size_t i = 0; i < k_resource_count; ++i)
    if (const Json& amount = json.at(k_recorded_names.at(i)); !amount.is_null())
      amounts.at(i) = amount.as_int();
  return amounts;
}

std::vector<std::pair<std::string, std::string>> room_variables(const ResourceAmounts& requests,
                                                                const std::vector<std::string>& gpus) {
  const auto& [cpu, memory, gpu, scratch] = requests;
  std::vector<std::pair<std::string, std::string>> variables;
  if (cpu > 0) variables.emplace_back("WF_CPUS", std::to_string((cpu + 999) / 1000));
  if (memory > 0) variables.emplace_back("WF_MEMORY", std::to_string(memory));
  if (scratch > 0) variables.emplace_back("WF_SCRATCH", std::to_string(scratch));
  if (gpu > 0) variables.emplace_back("CUDA_VISIBLE_DEVICES", join(gpus, ","));
  return variables;
}

Capacity capacity_of(MachineResources machine, const GivenAmounts& said) {
  for (std::size_t i = 0; i < k_resource_count; ++i) machine.total.at(i) = said.at(i).value_or(machine.total.at(i));
  auto gpus = static_cast<std::size_t>(machine.total.at(static_cast<std::size_t>(Resource::gpu)));
  while (machine.gpus.size() > gpus) machine.gpus.pop_back();
  for (std::size_t number = 0; machine.gpus.size() < gpus; ++number) {
    std::string name = std::to_string(number);
    bool taken = std::find(machine.gpus.begin(), machine.gpus.end(), name) != machine.gpus.end();
    if (!taken) machine.gpus.push_back(std::move(name));
  }
  return {machine.total, std::move(machine.gpus), said};
}

bool competes(const ResourceAmounts& lacking, const ResourceAmounts& other, const ResourceAmounts& free) {
  for (std::size_t i = 0; i < k_resource_count; ++i)
    if (lacking.at(i) > free.at(i) && other.at(i) > 0) return true;
  return false;
}

Capacity::Capacity(const ResourceAmounts& total, std::vector<std::string> gpus, const GivenAmounts& said)
    : total_(total), said_(said), free_(total) {
  GpuSet used;
  for (std::string& name : gpus) {
    std::size_t place = gpu_place(name);
    while (used.test(place)) place = (place + 1) % k_most_gpus;
    used.set(place);
    gpus_.emplace_back(std::move(name), place);
  }
}

std::string Capacity::refusal(const ResourceAmounts& requests) const {
  bool by_option = false;
  for (std::size_t i = 0; i < k_resource_count; ++i)
    by_option = by_option || (said_.at(i) && requests.at(i) > *said_.at(i));
  return cat("needs ", amounts_text(requests), "; this machine has ", amounts_text(total_), " for attempts",
             by_option ? ", as --resources says" : "");
}

bool Capacity::can_ever_have(const ResourceAmounts& requests) const { return fit(requests, total_); }
bool Capacity::has(const ResourceAmounts& requests) const { return fit(requests, free_); }

GpuSet Capacity::choose_gpus(const ResourceAmounts& requests, const GpuSet& elsewhere) const {
  auto wanted = static_cast<std::size_t>(requests.at(static_cast<std::size_t>(Resource::gpu)));
  const GpuSet taken = taken_gpus_ | elsewhere;
  GpuSet chosen;
  for (const auto& [name, place] : gpus_)
    if (chosen.count() < wanted && !taken.test(place)) chosen.set(place);
  return chosen;
}

void Capacity::take(const ResourceAmounts& requests, const GpuSet& gpus) {
  for (std::size_t i = 0; i < k_resource_count; ++i) free_.at(i) -= requests.at(i);
  taken_gpus_ |= gpus;
}

void Capacity::give_back(const ResourceAmounts& requests, const GpuSet& gpus) {
  for (std::size_t i = 0; i < k_resource_count; ++i) free_.at(i) += requests.at(i);
  taken_gpus_ &= ~gpus;
}

std::vector<std::string> Capacity::names_of(const GpuSet& gpus) const {
  std::vector<std::string> names;
  for (const auto& [name, place] : gpus_)
    if (gpus.test(place)) names.push_back(name);
  return names;
}

}  // namespace wf
