#include "core/engine/environments.hpp"

#include <algorithm>

#include "core/base/json_members.hpp"

namespace wf {

std::optional<Backend> find_backend(std::string_view name) {
  const auto* found = std::find(k_backend_names.begin(), k_backend_names.end(), name);
  if (found == k_backend_names.end()) return std::nullopt;
  return static_cast<Backend>(found - k_backend_names.begin());
}

bool is_in_container(Backend backend, const Task& task) {
  return backend == Backend::docker || (backend == Backend::automatic && !task.image.empty());
}

const ImageIdentity* Environments::find(std::string_view reference) const {
  auto found = std::find_if(images.begin(), images.end(),
                            [&](const ImageIdentity& one) { return one.reference == reference; });
  return found == images.end() ? nullptr : &*found;
}

std::string Environments::to_run(const Task& task) const {
  const ImageIdentity* known = find(task.image);
  return known != nullptr && !known->config.empty() ? known->config : task.image;
}

Json Environments::part_of(const Task& task) const {
  Json part = Json::object();
  if (task.image.empty()) return part.add("host", true).add("platform", platform);
  const ImageIdentity* known = find(task.image);
  if (known != nullptr && !known->config.empty())
    return part.add("image", known->config).add("platform", known->platform);
  return part.add("image", task.image).add("platform", platform).add("unpinned", true);
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
