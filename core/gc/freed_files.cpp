#include "core/gc/freed_files.hpp"

#include <unistd.h>

#include "core/store/event_log.hpp"

namespace wf {

void FreedFiles::lock(Fates& fates) {
  std::optional<Digest> last;
  for (const Digest& digest : fates.files_to_free()) {
    bool same = last && BlobLocks::share_place(*last, digest);
    if (!same) places_.push_back(blobs_.locks().publishing_alone(digest));
    last = digest;
    places_.back() ? mine_.push_back(digest) : fates.set_in_use(digest);
  }
}

void FreedFiles::remove() {
  for (const Digest& digest : mine_) ::unlink(blobs_.file_path(digest).c_str());
  mine_.clear();
  places_.clear();
}

void note_freed(Database& database, std::int64_t now_us, const BlobAmount& freed, const Digest& digest,
                const Uuid* run) {
  Json data = Json::object();
  data.add("count", freed.count).add("bytes", freed.bytes).add("digest", digest.hex());
  if (run != nullptr) data.add("run", run->text());
  EventWriter(database).append(std::string(k_store_stream), EventType::blobs_freed, now_us, data);
}

}  // namespace wf
