// Where the attempts of runs go: what was chosen, what the images of a workflow are, and who starts them.
#pragma once
#include <memory>
#include <string>

#include "cli/context.hpp"
#include "core/base/event_loop.hpp"
#include "core/definition/model.hpp"
#include "core/engine/run_record.hpp"
#include "executors/docker/backend_executor.hpp"
#include "executors/docker/docker_executor.hpp"

namespace wf::cli {

// What the setting says for the domain.
Backend preset_backend(const Context& context);

// Says in the settings of a run that is about to be made what the images of all its tasks are now, and whose
// results its domain has it take. Throws where it is sure that a container of a task could not be: it has no
// image, or no engine has that. With `looked_at` nothing is got from elsewhere, and what is not known stays
// so: the run is only foretold.
enum class ImageUse { needed, looked_at };
FindImages image_finder(Backend backend, ImageUse use);
void settle_environments(const Context& context, const Workflow& workflow, const Scope& scope,
                         RunSettings& settings, ImageUse use);

// Has each task name its image by what that is now: "python:3.12@sha256:…", or "sha256:…". Throws as for a
// run that needs them.
void pin_images(Workflow& workflow);

// Whether a driver of the run may have made containers. Not told by attempts alone: the store hears of one
// when its container is being made already.
bool may_have_containers(Store& store, const RunRecord& run);
// What the executor for containers of a run is made of.
DockerOptions docker_options(Store& store, const RunRecord& run, const std::string& inputs_folder);
// The same of something that repeats tasks in `folder`, in a scratch folder.
DockerOptions repeating_options(Store& store, const std::string& scratch, const std::string& folder);
// Of a run whose driver is dead, and that nobody is to go on with. What is said where that cannot be; "": it is done.
std::string remove_containers_of(Store& store, const RunRecord& run);
// Says on stderr what may be left; nothing where that is "".
void warn_of_containers(const std::string& left);
// Of runs of the store that have ended, and whose drivers could not do it. The same.
std::string remove_left_containers(Store& store);

}  // namespace wf::cli
