// Arithmetic of datetimes and durations, as overloads.
#pragma once
#include "core/definition/cel_functions.hpp"

namespace wf::cel {

Value later(std::span<Value> arguments, Budget& budget);    // datetime + duration, in either order
Value earlier(std::span<Value> arguments, Budget& budget);  // datetime - duration
Value time_between(std::span<Value> arguments, Budget& budget);
Value add_durations(std::span<Value> arguments, Budget& budget);
Value subtract_durations(std::span<Value> arguments, Budget& budget);

// An instant of the years 0001 to 9999, or a fault.
Value instant_value(std::int64_t seconds, std::int64_t nanos);

}  // namespace wf::cel
