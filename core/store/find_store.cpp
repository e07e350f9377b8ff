#include <unistd.h>

#include "core/base/environment.hpp"
#include "core/base/file.hpp"
#include "core/base/text.hpp"
#include "core/store/codes.hpp"
#include "core/store/store.hpp"

namespace wf {

ProjectFolder find_project_folder(const std::string& start) {
  ProjectFolder found;
  auto start_info = stat_if_exists(start);
  for (std::string folder = start; start_info; folder = parent_folder(folder)) {
    auto here = stat_if_exists(folder);
    if (!here || here->st_dev != start_info->st_dev) break;
    std::string candidate = folder == "/" ? "/.wf" : cat(folder, "/.wf");
    auto info = stat_if_exists(candidate);
    if (info && S_ISDIR(info->st_mode)) {
      if (info->st_uid == ::geteuid()) {
        found.path = candidate;
        return found;
      }
      found.passed_over += cat(" ('", candidate, "' belongs to uid ", info->st_uid, " and was passed over)");
    }
    if (folder == "/") break;
  }
  return found;
}

std::optional<std::string> user_data_folder() {
  auto data = user_folder("XDG_DATA_HOME", ".local/share");
  return data ? std::optional(*data + "/wf") : std::nullopt;
}

std::string store_folder(const std::string& given, std::string_view giver) {
  if (given.empty() || given.find("://") != std::string::npos) {
    throw Error(codes::k_store_address, cat(giver, " names '", given, "', which is no folder"),
                "name a folder on a local disk");
  }
  return absolute_path(given);
}

}  // namespace wf
