// What earlier drivers of a run have left in an engine: containers that go on, and results that nobody has taken in.
#pragma once
#include <cstdint>
#include <optional>
#include <set>
#include <string>

#include "core/engine/executor.hpp"
#include "executors/docker/engine.hpp"

namespace wf {

// An attempt of before that is taken over.
struct Heirloom {
  std::string container;       // its name
  bool is_there = false;       // else it has ended and is gone
  std::string folder;          // of the attempt, with what it has made
};

class Inheritance {
 public:
  struct Past {
    std::string run;            // its id
    std::int64_t fence = 1;     // of this driver
    std::string folder;         // where the folders of attempts are
    std::set<std::string> lost; // names of attempts that died with their drivers, as far as the store knows
  };

  // Removes what never began. `engine` must outlive it. Throws Error(k_engine_refused).
  Inheritance(const Engine& engine, Past past);

  // What is left of the execution that this attempt is of; each is given once. Its folder is then that of the attempt,
  // by one step that is done or not done when this process is killed. One with secrets is removed instead: nobody knows
  // any more what it said.
  std::optional<Heirloom> take(const AttemptSpec& spec);

 private:
  std::optional<Heirloom> find(const AttemptSpec& spec);
  std::optional<Heirloom> find(const std::string& name);

  const Engine& engine_;
  Past past_;
  std::set<std::string> containers_;  // of earlier drivers, by name
};

// Removes all containers with such a label: "wf.run=…". What is said where that fails; "": it did not.
std::string remove_containers(const Engine& engine, const std::string& label);

}  // namespace wf
