// What tasks run in: this machine, or an image. It is part of their cache keys.
#pragma once
#include <array>
#include <functional>
#include <optional>
#include <set>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/json.hpp"
#include "core/catalog/ran_in.hpp"
#include "core/definition/model.hpp"

namespace wf {

// What attempts in containers are recorded as, instead of "local".
inline constexpr std::string_view k_container_kind = "docker";

// Where attempts of a run are to run.
enum class Backend {
  automatic,  // of tasks with an image in containers, of all others on this machine
  local,      // all on this machine
  docker      // all in containers
};
inline constexpr std::array<std::string_view, 3> k_backend_names{"auto", "local", "docker"};
std::optional<Backend> find_backend(std::string_view name);
bool is_in_container(Backend backend, const Task& task);

// What an image was when the run began: tags move.
// Whether an image is named by "sha256:…", the digest of its configuration: then everybody can tell what it
// is.
bool is_config_digest(std::string_view reference);

struct ImageIdentity {
  std::string reference;  // as the definition has it
  std::string config;     // "sha256:…", the digest of its configuration; empty: nobody could tell
  std::string platform;   // "linux/amd64"
};

// Whose results a run takes: a key says what a task is to run in, and a backend may have run it elsewhere.
enum class ReuseFrom {
  any,  // that has the key
  same  // of these, what was made in just what the run would make it in
};
inline constexpr std::array<std::string_view, 2> k_reuse_from_names{"any", "same"};
std::optional<ReuseFrom> find_reuse_from(std::string_view name);

struct Environments {
  std::string platform;  // of this machine
  std::vector<ImageIdentity> images = {};
  Backend backend = Backend::automatic;
  ReuseFrom reuse_from = ReuseFrom::any;

  // nullptr: it is not known.
  const ImageIdentity* find(std::string_view reference) const;
  // What a container of a task is made of: a digest where it is known, else the reference.
  std::string to_run(const Task& task) const;
  // What its attempts run in, and what a result must have been made in so that it is reused; nullopt: in
  // anything.
  RanIn place_of(const Task& task) const;
  std::optional<RanIn> wanted_of(const Task& task) const;
  // The part of a task's cache key: see cache_key.hpp.
  Json part_of(const Task& task) const;
};

// Tells what they mean now, one for each; on any thread. Throws Error where that has to be known and cannot
// be, and soon when it is told to stop.
using FindImages = std::function<std::vector<ImageIdentity>(const std::set<std::string>& references,
                                                            const std::stop_token& stop)>;

Json to_json(const std::vector<ImageIdentity>& images);
std::vector<ImageIdentity> images_from_json(const Json& json);

}  // namespace wf
