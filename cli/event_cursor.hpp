// A file that remembers how far a reader of events has come: {"store": …, "pos": …, "hash": …}.
#pragma once
#include <string>

#include "core/store/event_log.hpp"
#include "core/store/store.hpp"

namespace wf::cli {

class EventCursor {
 public:
  EventCursor(Store& store, std::string path) : store_(&store), path_(std::move(path)) {}

  // The pos to go on after; makes the file, standing at `otherwise`, when there is none. Throws
  // Error(k_bad_cursor) for a file of another kind and Error(k_foreign_cursor) where the event it stands at
  // is not this store's: events may be missing or come again.
  std::int64_t start(std::int64_t otherwise);
  // Replaces the file at once and for good.
  void advance(std::int64_t pos);

 private:
  std::int64_t read(const std::string& text) const;
  std::string hash_at(std::int64_t pos) const;

  Store* store_;
  std::string path_;
};

}  // namespace wf::cli
