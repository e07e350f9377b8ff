// Cache keys: what must be equal for a result to be reused.
//
// key = SHA-256("wf-key-1\n" ‖ for each part in this order its name and its wfc1 text, each with an 8-byte
// length before it)
//   interface    {"inputs":{name:type},"outputs":{name:type}}; {"type","name"} for a file with a name of its
//                own, which the task sees in its arguments; "dynamic":true for a task that emits a definition,
//                whose outputs are what it promises
//   command      {"command":[…]} or {"script":…,"shell":[…]}, as in the version
//   sources      [{"path","digest","executable"}]
//   environment  {"host":true,"platform":"linux/amd64"} for a task without an image; {"image","platform"} with the
//                digest of its configuration; where nobody could tell that the reference, and "unpinned":true
//   env          {NAME: text or reference}, as in the version
//   secrets      {variable: {name, version}}; never anything of a value
//   version      the text of cache.version
//   inputs       {name: canonical value}, files and folders by digest
// A part that the task ignores is the text null; ignored inputs are left out.
#pragma once
#include <string>
#include <utility>
#include <vector>

#include "core/base/digest.hpp"
#include "core/base/json.hpp"
#include "core/definition/model.hpp"

namespace wf {

// "linux/amd64": the platform part of the environment.
std::string host_platform();

// Everything of a task's key that all its executions share.
class TaskKey {
 public:
  TaskKey(const Task& task, Json environment);

  // Whether executions of the task may be reused at all.
  bool cacheable() const { return cacheable_; }
  // The shared parts by name, kept with each entry so that a miss can be explained; and their digest.
  const std::string& parts() const { return parts_; }
  const Digest& parts_digest() const { return parts_digest_; }

  // `inputs_text` is the wfc1 text of the inputs that count (see inputs_text).
  Digest key(const std::string& inputs_text) const;
  // One value for each input of the task, in the task's order.
  std::string inputs_text(const std::vector<const Json*>& values) const;

 private:
  const Task* task_;
  bool cacheable_ = false;
  std::string parts_;
  Digest parts_digest_;
  Hasher prefix_;
  std::vector<std::size_t> counting_inputs_;  // those not ignored, sorted by name
};

}  // namespace wf
