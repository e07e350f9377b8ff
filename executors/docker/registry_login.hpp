// Logins of registries, as the docker command keeps them.
#pragma once
#include <string>

namespace wf {

struct RegistryLogin {
  std::string header;   // what X-Registry-Auth says to an engine that pulls; empty: nothing is known for this registry
  std::string failure;  // why what should know it did not tell; empty: it did, or there is nobody to ask
};

// For the registry that a repository's name ("host:5000/team/tool", "python") says. `folder` has the config.json of the docker
// command, whose "credHelpers", "credsStore" and "auths" are asked in that order; helpers are programs of the caller's PATH:
// https://github.com/docker/docker-credential-helpers. Throws Error(k_bad_json) for a file that is no JSON.
RegistryLogin registry_login(const std::string& folder, const std::string& repository);

// What the login of a registry is kept under: "host:5000"; Docker's own is "https://index.docker.io/v1/".
std::string registry_of(const std::string& repository);

}  // namespace wf
