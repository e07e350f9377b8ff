// Values as the store holds them: canonical text beside the text of their type.
#pragma once
#include <string>
#include <string_view>

#include "core/base/json.hpp"

namespace wf {

// The value as its type reads it: a float that JSON has no number for is a double again. One of a type that
// this wf does not know stays as it is. Throws Error(k_bad_json), naming `what`, for what is no JSON.
Json value_from_store(std::string_view type, std::string_view text, std::string_view what);

// A value of such a type for people: a scalar as its text, quoted where it is text among other types, the
// rest on one line as printed_value() has it.
std::string shown_value(std::string_view type, const Json& value);

}  // namespace wf
