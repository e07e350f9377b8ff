// Changing a configuration file from the command line.
#pragma once
#include <functional>
#include <string>

#include "cli/command.hpp"
#include "cli/settings.hpp"

namespace wf::cli {

// --layer, into `layer`; empty: the project's where there is a .wf, else the user's.
Option layer_option(std::string& layer);
// The file that is to change. Throws Error where there is none, or it may not be.
SettingsFile file_of_layer(const Settings& settings, const std::string& layer);
// Reads, changes and replaces a file while no other wf does; `change` maps its text to the new one.
void rewrite_settings(const std::string& path,
                      const std::function<std::string(const std::string& text)>& change);

}  // namespace wf::cli
