// What every command is given: the global options, the clock and the terminal.
#pragma once
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "core/base/clock.hpp"
#include "core/registry/registry.hpp"

namespace wf {
class Secrets;
}

namespace wf::cli {

class Settings;

struct Globals {
  std::optional<std::string> store;
  std::optional<std::string> project;
  std::optional<std::string> domain;
  std::string format;          // of -o; the command's default when not given
  std::string color = "auto";  // auto, always or never
  bool no_pager = false;
  bool quiet = false;
  bool verbose = false;
  bool help = false;
};

struct Context {
  const Clock& clock;
  Globals globals;

  // What flags, environment and configuration say; read when it is first asked for.
  const Settings& settings() const;
  // The project and the domain of this command, as settings().
  Scope scope() const;
  bool is_format(std::string_view name) const { return globals.format == name; }

  // This machine's. Those in other variables are taken out of the environment when they are first asked for: before
  // any thread is started, and before any process that does not need them.
  Secrets& secrets() const;

  // WF_SECRET_…, which main takes out of the environment of every command.
  std::map<std::string, std::string> secret_variables = {};

  mutable std::shared_ptr<const Settings> loaded = {};
  mutable std::shared_ptr<Secrets> taken = {};
};

}  // namespace wf::cli
