// The state of the git repository around a definition, for the record.
#pragma once
#include <optional>
#include <string>

#include "core/base/json.hpp"

namespace wf {

struct GitReading {
  // {"branch","commit","dirty","path","remote"}, what is absent being null; {"unknown": reason} when there is
  // a repository that could not be read; nullopt outside of any.
  std::optional<Json> state;
  std::string warning;  // for the user, when the state is unknown
};

GitReading read_git(const std::string& file);

// A remote's address without user, password, query and fragment, which may all hold secrets.
std::string strip_credentials(const std::string& address);

}  // namespace wf
