// A store on this machine: wf.db, objects/, runs/, tmp/.
#pragma once
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "core/base/clock.hpp"
#include "core/store/blob_store.hpp"
#include "core/store/database.hpp"

namespace wf {

// The nearest `.wf/` upward that belongs to this user; the search stops at the edge of the file system.
struct ProjectFolder {
  std::optional<std::string> path;
  std::string passed_over;  // text about those of other users
};
ProjectFolder find_project_folder(const std::string& start);  // `start` is absolute

// The user's own store: $XDG_DATA_HOME/wf or ~/.local/share/wf; nullopt without HOME.
std::optional<std::string> user_data_folder();

// The absolute path of a store that `giver` names. Throws Error(k_store_address) for what is no folder: an
// address is refused rather than taken for a folder named "s3:".
std::string store_folder(const std::string& given, std::string_view giver);

// In a run's folder: what a driver said that nobody was listening to.
inline constexpr std::string_view k_driver_log = "driver.log";

class Store {
 public:
  static bool exists_at(const std::string& path);  // whether anything is there that may be opened
  // `create` also makes the folders, the default project and the three domains. Throws
  // Error(k_store_not_found) when there is none and access is not create.
  static std::unique_ptr<Store> open(const std::string& path, Access access, const Clock& clock);

  const std::string& path() const { return path_; }
  const Uuid& id() const { return id_; }
  Database& database() { return *database_; }
  BlobStore& blobs() { return *blobs_; }
  const Clock& clock() const { return *clock_; }
  std::string runs_folder() const { return path_ + "/runs"; }
  std::string database_path() const { return path_ + "/wf.db"; }

 private:
  Store() = default;
  std::string path_;
  Uuid id_;
  const Clock* clock_ = nullptr;
  std::unique_ptr<Database> database_;
  std::unique_ptr<BlobStore> blobs_;
};

// "user@host" of whoever runs this process, for the record.
std::string current_user();

}  // namespace wf
