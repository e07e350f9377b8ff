// Which registration of a name is the newest, and what makes a further one so.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>

#include "core/registry/registry.hpp"

namespace wf {

// The newest one is the first by `registered_us DESC, id DESC`, which mean the same in every store, so that
// `latest` does not depend on the order in which stores were merged: `seq` only counts what came to this one.
struct NextRegistration {
  std::int64_t seq = 0;
  // Now, but after all that are there: clocks are set back, and that of another machine may be ahead.
  std::int64_t at_us = 0;
};
inline constexpr std::int64_t k_last_registration_us = 253'402'300'799'999'999;  // of the year 9999
// `table` is registration or launch_plan_registration. Inside a transaction.
NextRegistration next_registration(Database& database, std::string_view table, const Scope& scope,
                                   const std::string& name, std::int64_t now_us);

}  // namespace wf
