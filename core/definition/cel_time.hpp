// Arithmetic of datetimes and durations, as overloads.
#pragma once
#include "core/definition/cel_functions.hpp"

namespace wf::cel {

Value later(std::span<Value> arguments, Budget& budget);    // datetime + duration, in either order
Value earlier(std::span<Value> arguments, Budget& budget);  // datetime - duration
Value time_between(std::span<Value> arguments, Budget& budget);
Value add_durations(std::span<Value> arguments, Budget& budget);
Value subtract_durations(std::span<Value> arguments, Budget& budget);

// Whether a function of datetimes may be given a zone, and why a text is none; "" when it is one.
bool takes_zone(std::string_view function);
std::string zone_problem(std::string_view zone);
inline constexpr std::string_view k_zone_hint =
    R"(write "UTC" or an offset such as "+02:00"; names of zones are left out)";

// An instant of the years 0001 to 9999, or a fault.
Value instant_value(std::int64_t seconds, std::int64_t nanos);

}  // namespace wf::cel
