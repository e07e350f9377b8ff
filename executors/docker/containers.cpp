#include "executors/docker/containers.hpp"

#include "core/base/text.hpp"
#include "executors/docker/codes.hpp"
#include "executors/docker/container_spec.hpp"

namespace wf {

namespace {

std::string label_of(const Json& container, std::string_view name) {
  const Json* labels = container.find("Labels");
  return labels != nullptr && labels->is_object() ? text_of(*labels, name) : std::string();
}

}  // namespace

std::vector<ContainerInfo> list_containers(const Engine& engine, const std::string& label) {
  const Json filters = Json::object().add("label", Json::array().push(label));
  const EngineReply reply = engine.call("GET", cat("/containers/json?all=1&filters=", url_encoded(filters.compact())));
  if (!reply.is_good() || !reply.body.is_array())
    throw Error(codes::k_engine_refused,
                cat("the container engine at ", engine.address().text, " does not list its containers: ", reply.failure),
                "see whether it works, and try again");
  std::vector<ContainerInfo> found;
  for (const Json& one : reply.body.as_array()) {
    const Json* names = one.find("Names");
    if (names == nullptr || !names->is_array() || names->as_array().empty()) continue;
    std::string name = names->as_array().front().as_string();
    if (name.starts_with('/')) name.erase(0, 1);
    found.push_back({std::move(name), text_of(one, "State"), label_of(one, k_store_label),
                     label_of(one, k_run_label), label_of(one, k_folders_label) == k_copied_folders});
  }
  return found;
}

std::string removal_path(const std::string& name) { return cat("/containers/", name, "?force=1&v=1"); }

std::string remove_container(const Engine& engine, const std::string& name) {
  EngineReply reply = engine.call("DELETE", removal_path(name));
  // It was asked before, and is at it.
  if (reply.status == k_conflict) reply = engine.call("POST", cat("/containers/", name, "/wait?condition=removed"));
  return reply.is_good() || reply.status == k_not_found ? std::string() : reply.failure;
}

std::string remove_containers(const Engine& engine, const std::string& label,
                              const std::function<bool(const ContainerInfo&)>& which) {
  std::string left;
  try {
    for (const ContainerInfo& one : list_containers(engine, label)) {
      std::string why = which(one) ? remove_container(engine, one.name) : std::string();
      if (!why.empty()) left += cat(left.empty() ? "" : "; ", one.name, ": ", why);
    }
  } catch (const Error& error) {
    return error.message();
  }
  return left;
}

}  // namespace wf
