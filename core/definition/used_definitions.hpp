// The workflows that the nodes of a definition name: other files, and registered versions by wf.lock.
#pragma once
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <variant>
#include <vector>

#include "core/definition/bundle.hpp"
#include "core/definition/draft.hpp"
#include "core/definition/load.hpp"
#include "core/definition/lock.hpp"

namespace wf {

// Across all the files that one definition leads to. Each is read once; a circle of them is a fault.
class UsedDefinitions {
 public:
  // Reads a definition, `path` being how the user sees it.
  using Parse = std::function<LoadedDefinition(const std::string& path, std::string text)>;
  explicit UsedDefinitions(Parse parse) : parse_(std::move(parse)) {}

  // The definition that is read first, by its absolute path.
  void open(std::string path) { open_.push_back(std::move(path)); }

  // What the scalar `at` of the definition at `user` names; nullptr after a report. A task is one of a
  // registered version.
  std::shared_ptr<const UsedVersion> find(Decoder& decoder, Bundle& bundle, const std::string& user, Use use,
                                          YamlId at);
  // What is wrong in the files that were read.
  const Diagnostics& diagnostics() const { return diagnostics_; }
  // Versions that were looked for in wf.lock.
  std::vector<VersionUse> take_uses() { return std::move(uses_); }

 private:
  std::shared_ptr<const UsedVersion> find_file(Decoder& decoder, const std::string& path,
                                               const std::string& shown, YamlId at);
  bool can_open(Decoder& decoder, const std::string& path, YamlId at);
  std::shared_ptr<const UsedVersion> find_locked(Decoder& decoder, const std::string& user,
                                                 const std::string& reference, YamlId at);
  const std::variant<Lock, std::string>& lock_at(const std::string& path);

  Parse parse_;
  std::vector<std::string> open_;  // absolute paths, each used by the one before it
  std::map<std::string, std::shared_ptr<const UsedVersion>> files_;
  std::map<std::string, std::variant<Lock, std::string>> locks_;  // as read_lock() gives them
  Diagnostics diagnostics_;
  std::vector<VersionUse> uses_;
};

}  // namespace wf
