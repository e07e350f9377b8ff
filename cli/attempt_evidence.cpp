#include "cli/attempt_evidence.hpp"

#include <vector>

#include "core/base/process.hpp"
#include "core/base/quantity.hpp"
#include "core/base/text.hpp"
#include "core/base/time.hpp"

namespace wf::cli {

namespace {

std::string counted(std::int64_t count, std::string_view one, std::string_view many) {
  return cat(count, " ", count == 1 ? one : many);
}

std::string memory_text(const Json& events) {
  std::int64_t hits = events.at("limit_hits").as_int();
  std::int64_t kills = events.at("oom_kills").as_int();
  std::string text = hits == 0 ? "" : cat("its memory limit was met ", counted(hits, "time", "times"));
  if (kills == 0) return text;
  return cat(text, text.empty() ? "" : ", ", "the kernel killed ", counted(kills, "process", "processes"),
             " of it for want of memory");
}

std::string amount_text(const std::string& name, std::int64_t amount) {
  if (name == "cpu_milli") return cat(format_processors(amount), " cpu");
  if (name == "gpu") return cat(amount, " gpu");
  return cat(human_bytes(amount), " ", name.substr(0, name.find('_')));
}

// " (cgroup)" behind the limit of a resource.
std::string keeper_text(const Json& kept_by, const std::string& name) {
  const Json* keeper = kept_by.find(name.substr(0, name.find('_')));
  if (keeper == nullptr) return {};
  return keeper->is_string() ? cat(" (", keeper->as_string(), ")") : " (not kept)";
}

std::vector<std::string> amount_texts(const Json& amounts, const Json& kept_by) {
  std::vector<std::string> texts;
  for (const auto& [name, amount] : amounts.as_object())
    if (amount.is_int()) texts.push_back(amount_text(name, amount.as_int()) + keeper_text(kept_by, name));
  return texts;
}

}  // namespace

std::string state_text(const AttemptInfo& attempt) {
  return attempt.category.empty() ? attempt.state : cat(attempt.state, " (", attempt.category, ")");
}

std::string evidence_text(const AttemptInfo& attempt) {
  std::vector<std::string> parts;
  if (attempt.signal.value_or(0) != 0) parts.push_back(signal_text(static_cast<int>(*attempt.signal)));
  if (attempt.exit_code.value_or(-1) >= 0) parts.push_back(cat("exit ", *attempt.exit_code));
  if (parts.empty()) return {};
  if (attempt.cpu_us) parts.push_back(cat("CPU ", human_duration_us(*attempt.cpu_us)));
  if (attempt.max_rss_bytes) parts.push_back(cat("peak memory ", human_bytes(*attempt.max_rss_bytes)));
  std::string memory = attempt.memory_events ? memory_text(*attempt.memory_events) : std::string();
  if (!memory.empty()) parts.push_back(std::move(memory));
  return join(parts, ", ");
}

std::string amounts_text(const Json& amounts) { return join(amount_texts(amounts, Json::object()), ", "); }

std::string resources_text(const Json& resources) {
  const std::string asked = amounts_text(resources.at("requests"));
  std::vector<std::string> limits = amount_texts(resources.at("limits"), resources.at("kept_by"));
  std::string text = asked.empty() ? "" : cat("asked for ", asked);
  if (limits.empty()) return text;
  return cat(text, text.empty() ? "" : ", ", "at most ", join(limits, ", "));
}

}  // namespace wf::cli
