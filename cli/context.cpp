#include "cli/context.hpp"

#include <cstdlib>

namespace wf::cli {

namespace {
std::string first_of(const std::optional<std::string>& flag, const char* variable, const char* fallback) {
  if (flag) return *flag;
  const char* value = std::getenv(variable);
  return value != nullptr && *value != '\0' ? value : fallback;
}
}  // namespace

Scope Context::scope() const {
  return {first_of(globals.project, "WF_PROJECT", "default"),
          first_of(globals.domain, "WF_DOMAIN", "development")};
}

}  // namespace wf::cli
