// Where two values part, down to the byte of a file in a folder.
#pragma once
#include <functional>
#include <optional>
#include <string>

#include "core/base/digest.hpp"
#include "core/base/json.hpp"

namespace wf {

struct ContentDifference {
  std::string place;   // inside the value: "[3].name, sub/table.csv, byte 17 (line 2)"; "" for the value itself
  std::string before;  // what stands there, cut short; "nothing" where there is none
  std::string after;
};

// The bytes of a content; for a folder its manifest.
using ReadContent = std::function<std::string(const Digest&)>;

// The first place, in the order of names, elements and bytes, at which two canonical values of one type differ; nullopt:
// they are equal. Throws what `before` and `after` throw.
std::optional<ContentDifference> first_difference(const Json& one, const Json& other, const ReadContent& before,
                                                  const ReadContent& after);

}  // namespace wf
