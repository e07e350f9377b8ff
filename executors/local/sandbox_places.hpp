// What a sandboxed attempt may read and write: its own, what its task names, and what every program needs of a machine.
#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "core/base/error.hpp"
#include "core/base/landlock.hpp"
#include "core/engine/executor.hpp"

namespace wf {

enum class PlaceKind { system, own, input, named };

struct SandboxPlace {
  std::string path;  // as it is spelled
  std::string real;  // without links
  PathRight right = PathRight::read;
  PlaceKind kind = PlaceKind::system;
  std::string label = {};  // of an input: what its task calls it
};

// What there is of it on this machine: programs, libraries, settings, kernel files and devices that hold no data.
std::vector<SandboxPlace> system_places();
// What the programs in the folders of PATH need: a folder outside of the system with all below; if it is the bin/ of an
// installation, what that consists of, too; never a home folder, / or /tmp as a whole.
std::vector<SandboxPlace> program_places(std::string_view path_variable);
// Why a task that names a path to be written cannot begin: k_sandbox_place; nullopt: the path is there.
std::optional<Error> why_no_place(const std::string& path);
// The attempt's own, its inputs, and what its task names; what is named to be read and is not there is left out. Throws
// Error(k_sandbox_place) for what is named to be written and is not there.
std::vector<SandboxPlace> attempt_places(const SandboxSpec& spec);

class SandboxPlaces {
 public:
  explicit SandboxPlaces(std::vector<SandboxPlace> places);

  const std::vector<SandboxPlace>& all() const { return places_; }
  // Paths without links.
  bool may_read(const std::string& real) const { return around(real) != nullptr; }
  bool may_write(const std::string& real) const;
  // The innermost one that a path is in, or is; nullptr: none.
  const SandboxPlace* around(const std::string& real) const;

 private:
  std::vector<SandboxPlace> places_;
  std::unordered_map<std::string_view, std::vector<std::size_t>> by_path_;  // whose `real` it is
};

}  // namespace wf
