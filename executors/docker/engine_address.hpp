// Where the container engine is: as the docker command finds it, by DOCKER_HOST, DOCKER_CONTEXT and its configuration.
#pragma once
#include <functional>
#include <optional>
#include <string>

#include "core/base/http_client.hpp"

namespace wf {

struct EngineAddress {
  HttpEndpoint endpoint;
  std::string text;    // "unix:///var/run/docker.sock"
  std::string source;  // what says so: "DOCKER_HOST", "the context 'build'", "default"
  std::string configuration = {};  // the folder where the docker command keeps what it knows
};

// What a variable of the environment says; nullopt: it is not there, or empty.
using FindVariable = std::function<std::optional<std::string>(const std::string& name)>;

// Throws Error(k_bad_engine_address).
EngineAddress find_engine(const FindVariable& variable);

}  // namespace wf
