#include "core/base/environment.hpp"

#include <unistd.h>

#include <cstdlib>
#include <cstring>

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

std::vector<std::string> whole_environment() {
  std::vector<std::string> all;
  for (char** item = environ; item != nullptr && *item != nullptr; ++item) all.emplace_back(*item);
  return all;
}

std::optional<std::string_view> find_variable(const std::vector<std::string>& variables,
                                              std::string_view name) {
  for (std::string_view item : variables) {
    bool found = item.size() > name.size() && item[name.size()] == '=' && item.starts_with(name);
    if (found) return item.substr(name.size() + 1);
  }
  return std::nullopt;
}

std::map<std::string, std::string> take_environment(
    const std::function<bool(std::string_view name)>& chosen) {
  std::map<std::string, std::string> taken;
  for (char** item = environ; item != nullptr && *item != nullptr; ++item) {
    char* end = std::strchr(*item, '=');
    if (end == nullptr || !chosen(std::string_view(*item, static_cast<std::size_t>(end - *item)))) continue;
    taken.emplace(std::string(*item, end), end + 1);
    ::explicit_bzero(end + 1, std::strlen(end + 1));
  }
  for (const auto& [name, value] : taken) ::unsetenv(name.c_str());
  return taken;
}

}  // namespace wf
