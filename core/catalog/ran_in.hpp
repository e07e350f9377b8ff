// What the attempt that made a result ran in: its key may be the same on every backend.
#pragma once
#include <optional>
#include <string>

#include "core/base/uuid.hpp"
#include "core/store/database.hpp"

namespace wf {

struct RanIn {
  std::optional<std::string> image;  // of its container: the digest of its configuration; nullopt: it was in none
  bool operator==(const RanIn&) const = default;
};

// nullopt: there is no record of it.
std::optional<RanIn> ran_in(Database& database, const std::string& project, const std::string& domain,
                            const Uuid& artifact);

}  // namespace wf
