#include "executors/docker/inheritance.hpp"

#include <fcntl.h>
#include <stdio.h>

#include "core/base/file.hpp"
#include "core/base/text.hpp"
#include "executors/docker/codes.hpp"
#include "executors/docker/container_spec.hpp"
#include "executors/docker/exit_file.hpp"

namespace wf {

namespace {

constexpr std::string_view k_heirloom_file = "taken-over";
constexpr std::size_t k_most_name = 256;

struct Found {
  std::string name;
  std::string state;  // "created", "running", "exited", …
};

std::vector<Found> containers_of(const Engine& engine, const std::string& label) {
  const Json filters = Json::object().add("label", Json::array().push(label));
  const EngineReply reply = engine.call("GET", cat("/containers/json?all=1&filters=", url_encoded(filters.compact())));
  if (!reply.is_good() || !reply.body.is_array())
    throw Error(codes::k_engine_refused,
                cat("the container engine at ", engine.address().text, " does not list its containers: ", reply.failure),
                "see whether it works, and try again");
  std::vector<Found> found;
  for (const Json& one : reply.body.as_array()) {
    const Json* names = one.find("Names");
    if (names == nullptr || !names->is_array() || names->as_array().empty()) continue;
    std::string name = names->as_array().front().as_string();
    if (name.starts_with('/')) name.erase(0, 1);
    found.push_back({std::move(name), text_of(one, "State")});
  }
  return found;
}

// Why it is there still; "": it is not.
std::string remove(const Engine& engine, const std::string& name) {
  constexpr int k_gone = 404;
  constexpr int k_going = 409;
  EngineReply reply = engine.call("DELETE", cat("/containers/", name, "?force=1&v=1"));
  // It was asked before, and is at it.
  if (reply.status == k_going) reply = engine.call("POST", cat("/containers/", name, "/wait?condition=removed"));
  return reply.is_good() || reply.status == k_gone ? std::string() : reply.failure;
}

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

void note_container(const Heirloom& heirloom) {
  const std::string path = cat(heirloom.folder, '/', k_heirloom_file);
  write_all(open_file(path, O_WRONLY | O_CREAT | O_TRUNC).get(), heirloom.container, path);
}

}  // namespace

Inheritance::Inheritance(const Engine& engine, Past past) : engine_(engine), past_(std::move(past)) {
  if (past_.fence == 1) return;
  for (Found& one : containers_of(engine, cat(k_run_label, '=', past_.run))) {
    // One that never began is as good as none.
    if (one.state != "created") {
      containers_.insert(std::move(one.name));
    } else if (std::string why = remove(engine, one.name); !why.empty()) {
      throw Error(codes::k_engine_refused,
                  cat("the container ", one.name, " of an earlier driver cannot be removed: ", why),
                  "remove it, then resume again");
    }
  }
}

std::optional<Heirloom> Inheritance::take(const AttemptSpec& spec) {
  std::optional<Heirloom> found = past_.fence == 1 ? std::nullopt : find(spec);
  if (!found) return std::nullopt;
  if (!spec.task->secrets.empty()) {
    if (found->is_there) remove(engine_, found->container);
    return std::nullopt;
  }
  note_container(*found);
  swap_folders(found->folder, parent_folder(spec.folder));
  found->folder = parent_folder(spec.folder);
  return found;
}

std::optional<Heirloom> Inheritance::find(const AttemptSpec& spec) {
  for (std::int64_t fence = past_.fence - 1; fence > 0; --fence) {
    // The store does not know the one that was begun just before its driver died.
    if (auto found = find(name_under(spec, spec.number, fence, past_.fence))) return found;
    const std::string lost = name_under(spec, spec.number - 1, fence, past_.fence);
    if (!past_.lost.contains(lost)) continue;
    if (auto found = find(lost)) return found;
  }
  return std::nullopt;
}

std::optional<Heirloom> Inheritance::find(const std::string& name) {
  if (name.empty()) return std::nullopt;
  const std::string folder = cat(past_.folder, '/', name);
  const std::string noted = read_part(cat(folder, '/', k_heirloom_file), k_most_name, FilePart::beginning);
  const std::string& container = noted.empty() ? name : noted;
  if (containers_.erase(container) > 0) return Heirloom{container, true, folder};
  if (exists(cat(folder, '/', k_exit_file))) return Heirloom{container, false, folder};
  return std::nullopt;
}

std::string remove_containers(const Engine& engine, const std::string& label) {
  std::string failure;
  for (const Found& one : containers_of(engine, label))
    if (std::string why = remove(engine, one.name); !why.empty()) failure = std::move(why);
  return failure;
}

}  // namespace wf
