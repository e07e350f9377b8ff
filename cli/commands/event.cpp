// wf event list and verify: what happened, and whether the record of it is whole.
#include <memory>

#include "cli/codes.hpp"
#include "cli/commands.hpp"
#include "cli/event_views.hpp"
#include "cli/output.hpp"
#include "cli/store_access.hpp"
#include "core/base/json_members.hpp"
#include "core/base/text.hpp"
#include "core/store/event_check.hpp"

namespace wf::cli {

namespace {

Exit list_lines(const Context& context, Store& store, EventFeed feed) {
  for (auto events = feed.next(); !events.empty(); events = feed.next()) {
    std::string text;
    for (const Event& event : events) text += event_line(context, store.id(), event);
    print(text);
  }
  return Exit::ok;
}

[[noreturn]] void refuse_stream(const std::string& stream) {
  throw Error(codes::k_unknown_stream, cat("there is no stream '", stream, '\''),
              "the streams are store, PROJECT/DOMAIN and run:ID, with the whole id of the run");
}

Exit list(const Context& context, const EventOptions& options) {
  auto store = open_store(context, Access::read_only);
  if (options.stream && EventWriter(store->database()).head(*options.stream).seq == 0)
    refuse_stream(*options.stream);
  EventFilter filter = event_filter(context, *store, options);
  // The forms that need no list in memory.
  if (context.is_format("jsonl") || context.is_format("cloudevents")) {
    return list_lines(context, *store, {*store, filter});
  }
  Listing listing{"events", event_columns(), {}, "no events"};
  for (const Event& event : read_events(store->database(), filter)) {
    listing.rows.push_back(event_json(event));
  }
  print_listing(context, listing);
  return Exit::ok;
}

// The whole record is read in any case; of a chosen stream only what concerns it is said. What names no
// stream may concern any.
void keep_stream(EventReport& report, const std::string& stream) {
  std::erase_if(report.findings, [&](const EventFinding& finding) {
    return !finding.stream.empty() && finding.stream != stream && finding.about != stream;
  });
  std::erase_if(report.streams, [&](const std::string& one) { return one != stream; });
  if (!report.streams.empty() || !report.findings.empty()) return;
  refuse_stream(stream);
}

std::string report_text(const EventReport& report) {
  std::string text;
  for (const EventFinding& finding : report.findings) {
    text += cat(finding.object(), ": ", finding.problem, '\n');
  }
  return escape_terminal(text, Lines::multiline);
}

Json finding_json(const EventFinding& finding) {
  Json json = Json::object();
  json.add("stream", or_null(finding.stream)).add("seq", or_null(finding.seq));
  return json.add("pos", or_null(finding.pos)).add("problem", finding.problem);
}

Json report_json(const Store& store, const EventReport& report) {
  Json json = Json::object();
  json.add("store", store.path()).add("store_id", store.id().text());
  json.add("streams", static_cast<std::int64_t>(report.streams.size())).add("events", report.events);
  return json.add("findings", list_json(report.findings, finding_json));
}

Exit verify(const Context& context, const EventOptions& options) {
  auto store = open_store(context, Access::read_only);
  std::optional<std::string> stream = chosen_stream(context, *store, options);
  EventReport report = verify_events(store->database());
  if (stream) keep_stream(report, *stream);
  std::string text = report_text(report);
  bool is_whole = report.findings.empty();
  if (is_whole && !context.globals.quiet) {
    text = stream ? cat("stream '", escape_terminal(*stream), "': no problem found\n")
                  : cat(report.events, " events in ", report.streams.size(), " streams: no problem found\n");
  }
  print_object(context, text, report_json(*store, report));
  return is_whole ? Exit::ok : Exit::verification_failed;
}

}  // namespace

Command make_event_list() {
  auto options = std::make_shared<EventOptions>();
  Command command{
      "event list",
      "List what happened in the store",
      "Events are numbered by arrival (pos), and chained by hash in streams: one for the store, one "
      "for each project and domain, one for each run. They hold ids and digests, never values.\n\n"
      "-o cloudevents prints an envelope of CloudEvents 1.0 in JSON a line. Its source names the store and "
      "the "
      "stream, its id is the number in the stream (seq), its type begins with dev.wf. and its extensions "
      "stream, "
      "seq, pos and hash are strings. 'wf schema event' describes both forms.",
      {{"wf event list --since 120 -o jsonl", "what came after event 120"},
       {"wf event list --stream default/development", "one stream"},
       {"wf event list --run nightly --type node.failed", "what failed in a run"}}};
  command.options = filter_options(*options);
  command.formats = k_list_formats;
  command.formats.emplace_back("cloudevents");
  command.run = [options](Context& context) { return list(context, *options); };
  return command;
}

Command make_event_verify() {
  auto options = std::make_shared<EventOptions>();
  Command command{
      "event verify",
      "Verify that the record of events is whole",
      "Recomputes the chain of every stream and compares it with what the store's stream vouches for and "
      "with "
      "what the store records besides. Says where (stream, seq, pos) something was changed, removed, moved "
      "or "
      "cut off. 'wf store check' does this as a part of all its checks.\n\nExit status: 0 when nothing is "
      "wrong, "
      "9 otherwise.",
      {{"wf event verify", "every stream"}, {"wf event verify --run nightly", "what concerns one run"}}};
  command.options = stream_options(*options);
  command.formats = k_show_formats;
  command.run = [options](Context& context) { return verify(context, *options); };
  return command;
}

}  // namespace wf::cli
