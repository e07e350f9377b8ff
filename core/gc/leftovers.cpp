#include "core/gc/leftovers.hpp"

#include <algorithm>

#include "core/base/error.hpp"
#include "core/base/file.hpp"
#include "core/base/text.hpp"

namespace wf {

namespace {

void add_below(const std::string& path, BlobAmount& amount) {
  auto info = lstat_if_exists(path);
  if (!info) return;
  if (!S_ISDIR(info->st_mode)) {
    ++amount.count;
    amount.bytes += info->st_size;
    return;
  }
  for (const std::string& name : list_folder(path)) add_below(cat(path, '/', name), amount);
}

class Sweeper {
 public:
  Sweeper(Store& store, const KeepRules& rules, std::int64_t now_us, Sweep how)
      : store_(store), rules_(rules), now_us_(now_us), how_(how) {}

  Leftovers all() {
    sweep_folders();
    sweep_objects();
    sweep_temporary();
    return std::move(found_);
  }

 private:
  // Another process may be removing the same, and a folder may belong to somebody else.
  bool removed(const std::string& path) {
    if (how_ == Sweep::look) return true;
    try {
      remove_tree(path);
      return true;
    } catch (const Error&) {
      if (!lstat_if_exists(path)) return true;
      ++found_.kept_back;
      return false;
    }
  }

  void sweep_folders() {
    for (const std::string& name : list_folder(store_.runs_folder())) {
      std::optional<Uuid> run = Uuid::parse(name);
      std::string path = cat(store_.runs_folder(), '/', name);
      std::optional<RunFolder> folder = run ? find_folder(*run, path) : std::nullopt;
      if (!folder) continue;
      BlobAmount amount;
      try {
        add_below(path, amount);
      } catch (const Error&) {  // it is going away
      }
      folder->name = name;
      folder->files = amount.count;
      folder->bytes = amount.bytes;
      if (removed(path)) found_.folders.push_back(*std::move(folder));
    }
  }

  // What is in there of a run that is over with; nullopt: it stays.
  std::optional<RunFolder> find_folder(const Uuid& run, const std::string& path) {
    Statement& row = store_.database().statement(
        "SELECT r.project, r.domain, r.workflow, r.state <> 'running' AND u.until < 9223372036854775807 AND "
        "u.until + ?2 "
        "<= ?3, r.state = 'succeeded' AND NOT EXISTS (SELECT 1 FROM attempt t WHERE t.project = r.project "
        "AND t.domain = "
        "r.domain AND t.run = r.id AND t.state <> 'succeeded') FROM run r LEFT JOIN gc_run u ON u.project = "
        "r.project AND u.domain = r.domain AND u.run = r.id WHERE "
        "r.id = ?1");
    ResetLater reset(row);
    if (!row.bind(run, rules_.grace_us, now_us_).step()) return find_stranger(path);
    const bool over = !row.is_null(3) && row.integer(3) == 1;
    const bool tells_nothing = row.integer(4) == 1 && !exists(cat(path, '/', k_driver_log));
    if (!over && !tells_nothing) return std::nullopt;
    return RunFolder{{}, row.string(0), row.string(1), row.string(2)};
  }

  // A run of a store that was put back as it had been before: a day at least, in case it is being put back
  // now.
  std::optional<RunFolder> find_stranger(const std::string& path) const {
    constexpr std::int64_t k_second_us = 1'000'000;
    constexpr std::int64_t k_day_us = 86'400 * k_second_us;
    auto info = lstat_if_exists(path);
    bool old =
        info &&
        std::int64_t{info->st_mtim.tv_sec} * k_second_us + std::max(rules_.grace_us, k_day_us) < now_us_;
    return old ? std::optional(RunFolder{}) : std::nullopt;
  }

  void sweep_objects() {
    std::string objects = store_.path() + "/objects";
    for (const std::string& start : list_folder(objects)) {
      if (!is_folder(cat(objects, '/', start))) continue;
      for (const std::string& rest : list_folder(cat(objects, '/', start))) {
        auto digest = Digest::parse(cat("sha256:", start, rest));
        if (digest && !is_recorded(*digest)) sweep_object(*digest);
      }
    }
  }

  bool is_recorded(const Digest& digest) {
    Statement& row = store_.database().statement("SELECT place = 'file' FROM blob WHERE digest = ?1");
    row.bind(digest);
    return row_of(row, [](const Statement& found) { return found.integer(0) == 1; }).value_or(false);
  }

  // Who publishes a blob holds it until the row is committed: alone with it, the row says whether it is
  // needed.
  void sweep_object(const Digest& digest) {
    BlobLocks& locks = store_.blobs().locks();
    BlobLocks::Hold alone;
    if (how_ == Sweep::look && locks.is_publishing(digest)) return;
    if (how_ == Sweep::remove && !(alone = locks.publishing_alone(digest))) return;
    if (is_recorded(digest)) return;
    std::string path = store_.blobs().file_path(digest);
    auto info = lstat_if_exists(path);
    if (!info || !removed(path)) return;
    ++found_.objects.count;
    found_.objects.bytes += info->st_size;
  }

  void sweep_temporary() {
    BlobLocks& locks = store_.blobs().locks();
    BlobLocks::Hold alone;
    if (how_ == Sweep::look && locks.is_drafting()) return;
    if (how_ == Sweep::remove && !(alone = locks.drafting_alone())) return;
    std::string folder = store_.path() + "/tmp";
    for (const std::string& name : list_folder(folder)) {
      std::string path = cat(folder, '/', name);
      BlobAmount amount;
      add_below(path, amount);
      if (!removed(path)) continue;
      found_.temporary.count += amount.count;
      found_.temporary.bytes += amount.bytes;
    }
  }

  Store& store_;
  const KeepRules& rules_;
  std::int64_t now_us_;
  Sweep how_;
  Leftovers found_;
};

}  // namespace

Leftovers sweep(Store& store, const KeepRules& rules, std::int64_t now_us, Sweep how) {
  return Sweeper(store, rules, now_us, how).all();
}

}  // namespace wf
