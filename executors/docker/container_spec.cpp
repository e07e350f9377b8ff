#include "executors/docker/container_spec.hpp"

#include <unistd.h>

#include <algorithm>

#include "core/base/environment.hpp"
#include "core/base/file.hpp"
#include "core/base/json_members.hpp"
#include "core/base/text.hpp"

namespace wf {

namespace {

constexpr std::int64_t k_processes = 4096;        // of a container, threads included
constexpr std::int64_t k_nanos_per_milli = 1'000'000;

constexpr const char* k_tmp = "rw,exec,nosuid,nodev,mode=1777,size=1g";

enum class Access { read, write };

Json mount(const std::string& path, Access access) {
  Json json = Json::object();
  json.add("Type", "bind").add("Source", path).add("Target", path);
  json.add("ReadOnly", bool{access == Access::read});
  return json.add("BindOptions", Json::object().add("Propagation", "rprivate"));
}

// Without a name: it goes with the container.
Json volume(const std::string& path) { return Json::object().add("Type", "volume").add("Target", path); }

Json mounts(const AttemptSpec& spec, const ContainerGround& ground) {
  Json list = Json::array();
  const std::optional<std::string> checkpoint = checkpoint_of(spec);
  if (ground.folders == ContainerGround::Folders::copied) {
    list.push(volume(parent_folder(spec.folder)));
    list.push(volume(ground.inputs));
    if (checkpoint) list.push(volume(*checkpoint));
    return list;
  }
  list.push(mount(parent_folder(spec.folder), Access::write));
  list.push(mount(ground.inputs, Access::read));
  if (checkpoint) list.push(mount(*checkpoint, Access::write));
  if (!spec.sandbox) return list;
  for (const std::string& path : spec.sandbox->read)
    if (exists(path))
      list.push(mount(path, Access::read));  // what is not there cannot be read, and is no fault
  for (const std::string& path : spec.sandbox->write) list.push(mount(path, Access::write));
  return list;
}

// PATH is the image's own, unless the task says one.
std::vector<std::string> environment_of(const AttemptSpec& spec) {
  const auto& said = spec.task->env;
  const bool own_path =
      std::any_of(said.begin(), said.end(), [](const auto& one) { return one.first == "PATH"; });
  std::vector<std::string> variables = spec.environment;
  if (!own_path) std::erase_if(variables, [](const std::string& one) { return one.starts_with("PATH="); });
  return variables;
}

Json graphics(const AttemptSpec& spec) {
  Json ids = Json::array();
  const auto names = find_variable(spec.environment, "CUDA_VISIBLE_DEVICES");
  for (std::string_view name : split(names.value_or(""), ','))
    if (!name.empty()) ids.push(name);
  Json request = Json::object();
  request.add("Driver", "").add("Count", 0).add("DeviceIDs", std::move(ids));
  request.add("Capabilities", Json::array().push(Json::array().push("gpu")));
  return Json::array().push(std::move(request));
}

// A sandbox that says so by itself has no need of another word.
bool has_network(const Task& task) { return task.network || (task.sandbox && task.sandbox->network); }

void add_limits(Json& host, const AttemptSpec& spec) {
  const auto& [cpu, memory, gpu, scratch] = spec.limits;
  if (cpu > 0) host.add("NanoCpus", cpu * k_nanos_per_milli);
  // The same with what may be swapped out: none.
  if (memory > 0) host.add("Memory", memory).add("MemorySwap", memory);
  if (find_variable(spec.environment, "CUDA_VISIBLE_DEVICES")) host.add("DeviceRequests", graphics(spec));
  if (scratch == 0) return;
  Json limit = Json::object();
  limit.add("Name", "fsize").add("Soft", scratch).add("Hard", scratch);
  host.add("Ulimits", Json::array().push(std::move(limit)));
}

Json host_config(const AttemptSpec& spec, const ContainerGround& ground) {
  Json host = Json::object();
  host.add("Mounts", mounts(spec, ground));
  host.add("NetworkMode", has_network(*spec.task) ? "default" : "none");
  host.add("ReadonlyRootfs", true).add("CapDrop", list_json(std::vector<std::string>{"ALL"}));
  host.add("SecurityOpt", list_json(std::vector<std::string>{"no-new-privileges:true"}));
  host.add("PidsLimit", k_processes);
  host.add("Tmpfs", Json::object().add("/tmp", k_tmp));
  // Its logs are files of its folder: the engine keeps none, and so none can grow beyond bounds or get lost there.
  host.add("LogConfig", Json::object().add("Type", "none").add("Config", Json::object()));
  host.add("RestartPolicy", Json::object().add("Name", "no")).add("AutoRemove", false);
  add_limits(host, spec);
  return host;
}

Json labels(const AttemptSpec& spec, const ContainerGround& ground) {
  Json json = Json::object();
  const auto add = [&json](std::string_view name, std::string text) { json.add(std::string(name), std::move(text)); };
  add(k_store_label, ground.store);
  add(k_run_label, ground.run);
  add(k_node_label, spec.execution);
  add(k_attempt_label, std::to_string(spec.number));
  add(k_fence_label, std::to_string(ground.fence));
  if (ground.folders == ContainerGround::Folders::copied) add(k_folders_label, std::string(k_copied_folders));
  return json;
}

}  // namespace

std::string own_user() {
  return cat(static_cast<std::int64_t>(::geteuid()), ':', static_cast<std::int64_t>(::getegid()));
}

Json container_spec(const AttemptSpec& spec, const ContainerGround& ground, const ContainerPipes& pipes) {
  const bool relays = ground.folders == ContainerGround::Folders::copied;
  std::vector<std::string> words{parent_folder(spec.folder), pipes.out, pipes.err, pipes.secrets,
                                 relays ? "relay" : "-"};
  words.insert(words.end(), spec.argv.begin(), spec.argv.end());
  Json json = Json::object();
  json.add("Image", spec.image).add("Hostname", spec.host_name.empty() ? "wf" : spec.host_name);
  json.add("Entrypoint", Json::array().push(ground.shim)).add("Cmd", list_json(words));
  json.add("Env", list_json(environment_of(spec))).add("WorkingDir", spec.folder).add("User", ground.user);
  json.add("Tty", false).add("OpenStdin", false).add("AttachStdout", false).add("AttachStderr", false);
  json.add("Labels", labels(spec, ground));
  // What an image says of these is for services.
  json.add("Healthcheck", Json::object().add("Test", list_json(std::vector<std::string>{"NONE"})));
  return json.add("HostConfig", host_config(spec, ground));
}

std::vector<std::string> container_command(const AttemptSpec& spec, const std::vector<std::string>& argv,
                                           const std::string& folder, const std::string& user) {
  std::vector<std::string> words{"docker", "run", "--rm", "--interactive", "--init", "--read-only"};
  const auto add = [&words](std::string option, std::string value) {
    words.push_back(std::move(option));
    words.push_back(std::move(value));
  };
  add("--tmpfs", cat("/tmp:", k_tmp));
  add("--cap-drop", "ALL");
  add("--security-opt", "no-new-privileges");
  add("--user", user);
  add("--network", has_network(*spec.task) ? "default" : "none");
  add("--volume", cat(folder, ':', folder));
  add("--workdir", spec.folder);
  for (const std::string& variable : environment_of(spec)) add("--env", variable);
  for (const SecretUse& use : spec.task->secrets) add("--env", use.variable);
  add("--entrypoint", argv.front());
  words.push_back(spec.image);
  words.insert(words.end(), argv.begin() + 1, argv.end());
  return words;
}

std::optional<std::string> checkpoint_of(const AttemptSpec& spec) {
  const auto said = find_variable(spec.environment, "WF_CHECKPOINT");
  if (!said || said->starts_with(parent_folder(spec.folder) + "/")) return std::nullopt;
  return std::string(*said);
}

std::string why_no_container(const AttemptSpec& spec, ContainerGround::Folders folders) {
  if (spec.argv.empty()) return "cannot execute nothing: the command is empty";
  if (spec.image.empty()) return cat("the task '", spec.task->name, "' has no image: it cannot run in a container");
  if (folders == ContainerGround::Folders::shared) return {};
  const bool names_paths = spec.sandbox && !(spec.sandbox->read.empty() && spec.sandbox->write.empty());
  if (names_paths) return "its sandbox names paths of this machine, and the container engine is on another one";
  if (spec.secrets) return "it has secrets, which are not sent to a container engine on another machine";
  return {};
}

}  // namespace wf
