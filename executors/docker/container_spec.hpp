// What an engine is told of an attempt: its container, with as little of the machine as it needs.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "core/base/json.hpp"
#include "core/engine/executor.hpp"

namespace wf {

// The user and the group of this process: "1000:1000".
std::string own_user();

// What all containers of a run have in common.
struct ContainerGround {
  std::string store;   // its id
  std::string run;     // its id
  std::int64_t fence = 0;
  std::string inputs;  // the folder in which they are laid out
  std::string shim;    // where the program stands: in that folder
  std::string user;    // "1000:1000"
  // Whether the engine sees the folders of this machine, or a container has copies of them.
  enum class Folders { shared, copied } folders = Folders::shared;
};

inline constexpr std::string_view k_store_label = "wf.store";
inline constexpr std::string_view k_run_label = "wf.run";
inline constexpr std::string_view k_node_label = "wf.node";
inline constexpr std::string_view k_attempt_label = "wf.attempt";
inline constexpr std::string_view k_fence_label = "wf.fence";
// Of containers that have copies of their folders.
inline constexpr std::string_view k_folders_label = "wf.folders";
inline constexpr std::string_view k_copied_folders = "copied";

// Where an attempt finds what it is given, besides what stands in its specification.
struct ContainerPipes {
  std::string out;      // for stdout and stderr: files, or pipes
  std::string err;
  std::string secrets;  // "-": none
};

// The body of POST /containers/create. Everything stands in the container where it stands on the machine, so that a
// task is told the same paths.
Json container_spec(const AttemptSpec& spec, const ContainerGround& ground, const ContainerPipes& pipes);

// The same in the words of docker's own command, for a person: `argv`, not empty, in a container of the
// image, that sees of this machine what is below `folder`. Secrets are variables of whoever gives it. Limits
// are left out.
std::vector<std::string> container_command(const AttemptSpec& spec, const std::vector<std::string>& argv,
                                           const std::string& folder, const std::string& user);

// Why an attempt cannot be in a container; "": it can.
std::string why_no_container(const AttemptSpec& spec, ContainerGround::Folders folders);
// Where a task keeps what its next attempt is to have, if that is not in the folder of this one.
std::optional<std::string> checkpoint_of(const AttemptSpec& spec);

}  // namespace wf
