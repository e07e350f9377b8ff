#include "core/gc/collect.hpp"

#include <fcntl.h>

#include <cerrno>
#include <chrono>
#include <thread>

#include "core/base/file.hpp"
#include "core/base/record_lock.hpp"
#include "core/base/text.hpp"
#include "core/gc/codes.hpp"
#include "core/gc/freed_files.hpp"
#include "core/store/event_log.hpp"

namespace wf {

namespace {

// One collection at a time: a lock of the process on STORE/gc, which says who has it and goes with it.
class Turn {
 public:
  explicit Turn(const std::string& store_folder)
      : path_(store_folder + "/gc"), file_(open_file(path_, O_RDWR | O_CREAT, 0600)) {
    if (try_lock(file_, k_whole_file)) return;
    const pid_t holder = lock_holder(file_, k_whole_file);
    throw Error(codes::k_gc_running,
                cat("another collection of garbage is at work in this store",
                    holder > 0 ? cat(": process ", holder) : std::string()),
                "wait until it has ended");
  }

 private:
  std::string path_;
  Fd file_;
};

BlobLocks::Hold wait_for_relying(BlobLocks& locks) {
  constexpr auto k_pause = std::chrono::milliseconds(10);
  for (int i = 0; i < 3000; ++i) {
    if (auto alone = locks.relying_alone()) return alone;
    std::this_thread::sleep_for(k_pause);
  }
  throw Error(
      codes::k_gc_in_use, "running work looks up results in this store without a pause; nothing was freed",
      "run 'wf gc' again when there is less to do; a process that was stopped (SIGSTOP) holds it up, too");
}

class Collector {
 public:
  Collector(Store& store, const KeepRules& rules)
      : store_(store),
        rules_(rules),
        now_us_(store.clock().wall_us()),
        reach_(store.database()),
        fates_(store.database()) {}

  Collection foresee() {
    Transaction snapshot(store_.database(), Transaction::Mode::read);
    decide();
    for (const Digest& digest : fates_.files_to_free()) {
      if (store_.blobs().locks().is_publishing(digest)) fates_.set_in_use(digest);
    }
    look();
    found_.leftovers = sweep(store_, rules_, now_us_, Sweep::look);
    return std::move(found_);
  }

  // What needs no row to go comes first: on a full disk it makes the room that the rows take.
  Collection collect() {
    Turn turn(store_.path());
    decide_ahead();
    found_.leftovers = sweep(store_, rules_, now_us_, Sweep::remove);
    if (newest_pos(store_.database()) != seen_) decide_ahead();
    BlobLocks::Hold relying = wait_for_relying(store_.blobs().locks());
    Transaction transaction(store_.database(), Transaction::Mode::write);
    if (newest_pos(store_.database()) != seen_) decide();
    FreedFiles files(store_.blobs());
    files.lock(fates_);
    look();
    fates_.condemn(now_us_);
    fates_.free(now_us_);
    note();
    transaction.commit();
    relying.reset();
    files.remove();
    return std::move(found_);
  }

 private:
  void decide() {
    reach_.compute(rules_, now_us_);
    fates_.decide(rules_, now_us_);
  }

  // Before anybody has to wait for it. Every commit that refers to a blob appends an event, so as long as
  // there is none after this one the answer stays.
  void decide_ahead() {
    Transaction snapshot(store_.database(), Transaction::Mode::read);
    decide();
    seen_ = newest_pos(store_.database());
    snapshot.commit();  // with what was decided, which is in tables of this connection alone
  }

  void look() {
    found_.groups = fates_.groups();
    for (const FateGroup& group : found_.groups) {
      BlobAmount* const amounts[] = {&found_.freed, &found_.condemned, &found_.waiting, &found_.in_use};
      BlobAmount& amount = *amounts[static_cast<std::size_t>(group.fate)];
      amount.count += group.blobs;
      amount.bytes += group.bytes;
    }
    found_.rescued = fates_.rescued();
    found_.kept = fates_.kept();
    found_.next_us = fates_.next_us(rules_, now_us_);
    Statement& runs =
        store_.database().statement("SELECT count(*), coalesce(sum(until = ?1), 0) FROM gc_run");
    ResetLater reset(runs);
    runs.bind(k_kept).step();
    found_.runs = runs.integer(0);
    found_.kept_runs = runs.integer(1);
  }

  void note() {
    if (found_.condemned.count > 0) {
      Json data = Json::object();
      data.add("count", found_.condemned.count).add("bytes", found_.condemned.bytes);
      EventWriter(store_.database())
          .append(std::string(k_store_stream), EventType::blobs_condemned, now_us_, data);
    }
    if (found_.freed.count > 0)
      note_freed(store_.database(), now_us_, found_.freed, fates_.digest_of_freed(), nullptr);
  }

  Store& store_;
  KeepRules rules_;
  std::int64_t now_us_;
  Reach reach_;
  Fates fates_;
  std::int64_t seen_ = 0;  // the event after which was decided
  Collection found_;
};

}  // namespace

Collection foresee_collection(Store& store, const KeepRules& rules) {
  return Collector(store, rules).foresee();
}

Collection collect_garbage(Store& store, const KeepRules& rules) { return Collector(store, rules).collect(); }

}  // namespace wf
