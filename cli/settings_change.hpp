// Changing a configuration file from the command line.
#pragma once
#include <string>
#include <string_view>

#include "cli/command.hpp"
#include "cli/settings.hpp"

namespace wf::cli {

// --layer, into `layer`; empty: the project's where there is a .wf, else the user's.
Option layer_option(std::string& layer);
// The file that is to change. Throws Error where there is none, or it may not be.
SettingsFile file_of_layer(const Settings& settings, const std::string& layer);
// Change a setting in a file while no other wf does, as with_setting() and without_setting() say.
void set_setting(const std::string& path, std::string_view name, const std::string& value);
// False when it is not set there.
bool unset_setting(const std::string& path, std::string_view name);

}  // namespace wf::cli
