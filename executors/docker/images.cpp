#include "executors/docker/images.hpp"

#include "core/base/text.hpp"
#include "executors/docker/codes.hpp"

namespace wf {

namespace {
// A reference has no letter that would mean something else in a target.
EngineReply look_at(const Engine& engine, const std::string& reference) {
  return engine.call("GET", cat("/images/", reference, "/json"));
}

// "name:tag@sha256:…" without the digest, and that.
std::pair<std::string, std::string> divided(const std::string& reference) {
  const std::size_t at = reference.find('@');
  if (at == std::string::npos) return {reference, {}};
  return {reference.substr(0, at), reference.substr(at + 1)};
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
  const auto [name, digest] = divided(reference);
  const std::size_t colon = name.find(':', name.rfind('/') == std::string::npos ? 0 : name.rfind('/'));
  const std::string tag = !digest.empty() ? digest : colon == std::string::npos ? "latest" : name.substr(colon + 1);
  std::string said;
  HttpRequest request;
  request.method = "POST";
  request.target = cat("/images/create?fromImage=", url_encoded(name.substr(0, colon)), "&tag=", url_encoded(tag));
  request.on_data = [&said](std::string_view piece) { said += piece; };
  const EngineReply reply = engine.call(std::move(request));
  return reply.is_good() ? failure_in(said) : reply.failure;
}

}  // namespace

std::optional<ImageIdentity> find_image(const Engine& engine, const std::string& reference) {
  EngineReply reply = look_at(engine, reference);
  const auto [name, digest] = divided(reference);
  // The digest may be that of the manifest, as registries have it, or of the configuration.
  if (reply.status == k_not_found && !digest.empty()) reply = look_at(engine, digest);
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
                "check its name, or build or load it there; a registry that asks for a login needs 'docker pull' first");
  if (found->platform != engine.info().platform)
    throw Error(codes::k_no_image,
                cat("the image '", reference, "' is for ", found->platform, ", and the container engine runs ",
                    engine.info().platform),
                "name an image that was built for that platform");
  return *found;
}

}  // namespace wf
