// What a collection of garbage keeps because somebody said so: an artifact, or a run with all that it made
// and was given.
#pragma once
#include <string>
#include <vector>

#include "core/catalog/catalog.hpp"

namespace wf {

enum class PinKind { artifact, run };
std::string_view pin_kind_name(PinKind kind);  // "artifact", "run"

struct PinTarget {
  PinKind kind = PinKind::artifact;
  std::string project;
  std::string domain;
  Uuid id;
};

struct Pin {
  PinTarget target;
  std::string note;
  std::int64_t created_us = 0;
  std::string created_by;
};

// What `text` names: a run, as every RUN argument does, or else an artifact. Throws Error when it is neither.
PinTarget find_pin_target(Store& store, const std::string& project, const std::string& domain,
                          const std::string& text);

// False when it was pinned already: that pin stays as it is. Throws Error(k_blob_freed) when bytes of it are
// gone: there is nothing left to keep.
bool pin(Store& store, const PinTarget& target, const std::string& note);
// False when it was not pinned.
bool unpin(Store& store, const PinTarget& target);

std::vector<Pin> list_pins(Database& database, const std::string& project, const std::string& domain);

}  // namespace wf
