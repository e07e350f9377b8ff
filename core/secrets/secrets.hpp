// The secrets of this machine: fetched when they are needed, and kept in memory alone.
#pragma once
#include <cstdint>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "core/base/file.hpp"
#include "core/secrets/mask.hpp"
#include "core/secrets/source.hpp"

namespace wf {

// What an attempt is given of them.
struct GivenSecrets {
  std::vector<std::string> environment;  // "NAME=value"
  Mask mask;
};

class Secrets {
 public:
  // By name. Takes the variables that they are in, and all WF_SECRET_…, out of this process's environment,
  // where others could read them in /proc. No other thread may be running.
  explicit Secrets(std::map<std::string, SecretSource> sources);

  // nullopt: nothing gives it. WF_SECRET_… counts before all others.
  std::optional<SecretSource> source(const std::string& name) const;
  // Those for which something is said, and those of WF_SECRET_….
  std::map<std::string, SecretSource> sources() const;

  // Its value, without a last line end. What a file or a command gave is good for 5 minutes. Throws
  // Error(k_no_secret, k_secret_unavailable, k_unfit_secret). From any thread; one fetches at a time, so that
  // who asks for a password asks once.
  std::string value(const std::string& name);
  // Ends a command that is running; from then on value() throws.
  void give_up();

 private:
  struct Fetched {
    std::string value;
    std::int64_t at_ns = 0;
  };

  std::string fetch(const std::string& name, const SecretSource& source) const;

  std::map<std::string, SecretSource> sources_;
  std::map<std::string, std::string> variables_;  // taken out of the environment
  std::mutex mutex_;                              // over fetched_, and while fetching
  std::map<std::string, Fetched> fetched_;
  Fd given_up_;  // an eventfd
};

}  // namespace wf
