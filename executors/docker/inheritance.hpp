// What earlier drivers of a run have left in an engine: containers that go on, and results that nobody has taken in.
#pragma once
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>

#include "core/engine/executor.hpp"
#include "executors/docker/containers.hpp"

namespace wf {

// An attempt of before that is taken over.
struct Heirloom {
  std::string container;       // its name
  std::string state;           // "created", "running", …; "": it has ended and is gone
  bool copied = false;  // it has copies of its folders, under the paths that they had for its own attempt
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

  // `engine` must outlive it. Throws Error(k_engine_refused).
  Inheritance(const Engine& engine, Past past);

  // What is left of the execution that this attempt is of; each is given once. One with secrets is removed
  // instead: nobody knows any more what it said.
  std::optional<Heirloom> take(const AttemptSpec& spec);
  // Has its folder stand in the place of the attempt's, by one step that is done or not done when this
  // process is killed. A container that runs takes no notice of it; one that is still to begin looks for its
  // folder where that stood.
  void move(const Heirloom& heirloom, const AttemptSpec& spec) const;

 private:
  std::optional<Heirloom> find(const AttemptSpec& spec);
  std::optional<Heirloom> find(const std::string& name);
  void note(const Heirloom& heirloom, const std::string& attempt) const;
  std::string container_of(const std::string& attempt) const;
  std::string notes() const { return past_.folder + "/taken-over"; }

  const Engine& engine_;
  Past past_;
  std::map<std::string, ContainerInfo> containers_;  // of earlier drivers, by name
};

}  // namespace wf
