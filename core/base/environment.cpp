#include "core/base/environment.hpp"

#include <cstdlib>

#include "core/base/text.hpp"

namespace wf {

std::optional<std::string> environment(const std::string& name) {
  const char* value = std::getenv(name.c_str());
  if (value == nullptr || *value == '\0') return std::nullopt;
  return value;
}

std::optional<std::string> user_folder(const std::string& variable, const std::string& below_home) {
  if (auto named = environment(variable); named && named->front() == '/') return named;
  if (auto home = environment("HOME")) return cat(*home, "/", below_home);
  return std::nullopt;
}

}  // namespace wf
