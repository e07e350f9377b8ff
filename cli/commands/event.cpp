// wf event: what happened, in the order of arrival.
#include <memory>

#include "cli/codes.hpp"
#include "cli/commands.hpp"
#include "cli/output.hpp"
#include "cli/store_access.hpp"
#include "core/base/text.hpp"
#include "core/base/time.hpp"
#include "core/store/event_log.hpp"

namespace wf::cli {

namespace {

struct Options {
  std::int64_t since = 0;
  std::int64_t limit = INT64_MAX;
  std::string stream;
};

Json event_json(const Event& event) {
  Json json = Json::object();
  json.add("pos", event.pos);
  json.add("stream", event.stream);
  json.add("seq", event.seq);
  json.add("type", event.type);
  json.add("at", format_wall_us(event.at_us));
  json.add("data", event.data);
  json.add("hash", event.hash.hex());
  return json;
}

Exit list(const Context& context, const Options& options) {
  auto store = open_store(context, Access::read_only);
  Listing listing{"events",
                  {{"pos", "POS"},
                   {"at", "AT"},
                   {"stream", "STREAM"},
                   {"seq", "SEQ"},
                   {"type", "TYPE"},
                   {"data", "DATA"}},
                  {},
                  "no events"};
  bool streams_lines = context.is_format("jsonl");  // the one form that needs no list in memory
  std::int64_t left = options.limit;
  read_events(store->database(), options.since, INT64_MAX, [&](const Event& event) {
    if (!options.stream.empty() && event.stream != options.stream) return true;
    if (left-- == 0) return false;
    if (streams_lines) {
      print(event_json(event).compact() + '\n');
    } else {
      listing.rows.push_back(event_json(event));
    }
    return true;
  });
  if (!streams_lines) print_listing(context, listing);
  return Exit::ok;
}

}  // namespace

Command make_event_list() {
  auto options = std::make_shared<Options>();
  Command command{
      "event list",
      "List what happened in the store",
      "Events are numbered by arrival (pos), and chained by hash in streams: one for the store, one "
      "for each project and domain, one for each run. They hold ids and digests, never values.",
      {{"wf event list --since 120 -o jsonl", "what came after event 120"},
       {"wf event list --stream default/development", "one stream"}}};
  command.options = {{"--since", "POS", "only events after this one", &options->since},
                     {"-n,--limit", "N", "at most so many", &options->limit},
                     {"--stream", "NAME", "only this stream", &options->stream}};
  command.formats = k_list_formats;
  command.run = [options](Context& context) { return list(context, *options); };
  return command;
}

}  // namespace wf::cli
