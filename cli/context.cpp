#include "cli/context.hpp"

#include "cli/settings.hpp"

namespace wf::cli {

const Settings& Context::settings() const {
  if (!loaded) loaded = std::make_shared<const Settings>(Settings::load(globals));
  return *loaded;
}

Scope Context::scope() const {
  return {settings().text(k_project_setting), settings().text(k_domain_setting)};
}

}  // namespace wf::cli
