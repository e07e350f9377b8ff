// Events as commands ask for them and print them.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "cli/command.hpp"
#include "cli/output.hpp"
#include "core/store/event_log.hpp"
#include "core/store/store.hpp"

namespace wf::cli {

// The options that choose events.
struct EventOptions {
  std::optional<std::int64_t> since;
  std::int64_t limit = INT64_MAX;
  std::optional<std::string> stream;
  std::optional<std::string> run;
  std::string type;
};

// --stream and --run, and those that `list` and `follow` have besides.
std::vector<Option> stream_options(EventOptions& options);
std::vector<Option> filter_options(EventOptions& options);

// The stream that --stream or --run names, if one does.
std::optional<std::string> chosen_stream(const Context& context, Store& store, const EventOptions& options);
EventFilter event_filter(const Context& context, Store& store, const EventOptions& options);

// Events in batches: while their reader takes its time, nothing of the store is held.
class EventFeed {
 public:
  EventFeed(Store& store, EventFilter filter) : store_(&store), filter_(std::move(filter)) {}
  std::vector<Event> next();  // empty: no more now
  bool at_limit() const { return filter_.limit == 0; }
  // All up to this pos that the filter asks for has been handed out.
  std::int64_t position() const { return filter_.since; }

 private:
  void go_on_after(std::int64_t pos, std::int64_t seq);

  Store* store_;
  EventFilter filter_;
};

Json event_json(const Event& event);
// The envelope of CloudEvents 1.0. Its numbers that may exceed 32 bits are strings, as that specification
// demands.
Json cloudevent_json(const Uuid& store, const Event& event);

std::vector<Column> event_columns();
// One line, as -o says; `event_header` is what stands above those of a table.
std::string event_line(const Context& context, const Uuid& store, const Event& event);
std::string event_header();

}  // namespace wf::cli
