// The containers that wf has made in an engine, found by their labels.
#pragma once
#include <functional>
#include <string>
#include <vector>

#include "executors/docker/engine.hpp"

namespace wf {

struct ContainerInfo {
  std::string name;
  std::string state;    // "created", "running", "exited", …
  std::string store;    // that the run is in: its id, or the folder that goes with it
  std::string run;      // the id of the run that it is of
  bool copied = false;  // it has copies of its folders
};

// Those with such a label: "wf.run=…". Throws Error(k_engine_refused).
std::vector<ContainerInfo> list_containers(const Engine& engine, const std::string& label);

// Removes it, running or not. Why it is there still; "": it is not.
std::string remove_container(const Engine& engine, const std::string& name);

// What the engine is asked for that, with DELETE.
std::string removal_path(const std::string& name);

// Removes those with the label that `which` says. What is left, and why; or why that is not known; "":
// nothing.
std::string remove_containers(const Engine& engine, const std::string& label,
                              const std::function<bool(const ContainerInfo&)>& which);

}  // namespace wf
