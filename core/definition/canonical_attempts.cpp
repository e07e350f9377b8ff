// Back from the canonical form: what is said of attempts.
#include <algorithm>
#include <array>

#include "core/definition/canonical_members.hpp"

namespace wf::canonical {

namespace {

GivenAmounts amounts(const Json& json) {
  GivenAmounts given;
  for (std::size_t i = 0; i < k_resource_count; ++i) given.at(i) = optional_count(json.find(k_resource_names.at(i)));
  return given;
}

void read_retry(const Json& retry, AttemptPolicy& out) {
  if (const Json* codes = retry.find("on_exit")) {
    out.on_exit.emplace();
    for (const Json& code : items_of(*codes)) out.on_exit->push_back(count(code));
  }
  out.base_ns = optional_count(retry.find("base"));
  out.cap_ns = optional_count(retry.find("cap"));
  out.system_retries = optional_count(retry.find("system"));
  out.factor = decimal(retry.find("factor"));
  out.jitter = decimal(retry.find("jitter"));
  const Json& escalation = member_or_nothing(retry, "escalate");
  for (std::size_t i = 0; i < k_resource_count; ++i)
    out.escalation.at(i) = decimal(escalation.find(k_resource_names.at(i)));
}

PoolNeeds pools(const Json& json) {
  PoolNeeds found;
  for (const auto& [name, tokens] : members_of(json)) found.emplace_back(name, count(tokens));
  return found;
}

}  // namespace

AttemptPolicyPtr read_attempts(const Json& json) {
  const std::array<std::string_view, 6> names{"retries", "retry", "timeout", "resources", "interruptible", "pools"};
  auto has = [&](std::string_view name) { return json.find(name) != nullptr; };
  if (std::none_of(names.begin(), names.end(), has)) return nullptr;
  auto out = std::make_shared<AttemptPolicy>();
  out->retries = optional_count(json.find("retries"));
  read_retry(member_or_nothing(json, "retry"), *out);
  const Json& timeout = member_or_nothing(json, "timeout");
  out->timeout_ns = optional_count(timeout.find("attempt"));
  out->total_timeout_ns = optional_count(timeout.find("total"));
  out->queue_timeout_ns = optional_count(timeout.find("queue"));
  const Json& resources = member_or_nothing(json, "resources");
  out->requests = amounts(resources);
  out->limits = amounts(member_or_nothing(resources, "limits"));
  if (const Json* said = json.find("interruptible")) out->interruptible = said->as_bool();
  if (const Json* said = json.find("pools")) out->pools = pools(*said);
  return out;
}

}  // namespace wf::canonical
