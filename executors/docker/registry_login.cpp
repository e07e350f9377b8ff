#include "executors/docker/registry_login.hpp"

#include <sys/mman.h>
#include <unistd.h>

#include <optional>

#include "core/base/base64.hpp"
#include "core/base/environment.hpp"
#include "core/base/error.hpp"
#include "core/base/file.hpp"
#include "core/base/program_output.hpp"
#include "core/base/text.hpp"
#include "executors/docker/engine.hpp"

namespace wf {

namespace {

constexpr std::string_view k_docker_registry = "https://index.docker.io/v1/";
constexpr std::string_view k_token_user = "<token>";
constexpr std::size_t k_most_bytes = std::size_t{64} * 1024;
constexpr std::int64_t k_patience_ns = 30'000'000'000;  // a helper may ask a service, but nobody at a keyboard

// "host:5000" of "https://host:5000/v1/": older versions of docker kept logins under such names.
std::string_view host_of(std::string_view name) {
  for (std::string_view scheme : {"https://", "http://"})
    if (name.starts_with(scheme)) name.remove_prefix(scheme.size());
  return name.substr(0, name.find('/'));
}

// As the engine reads it: JSON in base64 with the letters that fit into an address.
std::string header_of(Json login, const std::string& registry) {
  login.add("serveraddress", registry);
  std::string header = to_base64(login.compact());
  for (char& letter : header) {
    if (letter == '+') letter = '-';
    if (letter == '/') letter = '_';
  }
  return header;
}

// Of the user of that name the secret stands for user and password.
Json login_of(const std::string& user, const std::string& secret) {
  Json login = Json::object();
  const bool is_token = user == k_token_user;
  if (!is_token) login.add("username", user);
  login.add(is_token ? "identitytoken" : "password", secret);
  return login;
}

Fd text_to_read(const std::string& text) {
  Fd file(::memfd_create("question", MFD_CLOEXEC));
  if (!file) throw_errno("make", "a file in memory");
  write_all(file.get(), text, "a file in memory");
  ::lseek(file.get(), 0, SEEK_SET);
  return file;
}

RegistryLogin ask_helper(const std::string& helper, const std::string& registry) {
  const std::string program = cat("docker-credential-", helper);
  const Fd question = text_to_read(registry);
  SpawnRequest request;
  request.argv = {program, "get"};
  request.environment = whole_environment();
  request.stdin_fd = question.get();
  const ProgramOutput said = program_output(std::move(request), {k_most_bytes, k_patience_ns});
  if (!said.failure.empty()) {
    const bool unknown = said.out.find("credentials not found") != std::string::npos;
    return {{}, unknown ? "" : cat("the helper '", program, "' did not tell its login: ", said.failure)};
  }
  try {
    const Json login = Json::parse(said.out, "what it said");
    return {header_of(login_of(text_of(login, "Username"), text_of(login, "Secret")), registry), {}};
  } catch (const Error& error) {
    return {{}, cat("the helper '", program, "' did not tell its login: ", error.message())};
  }
}

const Json* kept_login(const Json& logins, const std::string& registry) {
  if (!logins.is_object()) return nullptr;
  if (const Json* exact = logins.find(registry)) return exact;
  for (const auto& [name, login] : logins.as_object())
    if (host_of(name) == host_of(registry)) return &login;
  return nullptr;
}

RegistryLogin read_login(const Json& login, const std::string& registry) {
  if (const std::string token = text_of(login, "identitytoken"); !token.empty())
    return {header_of(login_of(std::string(k_token_user), token), registry), {}};
  const std::optional<std::string> both = from_base64(text_of(login, "auth"));
  const std::size_t colon = both ? both->find(':') : std::string::npos;
  if (colon == std::string::npos) return {};
  return {header_of(login_of(both->substr(0, colon), both->substr(colon + 1)), registry), {}};
}

}  // namespace

std::string registry_of(const std::string& repository) {
  const std::size_t slash = repository.find('/');
  const std::string first = slash == std::string::npos ? "" : repository.substr(0, slash);
  const bool is_host = first == "localhost" || first.find_first_of(".:") != std::string::npos;
  return is_host && first != "docker.io" && first != "index.docker.io" ? first : std::string(k_docker_registry);
}

RegistryLogin registry_login(const std::string& folder, const std::string& repository) {
  const std::string path = folder + "/config.json";
  const auto text = read_file_if_exists(path);
  if (!text) return {};
  const Json config = Json::parse(*text, path);
  const std::string registry = registry_of(repository);
  const Json* helpers = config.find("credHelpers");
  std::string helper = helpers == nullptr ? "" : text_of(*helpers, registry);
  if (helper.empty()) helper = text_of(config, "credsStore");
  if (!helper.empty()) return ask_helper(helper, registry);
  const Json* logins = config.find("auths");
  const Json* login = logins == nullptr ? nullptr : kept_login(*logins, registry);
  return login == nullptr ? RegistryLogin{} : read_login(*login, registry);
}

}  // namespace wf
