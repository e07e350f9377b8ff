// A typed value as a row of the store holds it.
#pragma once
#include <string>
#include <string_view>

#include "core/engine/records.hpp"

namespace wf {

// Throws Error(k_store_corrupt) when the row holds no value of the type it names.
OutputValue stored_value(std::string name, std::string_view type, std::string_view value);

}  // namespace wf
