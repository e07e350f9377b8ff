#include "core/engine/environments.hpp"

#include <algorithm>

#include "core/base/json_members.hpp"

namespace wf {

namespace {

template <typename Choice, std::size_t N>
std::optional<Choice> find_choice(const std::array<std::string_view, N>& names, std::string_view name) {
  const auto* found = std::find(names.begin(), names.end(), name);
  return found == names.end() ? std::nullopt : std::optional(static_cast<Choice>(found - names.begin()));
}

}  // namespace

std::optional<Backend> find_backend(std::string_view name) {
  return find_choice<Backend>(k_backend_names, name);
}

std::optional<ReuseFrom> find_reuse_from(std::string_view name) {
  return find_choice<ReuseFrom>(k_reuse_from_names, name);
}

bool is_in_container(Backend backend, const Task& task) {
  return backend == Backend::docker || (backend == Backend::automatic && !task.image.empty());
}

bool is_config_digest(std::string_view reference) { return Digest::parse(reference).has_value(); }

const ImageIdentity* Environments::find(std::string_view reference) const {
  auto found = std::find_if(images.begin(), images.end(),
                            [&](const ImageIdentity& one) { return one.reference == reference; });
  return found == images.end() ? nullptr : &*found;
}

std::string Environments::to_run(const Task& task) const {
  const ImageIdentity* known = find(task.image);
  return known != nullptr && !known->config.empty() ? known->config : task.image;
}

RanIn Environments::place_of(const Task& task) const {
  return is_in_container(backend, task) ? RanIn{to_run(task)} : RanIn{};
}

// Without an image it can run on a machine alone, and its key says so.
std::optional<RanIn> Environments::wanted_of(const Task& task) const {
  return reuse_from == ReuseFrom::any || task.image.empty() ? std::nullopt : std::optional(place_of(task));
}

Json Environments::part_of(const Task& task) const {
  Json part = Json::object();
  if (task.image.empty()) return part.add("host", true).add("platform", platform);
  const ImageIdentity* known = find(task.image);
  if (known != nullptr && !known->config.empty())
    return part.add("image", known->config).add("platform", known->platform);
  part.add("image", task.image).add("platform", platform);
  return is_config_digest(task.image) ? part : part.add("unpinned", true);
}

Json to_json(const std::vector<ImageIdentity>& images) {
  return list_json(images, [](const ImageIdentity& one) {
    Json json = Json::object();
    json.add("reference", one.reference).add("config", or_null(one.config));
    return json.add("platform", or_null(one.platform));
  });
}

std::vector<ImageIdentity> images_from_json(const Json& json) {
  const auto text = [](const Json& one, std::string_view name) {
    const Json& value = one.at(name);
    return value.is_null() ? std::string() : value.as_string();
  };
  std::vector<ImageIdentity> images;
  for (const Json& one : json.as_array())
    images.push_back({text(one, "reference"), text(one, "config"), text(one, "platform")});
  return images;
}

}  // namespace wf
