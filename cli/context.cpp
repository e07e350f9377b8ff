#include "cli/context.hpp"

#include "cli/settings.hpp"
#include "core/secrets/secrets.hpp"

namespace wf::cli {

const Settings& Context::settings() const {
  if (!loaded) loaded = std::make_shared<const Settings>(Settings::load(globals));
  return *loaded;
}

Secrets& Context::secrets() const {
  if (taken) return *taken;
  std::map<std::string, SecretSource> sources;
  for (const SecretSetting& one : settings().secrets()) sources.emplace(one.name, one.source);
  taken = std::make_shared<Secrets>(std::move(sources), secret_variables);
  return *taken;
}

Scope Context::scope() const {
  return {settings().text(k_project_setting), settings().text(k_domain_setting)};
}

}  // namespace wf::cli
