// What the caller's environment says. A variable that is empty counts as absent.
#pragma once
#include <optional>
#include <string>

namespace wf {

std::optional<std::string> environment(const std::string& name);

// A folder of the user's as XDG has it: what `variable` names when that is absolute, else `below_home` in
// HOME; nullopt without HOME.
std::optional<std::string> user_folder(const std::string& variable, const std::string& below_home);

}  // namespace wf
