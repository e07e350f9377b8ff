// What every command is given: the global options, the clock and the terminal.
#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "core/base/clock.hpp"
#include "core/registry/registry.hpp"

namespace wf::cli {

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

  // -p/-d, else WF_PROJECT/WF_DOMAIN, else default/development.
  Scope scope() const;
  bool is_format(std::string_view name) const { return globals.format == name; }
};

}  // namespace wf::cli
