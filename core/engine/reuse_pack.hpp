// Many executions that were reused or recovered in one row (table reuse_pack, format in the store's schema).
#pragma once
#include <cstdint>
#include <string>
#include <string_view>

#include "core/engine/records.hpp"
#include "core/store/database.hpp"

namespace wf {

// How many executions one row holds at most: reading one of them decodes the row.
inline constexpr std::int64_t k_pack_limit = 512;

// Gathers executions and writes them as a row.
class ReusePack {
 public:
  // `state` is what the executions have come to: "reused" or "recovered".
  explicit ReusePack(std::string_view state) : state_(state) {}
  void add(const NodePath& execution, const Uuid& artifact);
  std::int64_t size() const { return size_; }

  // Writes what was gathered as row `pack` of the run, and forgets it. Returns the digest for the event.
  Digest write(Database& database, const RunKey& run, std::int64_t pack, std::int64_t reused_us);

 private:
  std::string_view state_;
  std::string executions_;
  std::string artifacts_;
  std::int64_t size_ = 0;
};

// The number of the run's newest pack; 0 when it has none.
std::int64_t last_pack(Database& database, const RunKey& run);

}  // namespace wf
