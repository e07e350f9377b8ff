// The secrets of this machine: fetched when they are needed, and kept in memory alone.
#pragma once
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "core/base/error.hpp"
#include "core/secrets/mask.hpp"
#include "core/secrets/source.hpp"

namespace wf {

// What an attempt is given of them.
struct GivenSecrets {
  std::vector<std::string> environment;  // "NAME=value"
  Mask mask;                             // of what it says
  Mask whole;                            // of what it makes, which is refused only for a whole value
};

// The variables WF_SECRET_…, taken out of this process's environment, where others could read them in /proc.
// No other thread may be running.
using SecretVariables = std::map<std::string, std::string>;
SecretVariables take_secret_variables();

class Secrets {
 public:
  // By name. Takes the variables that they are in out of the environment, too; no other thread may be
  // running.
  Secrets(std::map<std::string, SecretSource> sources, SecretVariables variables);

  // nullopt: nothing gives it. WF_SECRET_… counts before all others.
  std::optional<SecretSource> source(const std::string& name) const;
  // Those for which something is said, and those of WF_SECRET_….
  std::map<std::string, SecretSource> sources() const;

  // What value() throws where nothing gives it.
  static Error missing(const std::string& name);

  // Its value, without a last line end. What a file or a command gave is good for 5 minutes. Throws
  // Error(k_no_secret, k_secret_unavailable, k_unfit_secret). From any thread; each is fetched by one at a
  // time. A command is ended when `stop_fd` becomes readable; -1: nobody has it ended.
  std::string value(const std::string& name, int stop_fd = -1);

 private:
  struct Fetched {
    std::mutex mutex;  // over the rest, and while fetching
    std::string value;
    std::int64_t at_ns = 0;  // 0: never
  };

  std::shared_ptr<Fetched> fetched(const std::string& name);
  std::string fetch(const std::string& name, const SecretSource& source, int stop_fd) const;

  std::map<std::string, SecretSource> sources_;
  SecretVariables variables_;
  std::mutex mutex_;  // over the next
  std::map<std::string, std::shared_ptr<Fetched>> fetched_;
};

}  // namespace wf
