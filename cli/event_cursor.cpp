#include "cli/event_cursor.hpp"

#include "cli/codes.hpp"
#include "core/base/file.hpp"
#include "core/base/text.hpp"

namespace wf::cli {

std::int64_t EventCursor::start(std::int64_t otherwise) {
  if (auto text = read_file_if_exists(path_)) return read(*text);
  advance(otherwise);
  return otherwise;
}

void EventCursor::advance(std::int64_t pos) {
  Json json = Json::object();
  json.add("store", store_->id().text()).add("pos", pos).add("hash", hash_at(pos));
  replace_file_durably(path_, json.compact() + '\n', 0644);
}

std::int64_t EventCursor::read(const std::string& text) const {
  std::int64_t pos = 0;
  std::string store;
  std::string hash;
  try {
    Json json = Json::parse(text, "the file");
    store = json.at("store").as_string();
    pos = json.at("pos").as_int();
    hash = json.at("hash").as_string();
  } catch (const std::exception& error) {
    throw Error(codes::k_bad_cursor, cat("'", path_, "' is no cursor of events: ", error.what()),
                "name another file with --cursor, or remove this one to begin anew");
  }
  if (store == store_->id().text() && hash == hash_at(pos)) return pos;
  throw Error(codes::k_foreign_cursor,
              cat("the cursor '", path_, "' stands at event ", pos, " of ",
                  store == store_->id().text() ? "this store as it was before it was put back or changed"
                                               : cat("the store ", store),
                  ", and this is the store ", store_->id().text()),
              "to begin anew remove the file; 'wf event verify' says whether this store is whole");
}

std::string EventCursor::hash_at(std::int64_t pos) const {
  if (pos == 0) return "";
  std::vector<Event> found = read_events(store_->database(), {pos - 1, 1});
  return found.empty() || found[0].pos != pos ? "none" : found[0].hash.hex();
}

}  // namespace wf::cli
