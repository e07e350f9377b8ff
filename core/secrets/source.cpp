#include "core/secrets/source.hpp"

#include <algorithm>
#include <array>
#include <cctype>

#include "core/base/file.hpp"
#include "core/base/text.hpp"

namespace wf {

namespace {

constexpr std::array<std::string_view, 3> k_prefixes{"env:", "file:", "command:"};

bool is_variable(std::string_view name) {
  if (name.empty() || std::isdigit(static_cast<unsigned char>(name.front())) != 0) return false;
  for (char c : name)
    if (std::isalnum(static_cast<unsigned char>(c)) == 0 && c != '_') return false;
  return true;
}

// What wf and every task lives by: it would be taken away from them.
bool is_needed(std::string_view name) {
  constexpr std::array<std::string_view, 4> k_names{"PATH", "HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME"};
  return std::find(k_names.begin(), k_names.end(), name) != k_names.end();
}

}  // namespace

std::string SecretSource::text() const { return cat(k_prefixes.at(static_cast<std::size_t>(kind)), place); }

std::optional<SecretSource> read_secret_source(std::string_view text, const std::string& folder) {
  for (std::size_t i = 0; i < k_prefixes.size(); ++i) {
    if (!text.starts_with(k_prefixes.at(i))) continue;
    SecretSource source;
    source.kind = static_cast<SecretSource::Kind>(i);
    source.place = trim(text.substr(k_prefixes.at(i).size()));
    source.folder = folder;
    if (source.place.empty() || source.place.find('\0') != std::string::npos) return std::nullopt;
    if (source.kind == SecretSource::Kind::environment &&
        (!is_variable(source.place) || is_needed(source.place)))
      return std::nullopt;
    bool relative = source.kind == SecretSource::Kind::file && !source.place.starts_with('/');
    if (relative) source.place = cat(folder, '/', source.place);
    return source;
  }
  return std::nullopt;
}

std::string secret_variable(std::string_view name) {
  std::string variable = "WF_SECRET_";
  for (char c : name)
    variable += c == '-' ? '_' : static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  return variable;
}

}  // namespace wf
