// What the caller's environment says. A variable that is empty counts as absent.
#pragma once
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace wf {

std::optional<std::string> environment(const std::string& name);

// A folder of the user's as XDG has it: what `variable` names when that is absolute, else `below_home` in
// HOME; nullopt without HOME.
std::optional<std::string> user_folder(const std::string& variable, const std::string& below_home);

// All of it, as "NAME=value".
std::vector<std::string> whole_environment();

// What a variable says among others, as "NAME=value"; nullopt: it is not there.
std::optional<std::string_view> find_variable(const std::vector<std::string>& variables,
                                              std::string_view name);

// Takes the chosen variables out of the environment of this process, also out of what /proc shows of it. No
// other thread may be running.
std::map<std::string, std::string> take_environment(const std::function<bool(std::string_view name)>& chosen);

}  // namespace wf
