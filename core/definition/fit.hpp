// How types fit each other, as Flyte's compiler casts them.
#pragma once
#include "core/definition/type.hpp"

namespace wf {

// Whether values of `from` may be given where `to` is expected.
enum class Fit : std::uint8_t {
  none,
  // What is known only when the value is, or what takes a part of it: a string for an enum, content that does
  // not say its media type, format or columns for one that does, and a record for one with fewer fields.
  part,
  // Every value of `from` is a value of `to`: a smaller enum for a larger one or for string; a file with a
  // media type for a file; a dataset with more columns. A union takes what one member alone takes whole, else
  // what one takes in part.
  whole
};
// The least that holds inside.
Fit fit(const Type& from, const Type& to);

}  // namespace wf
