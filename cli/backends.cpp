#include "cli/backends.hpp"

#include <map>
#include <set>

#include "cli/codes.hpp"
#include "cli/output.hpp"
#include "cli/scratch_folder.hpp"
#include "cli/settings.hpp"
#include "core/base/environment.hpp"
#include "core/base/file.hpp"
#include "core/base/text.hpp"
#include "core/engine/earlier_drivers.hpp"
#include "executors/docker/codes.hpp"
#include "executors/docker/images.hpp"
#include "executors/local/machine.hpp"

namespace wf::cli {

namespace {

EngineAddress engine_address() {
  return find_engine([](const std::string& name) { return environment(name); });
}

// Each task of the workflow and of those that it runs.
void each_task(const Workflow& workflow, const std::function<void(const Task&)>& visit) {
  for (const Task& task : workflow.tasks) visit(task);
  for (const auto& used : used_versions(workflow))
    if (used->workflow) each_task(*used->workflow, visit);
}

std::set<std::string> images_of(const Workflow& workflow) {
  std::set<std::string> images;
  each_task(workflow, [&](const Task& task) {
    if (!task.image.empty()) images.insert(task.image);
  });
  return images;
}

void require_images(const Workflow& workflow) {
  each_task(workflow, [](const Task& task) {
    if (task.image.empty())
      throw Error(wf::codes::k_no_container, cat("the task '", task.name, "' has no image: it cannot run in a container"),
                  "give it an 'image', or run it on this machine with --backend auto or local");
  });
}

// What an answer may take that nothing depends on.
constexpr std::int64_t k_glance_ns = 2'000'000'000;

// What is known of images where none is needed: nothing, where no engine answers.
std::vector<ImageIdentity> look_at_images(const std::set<std::string>& references,
                                          const std::stop_token& stop) {
  std::vector<ImageIdentity> found;
  if (references.empty()) return found;
  try {
    const EngineAddress address = engine_address();
    const std::string& socket = address.endpoint.unix_socket;
    if (!socket.empty() && !exists(socket)) throw Error(wf::codes::k_no_engine, "there is no engine");
    EventLoop loop;
    const Engine engine(loop, address, k_glance_ns, stop);
    for (const std::string& reference : references)
      found.push_back(find_image(engine, reference).value_or(ImageIdentity{reference, {}, {}}));
  } catch (const Error&) {
    found.clear();
    for (const std::string& reference : references) found.push_back({reference, {}, {}});
  }
  return found;
}

std::vector<ImageIdentity> get_images(const std::set<std::string>& references, const std::stop_token& stop) {
  EventLoop loop;
  const Engine engine(loop, engine_address(), Engine::k_patience_ns, stop);
  std::vector<ImageIdentity> found;
  for (const std::string& reference : references) found.push_back(require_image(engine, reference));
  return found;
}

// A store that goes with the command that made it is known by its folder: nobody else could say what its id
// is.
std::string label_of(const Store& store) {
  return ScratchFolder::around(store.path()).value_or(store.id().text());
}

// Of runs that the store knows to have ended. A copy of the store, which has the same id, may have others. Of
// what repeats tasks, and of stores for one command, in folders of this machine which they have the names of.
std::function<bool(const ContainerInfo&)> left_over_in(Store& store) {
  return [&store, label = label_of(store)](const ContainerInfo& one) {
    if (!one.copied && (ScratchFolder::is_abandoned(one.store) || ScratchFolder::is_abandoned(one.run)))
      return true;
    const auto run = Uuid::parse(one.run);
    return one.store == label && run && has_ended(store.database(), *run);
  };
}

DockerOptions options_in(Store& store, std::string inputs) {
  DockerOptions options;
  options.address = engine_address();
  options.store = label_of(store);
  options.inputs = std::move(inputs);
  options.machine = local_machine(store.runs_folder());
  options.is_left_over = left_over_in(store);
  return options;
}

std::string remove_labelled(const std::string& label,
                            const std::function<bool(const ContainerInfo&)>& which) {
  try {
    EventLoop loop;
    const Engine engine(loop, engine_address());
    return remove_containers(engine, label, which);
  } catch (const Error& error) {
    return error.message();
  }
}

}  // namespace

Backend preset_backend(const Context& context) {
  const std::string word = word_in(context.settings().text(k_backend_setting), context.scope().domain);
  return find_backend(word).value_or(Backend::automatic);
}

void settle_environments(const Context& context, const Workflow& workflow, const Scope& scope,
                         RunSettings& settings, ImageUse use) {
  const std::string rule = word_in(context.settings().text(k_environment_setting), scope.domain);
  settings.reuse_from = find_reuse_from(rule).value_or(ReuseFrom::any);
  settings.images.clear();
  if (settings.backend == Backend::docker) require_images(workflow);
  const std::set<std::string> references = images_of(workflow);
  if (references.empty()) return;
  settings.images = image_finder(settings.backend, use)(references, {});
}

FindImages image_finder(Backend backend, ImageUse use) {
  const bool needed = use == ImageUse::needed && backend != Backend::local;
  return needed ? get_images : look_at_images;
}

void pin_images(Workflow& workflow) {
  std::set<std::string> references;
  for (const Task& task : workflow.tasks)
    if (!task.image.empty()) references.insert(task.image);
  if (references.empty()) return;
  EventLoop loop;
  const Engine engine(loop, engine_address());
  std::map<std::string, std::string> pinned;
  for (const std::string& reference : references)
    pinned.emplace(reference, pinned_reference(engine, reference));
  for (Task& task : workflow.tasks)
    if (!task.image.empty()) task.image = pinned.at(task.image);
}

bool may_have_containers(Store& store, const RunRecord& run) {
  if (run.settings.backend == Backend::local) return false;
  return !run.settings.images.empty() ||
         !read_attempt_names(store.database(), run.key, k_container_kind).empty();
}

DockerOptions docker_options(Store& store, const RunRecord& run, const std::string& inputs_folder) {
  const std::string folder = absolute_path(cat(store.runs_folder(), '/', run.key.id.text()));
  DockerOptions options = options_in(store, cat(folder, '/', inputs_folder));
  options.past = {run.key.id.text(), run.fence, folder,
                  read_lost_names(store.database(), run.key, k_container_kind)};
  return options;
}

DockerOptions repeating_options(Store& store, const std::string& scratch, const std::string& folder) {
  DockerOptions options = options_in(store, folder + "/in");
  options.past.run = scratch;
  options.past.folder = folder;
  return options;
}

std::string remove_containers_of(Store& store, const RunRecord& run) {
  if (!may_have_containers(store, run)) return {};
  return remove_labelled(cat(k_run_label, '=', run.key.id.text()), [](const ContainerInfo&) { return true; });
}

void warn_of_containers(const std::string& left) {
  if (left.empty()) return;
  print_error(cat("wf: warning: containers of the run may be left: ", escape_terminal(left),
                  "\n  hint: 'wf gc' removes them when the engine answers\n"));
}

std::string remove_left_containers(Store& store) {
  return remove_labelled(std::string(k_store_label), left_over_in(store));
}

}  // namespace wf::cli
