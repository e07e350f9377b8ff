// What the values of a port must hold besides their type.
#pragma once
#include <optional>
#include <string_view>

#include "core/definition/model.hpp"
#include "core/definition/value.hpp"

namespace wf {

// Longer ones are no variable of a task's environment.
inline constexpr std::size_t k_most_variable_bytes = std::size_t{64} * 1024;

// Why a canonical value of the port's type is not among those that its constraints allow; nullopt when it is.
// null is always allowed where the type is.
std::optional<ValueError> violation(const Port& port, const Json& value);

// The same for the name of a file given by its path: the pattern of a port of files is one for names
// (fnmatch(3)).
std::optional<ValueError> name_violation(const Port& port, std::string_view file_name);
// Whether the port's pattern is one for names of files, and so says nothing about values.
bool has_name_pattern(const Port& port);

// Less, equal or more than 0: the order of ints, floats, datetimes and durations; of others nullopt, and of
// NaN.
std::optional<int> compare_values(const Type& type, const Json& a, const Json& b);

}  // namespace wf
