#include "core/store/store.hpp"

#include <pwd.h>
#include <unistd.h>

#include <array>

#include "core/base/file.hpp"
#include "core/base/text.hpp"
#include "core/store/codes.hpp"
#include "core/store/event_log.hpp"

namespace wf {

namespace {

constexpr std::string_view k_default_project = "default";
constexpr std::array<std::string_view, 3> k_domains{"development", "staging", "production"};

// A power cut must not take the folder itself away with all that is durable in it.
void make_durable_folders(const std::string& path) {
  if (path.empty() || is_folder(path)) return;
  const std::string parent = parent_folder(path);
  make_durable_folders(parent);
  make_folder(path);
  if (::access(parent.c_str(), R_OK) == 0) sync_folder(parent);
}

void make_store_folders(const std::string& path) {
  make_durable_folders(path);
  for (const char* name : {"/objects", "/runs", "/tmp"}) make_folder(path + name);
}

std::optional<Uuid> store_id(Database& database) {
  Statement& row = database.statement("SELECT id FROM store");
  ResetLater reset(row);
  if (!row.bind().step()) return std::nullopt;
  return row.uuid(0);
}

void insert_named(Database& database, std::string_view sql, std::string_view name, std::int64_t now_us) {
  database.statement(sql).bind(name, "", now_us, current_user()).run();
}

// The store's own row, its project and its domains: what every command may count on.
Uuid found_store(Database& database, const Clock& clock) {
  Transaction transaction(database, Transaction::Mode::write);
  if (auto id = store_id(database)) return *id;  // another process was first
  Uuid id = new_uuid4();
  std::int64_t now_us = clock.wall_us();
  database.statement("INSERT INTO store (id, created_us) VALUES (?1, ?2)").bind(id, now_us).run();
  insert_named(database,
               "INSERT INTO project (name, description, created_us, created_by) VALUES (?1, ?2, ?3, ?4)",
               k_default_project, now_us);
  for (std::string_view domain : k_domains) {
    insert_named(database,
                 "INSERT INTO domain (name, description, created_us, created_by) VALUES (?1, ?2, ?3, ?4)",
                 domain, now_us);
  }
  Json data = Json::object();
  data.add("store", id.text());
  EventWriter(database).append(std::string(k_store_stream), EventType::store_created, now_us, data);
  transaction.commit();
  return id;
}

Uuid require_store_id(Database& database, const std::string& path) {
  if (auto id = store_id(database)) return *id;
  throw Error(codes::k_store_not_found, cat("the store at '", path, "' was never finished"),
              "run 'wf init' there");
}

std::string user_name() {
  std::array<char, 4096> buffer;
  passwd entry{};
  passwd* found = nullptr;
  if (::getpwuid_r(::geteuid(), &entry, buffer.data(), buffer.size(), &found) == 0 && found != nullptr) {
    return found->pw_name;
  }
  return cat("uid-", ::geteuid());
}

}  // namespace

bool Store::exists_at(const std::string& path) { return exists(cat(path, "/wf.db")); }

std::unique_ptr<Store> Store::open(const std::string& path, Access access, const Clock& clock) {
  std::unique_ptr<Store> store(new Store());
  store->path_ = path;
  store->clock_ = &clock;
  if (access == Access::create) make_store_folders(path);
  store->database_ = open_sqlite(store->database_path(), access);
  auto id = access == Access::create ? store_id(*store->database_) : std::nullopt;
  if (access == Access::create && !id) id = found_store(*store->database_, clock);
  store->id_ = id ? *id : require_store_id(*store->database_, path);
  store->blobs_ = std::make_unique<BlobStore>(path, *store->database_, access);
  return store;
}

std::string current_user() {
  std::array<char, 256> host{};
  ::gethostname(host.data(), host.size() - 1);
  return cat(user_name(), '@', host.data());
}

}  // namespace wf
