#include <unistd.h>

#include <cstdlib>

#include "core/base/file.hpp"
#include "core/base/text.hpp"
#include "core/store/codes.hpp"
#include "core/store/store.hpp"

namespace wf {

namespace {

std::optional<std::string> environment(const char* name) {
  const char* value = std::getenv(name);
  if (value == nullptr || *value == '\0') return std::nullopt;
  return value;
}

// An address is refused rather than taken for a folder named "s3:".
std::string folder_of(const std::string& given, std::string_view giver) {
  if (given.empty() || given.find("://") != std::string::npos) {
    throw Error(codes::k_store_address, cat(giver, " names '", given, "', which is no folder"),
                "name a folder on a local disk");
  }
  return absolute_path(given);
}

struct Found {
  std::optional<std::string> path;
  std::string passed_over;  // text about folders of other users
};

Found find_above(const std::string& start) {
  Found found;
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

std::string user_data_folder() {
  if (auto data = environment("XDG_DATA_HOME"); data && data->front() == '/') return *data + "/wf";
  if (auto home = environment("HOME")) return *home + "/.local/share/wf";
  throw Error(codes::k_store_not_found, "there is no store: no '.wf' here or above, and HOME is not set",
              "make one with 'wf init', or name one with --store DIR or WF_STORE=DIR");
}

}  // namespace

StoreLocation find_store(const StoreSearch& search) {
  if (search.flag) return {folder_of(*search.flag, "--store"), "--store"};
  if (auto named = environment("WF_STORE")) return {folder_of(*named, "WF_STORE"), "WF_STORE"};
  Found found = find_above(search.current_folder);
  if (found.path) return {*found.path, cat("found .wf here or above", found.passed_over)};
  return {user_data_folder(), cat("user data folder", found.passed_over)};
}

}  // namespace wf
