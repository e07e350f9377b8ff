#include "executors/docker/engine_address.hpp"

#include "core/base/digest.hpp"
#include "core/base/file.hpp"
#include "core/base/json.hpp"
#include "core/base/text.hpp"
#include "executors/docker/codes.hpp"

namespace wf {

namespace {

constexpr std::string_view k_default = "unix:///var/run/docker.sock";
constexpr std::string_view k_unix = "unix://";
constexpr std::string_view k_tcp = "tcp://";

// Files that the docker command keeps for TLS.
void add_certificates(HttpEndpoint& endpoint, const std::string& folder) {
  const auto file = [&](const char* name) {
    std::string path = cat(folder, '/', name);
    return exists(path) ? path : std::string();
  };
  endpoint.authority_file = file("ca.pem");
  endpoint.certificate_file = file("cert.pem");
  endpoint.key_file = file("key.pem");
}

enum class Tls { no, yes };

EngineAddress parsed(const std::string& text, const std::string& source, Tls tls) {
  EngineAddress address{{}, text, source};
  if (text.starts_with(k_unix) && text.size() > k_unix.size()) {
    address.endpoint.base = "http://engine";
    address.endpoint.unix_socket = text.substr(k_unix.size());
    return address;
  }
  std::string host;
  if (text.starts_with(k_tcp)) host = text.substr(k_tcp.size());
  if (text.starts_with("http://")) host = text.substr(7);
  if (text.starts_with("https://")) {
    host = text.substr(8);
    tls = Tls::yes;
  }
  while (host.ends_with('/')) host.pop_back();
  if (host.empty() || host.find_first_of("/ @?#") != std::string::npos)
    throw Error(codes::k_bad_engine_address, cat("'", text, "' (", source, ") is no address of a container engine"),
                "write unix:///PATH or tcp://HOST:PORT; an engine behind ssh is reached by a socket that ssh -L forwards");
  if (host.find(':', host.rfind(']') == std::string::npos ? 0 : host.rfind(']')) == std::string::npos)
    host += tls == Tls::yes ? ":2376" : ":2375";
  address.endpoint.base = cat(tls == Tls::yes ? "https://" : "http://", host);
  return address;
}

std::string docker_folder(const FindVariable& variable) {
  if (auto folder = variable("DOCKER_CONFIG")) return *folder;
  return variable("HOME").value_or("") + "/.docker";
}

std::optional<Json> json_of(const std::string& path) {
  auto text = read_file_if_exists(path);
  return text ? std::optional(Json::parse(*text, path)) : std::nullopt;
}

const std::string* text_in(const Json* json, std::string_view name) {
  const Json* found = json == nullptr ? nullptr : json->find(name);
  return found != nullptr && found->is_string() ? &found->as_string() : nullptr;
}

EngineAddress of_context(const std::string& folder, const std::string& name, const std::string& source) {
  const std::string id = sha256(name).hex();
  const std::string path = cat(folder, "/contexts/meta/", id, "/meta.json");
  const std::optional<Json> meta = json_of(path);
  if (!meta)
    throw Error(codes::k_bad_engine_address, cat("there is no context '", name, "' of docker (", source, ")"),
                "'docker context ls' lists them; or set DOCKER_HOST");
  const Json* endpoints = meta->find("Endpoints");
  const Json* docker = endpoints == nullptr ? nullptr : endpoints->find("docker");
  const std::string* host = text_in(docker, "Host");
  if (host == nullptr)
    throw Error(codes::k_bad_engine_address, cat("the context '", name, "' names no engine, in ", path), "mend it, or set DOCKER_HOST");
  const std::string certificates = cat(folder, "/contexts/tls/", id, "/docker");
  EngineAddress address =
      parsed(*host, cat("the context '", name, "'"), is_folder(certificates) ? Tls::yes : Tls::no);
  add_certificates(address.endpoint, certificates);
  const Json* skip = docker->find("SkipTLSVerify");
  if (skip != nullptr && skip->is_bool() && skip->as_bool())
    address.endpoint.identity = HttpEndpoint::Identity::unchecked;
  return address;
}

EngineAddress address_in(const std::string& folder, const FindVariable& variable) {
  if (auto host = variable("DOCKER_HOST")) {
    const bool verified = variable("DOCKER_TLS_VERIFY").has_value();
    const bool tls = verified || variable("DOCKER_TLS").has_value();
    EngineAddress address = parsed(*host, "DOCKER_HOST", tls ? Tls::yes : Tls::no);
    if (tls) add_certificates(address.endpoint, variable("DOCKER_CERT_PATH").value_or(folder));
    if (tls && !verified) address.endpoint.identity = HttpEndpoint::Identity::unchecked;
    return address;
  }
  std::string source = "DOCKER_CONTEXT";
  std::optional<std::string> context = variable("DOCKER_CONTEXT");
  if (!context) {
    source = folder + "/config.json";
    const std::optional<Json> config = json_of(source);
    const std::string* chosen = text_in(config ? &*config : nullptr, "currentContext");
    if (chosen != nullptr && !chosen->empty()) context = *chosen;
  }
  if (!context || *context == "default") return parsed(std::string(k_default), "default", Tls::no);
  return of_context(folder, *context, source);
}

}  // namespace

EngineAddress find_engine(const FindVariable& variable) {
  const std::string folder = docker_folder(variable);
  EngineAddress address = address_in(folder, variable);
  address.configuration = folder;
  return address;
}

}  // namespace wf
