// What becomes of the blobs that nothing keeps.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "core/base/uuid.hpp"
#include "core/gc/reach.hpp"

namespace wf {

// freed: its time is up. condemned: it was kept until now. waiting: it is condemned, and its time is not up.
// in_use: its time is up, and some process is publishing the same bytes.
enum class BlobFate { freed, condemned, waiting, in_use };
std::string_view blob_fate_name(BlobFate fate);

// Blobs of one fate that came from one place: the run that made them first, or was given them.
struct FateGroup {
  std::string project;  // empty: nothing says where they came from
  std::string domain;
  std::string workflow;
  std::optional<Uuid> run;
  std::string kind;  // outputs, inputs, logs, reports, other
  BlobFate fate = BlobFate::freed;
  std::int64_t blobs = 0;
  std::int64_t bytes = 0;
};

struct BlobAmount {
  std::int64_t count = 0;
  std::int64_t bytes = 0;
};

// The temporary tables gc_fate(digest, size, place, fate) and gc_owner, over those of Reach.
class Fates {
 public:
  explicit Fates(Database& database);

  // After Reach::compute(), in the same transaction.
  void decide(const KeepRules& rules, std::int64_t now_us);
  // Those that would be freed and lie in files.
  std::vector<Digest> files_to_free();
  void set_in_use(const Digest& digest);
  // What each blob belongs to, each told once.
  std::vector<FateGroup> groups();
  // Condemned ones that are kept again.
  BlobAmount rescued();
  BlobAmount kept();
  // When the first of those that are condemned, or are to be, may be freed.
  std::optional<std::int64_t> next_us(const KeepRules& rules, std::int64_t now_us);

  // Makes it true, inside a write transaction; the files are the caller's.
  void condemn(std::int64_t now_us);  // and takes back
  void free(std::int64_t now_us);
  BlobAmount to_free();
  // Of all digests that are freed, in order.
  Digest digest_of_freed();

 private:
  BlobAmount amount(std::string_view sql);

  Database* database_;
};

}  // namespace wf
