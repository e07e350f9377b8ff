#include "executors/docker/inheritance.hpp"

#include <fcntl.h>
#include <stdio.h>

#include "core/base/file.hpp"
#include "core/base/text.hpp"
#include "executors/docker/container_spec.hpp"
#include "executors/docker/exit_file.hpp"

namespace wf {

namespace {

constexpr std::size_t k_most_note = 512;

// "wf-…-2-3" of its second attempt by the third driver, as the one that another driver would have made.
std::string name_under(const AttemptSpec& spec, std::int64_t number, std::int64_t fence, std::int64_t own_fence) {
  const std::string own = cat('-', spec.number, '-', own_fence);
  if (!spec.name.ends_with(own)) return {};
  return cat(spec.name.substr(0, spec.name.size() - own.size()), '-', number, '-', fence);
}

// What stands at two paths changes places.
void swap_folders(const std::string& one, const std::string& other) {
  if (::renameat2(AT_FDCWD, one.c_str(), AT_FDCWD, other.c_str(), RENAME_EXCHANGE) != 0)
    throw_errno("exchange with another folder", one);
}

// Tells a folder apart from one that stood at its path before; "": there is none.
std::string mark_of(const std::string& folder) {
  auto info = lstat_if_exists(folder);
  return info ? cat(static_cast<std::int64_t>(info->st_dev), ':', static_cast<std::int64_t>(info->st_ino))
              : std::string();
}

}  // namespace

Inheritance::Inheritance(const Engine& engine, Past past) : engine_(engine), past_(std::move(past)) {
  if (past_.fence == 1) return;
  for (ContainerInfo& one : list_containers(engine, cat(k_run_label, '=', past_.run))) {
    // One that has not begun may lack what was to be sent there.
    if (one.state == "created" && one.copied && remove_container(engine, one.name).empty()) continue;
    std::string name = one.name;
    containers_.emplace(std::move(name), std::move(one));
  }
}

std::optional<Heirloom> Inheritance::take(const AttemptSpec& spec) {
  std::optional<Heirloom> found = past_.fence == 1 ? std::nullopt : find(spec);
  if (!found) return std::nullopt;
  if (!spec.task->secrets.empty()) {
    if (!found->state.empty()) remove_container(engine_, found->container);
    return std::nullopt;
  }
  return found;
}

void Inheritance::move(const Heirloom& heirloom, const AttemptSpec& spec) const {
  note(heirloom, spec.name);
  swap_folders(heirloom.folder, parent_folder(spec.folder));
}

// Not in the folder itself, where the task may write, too. The folder is named by its mark: when this process
// dies before the folders have changed places, the note is of a folder that does not stand there.
void Inheritance::note(const Heirloom& heirloom, const std::string& attempt) const {
  make_folder(notes());
  replace_file_durably(cat(notes(), '/', attempt), cat(mark_of(heirloom.folder), ' ', heirloom.container),
                       0600);
}

// The container that works in the folder of an attempt: that of its name, or one that was taken over.
std::string Inheritance::container_of(const std::string& attempt) const {
  const std::string noted = read_part(cat(notes(), '/', attempt), k_most_note, FilePart::beginning);
  const std::size_t space = noted.find(' ');
  const bool holds =
      space != std::string::npos && noted.substr(0, space) == mark_of(cat(past_.folder, '/', attempt));
  return holds ? noted.substr(space + 1) : attempt;
}

// The newest first. The store does not know the one that was begun just before its driver died, and one that
// was lost may not have come to take over what was lost before it.
std::optional<Heirloom> Inheritance::find(const AttemptSpec& spec) {
  for (std::int64_t number = spec.number; number > 0; --number) {
    bool is_lost = number == spec.number;
    for (std::int64_t fence = past_.fence - 1; fence > 0; --fence)
      is_lost = is_lost || past_.lost.contains(name_under(spec, number, fence, past_.fence));
    if (!is_lost) break;
    for (std::int64_t fence = past_.fence - 1; fence > 0; --fence)
      if (auto found = find(name_under(spec, number, fence, past_.fence))) return found;
  }
  return std::nullopt;
}

std::optional<Heirloom> Inheritance::find(const std::string& name) {
  if (name.empty()) return std::nullopt;
  const std::string folder = cat(past_.folder, '/', name);
  const std::string container = container_of(name);
  if (auto there = containers_.extract(container))
    return Heirloom{container, there.mapped().state, there.mapped().copied, folder};
  if (exists(cat(folder, '/', k_exit_file))) return Heirloom{container, {}, false, folder};
  return std::nullopt;
}

}  // namespace wf
