#include "executors/docker/images.hpp"

#include "core/base/text.hpp"
#include "executors/docker/codes.hpp"
#include "executors/docker/registry_login.hpp"

namespace wf {

namespace {
// A reference has no letter that would mean something else in a target.
EngineReply look_at(const Engine& engine, const std::string& reference) {
  return engine.call("GET", cat("/images/", reference, "/json"));
}

// "repository:tag@digest".
struct ImageName {
  std::string repository;
  std::string tag;
  std::string digest;
};

ImageName divided(const std::string& reference) {
  ImageName name;
  const std::size_t at = std::min(reference.find('@'), reference.size());
  if (at < reference.size()) name.digest = reference.substr(at + 1);
  const std::size_t slash = reference.rfind('/', at);
  const std::size_t colon = reference.find(':', slash == std::string::npos ? 0 : slash);
  name.repository = reference.substr(0, std::min(colon, at));
  if (colon < at) name.tag = reference.substr(colon + 1, at - colon - 1);
  return name;
}

// The repository as engines show it: Docker's own registry is left out.
std::string_view familiar(std::string_view repository) {
  for (std::string_view home : {"docker.io/library/", "docker.io/"})
    if (repository.starts_with(home)) return repository.substr(home.size());
  return repository;
}

// The last thing that an engine said which was to get an image: it says that it could not at the end of a good answer.
std::string failure_in(const std::string& lines) {
  std::string failure;
  for (std::string_view line : split(lines, '\n')) {
    if (line.find("\"error\"") == std::string_view::npos) continue;
    try {
      failure = text_of(Json::parse(trim(line), "an answer of the container engine"), "error");
    } catch (const Error&) {
      failure = trim(line);
    }
  }
  return failure;
}

std::string pull(const Engine& engine, const std::string& reference) {
  if (is_config_digest(reference)) return "no registry has images by that name";
  const ImageName name = divided(reference);
  const std::string tag = !name.digest.empty() ? name.digest : name.tag.empty() ? "latest" : name.tag;
  const RegistryLogin login = registry_login(engine.address().configuration, name.repository);
  std::string said;
  HttpRequest request;
  request.method = "POST";
  request.target = cat("/images/create?fromImage=", url_encoded(name.repository), "&tag=", url_encoded(tag));
  if (!login.header.empty()) request.headers = {cat("X-Registry-Auth: ", login.header)};
  request.on_data = [&said](std::string_view piece) { said += piece; };
  const EngineReply reply = engine.call(std::move(request));
  std::string failure = reply.is_good() ? failure_in(said) : reply.failure;
  if (!failure.empty() && !login.failure.empty()) failure += cat("; ", login.failure);
  return failure;
}

}  // namespace

std::optional<ImageIdentity> find_image(const Engine& engine, const std::string& reference) {
  const EngineReply reply = look_at(engine, reference);
  if (reply.status == k_not_found) return std::nullopt;
  const std::string config = text_of(reply.body, "Id");
  if (!reply.is_good() || config.empty())
    throw Error(codes::k_engine_refused,
                cat("the container engine at ", engine.address().text, " does not say what the image '", reference,
                    "' is: ", reply.is_good() ? "its answer has no id" : reply.failure),
                "try again; 'docker image inspect' shows what the engine knows");
  return ImageIdentity{reference, config, cat(text_of(reply.body, "Os"), '/', text_of(reply.body, "Architecture"))};
}

ImageIdentity require_image(const Engine& engine, const std::string& reference) {
  std::optional<ImageIdentity> found = find_image(engine, reference);
  std::string why;
  if (!found) {
    why = pull(engine, reference);
    found = find_image(engine, reference);
  }
  if (!found)
    throw Error(codes::k_no_image,
                cat("the container engine at ", engine.address().text, " has no image '", reference,
                    "' and cannot get it", why.empty() ? "" : ": ", why),
                "check its name, or build or load it there; where its registry wants a login, 'docker login' "
                "gives one that wf uses too");
  if (found->platform != engine.info().platform)
    throw Error(codes::k_no_image,
                cat("the image '", reference, "' is for ", found->platform, ", and the container engine runs ",
                    engine.info().platform),
                "name an image that was built for that platform");
  return *found;
}

std::string pinned_reference(const Engine& engine, const std::string& reference) {
  const ImageIdentity image = require_image(engine, reference);
  const ImageName name = divided(reference);
  if (!name.digest.empty()) return reference;
  const EngineReply reply = look_at(engine, reference);
  const Json* known = reply.body.find("RepoDigests");
  if (known == nullptr || !known->is_array()) return image.config;
  for (const Json& one : known->as_array()) {
    const ImageName other = divided(one.as_string());
    if (familiar(other.repository) == familiar(name.repository)) return cat(reference, '@', other.digest);
  }
  return image.config;
}

}  // namespace wf
