#include "cli/event_views.hpp"

#include <algorithm>
#include <array>

#include "cli/codes.hpp"
#include "core/base/json_members.hpp"
#include "core/base/text.hpp"
#include "core/base/time.hpp"
#include "core/catalog/run_lookup.hpp"

namespace wf::cli {

namespace {

constexpr std::int64_t k_batch = 1000;

// Of a table whose rows are not known yet; 0: the last one.
constexpr std::array<std::size_t, 6> k_widths{7, 27, 40, 5, 18, 0};

std::string table_line(const std::function<std::string(const Column&)>& cell) {
  std::string line;
  std::vector<Column> columns = event_columns();
  for (std::size_t i = 0; i < columns.size(); ++i) {
    std::string text = escape_terminal(cell(columns[i]));
    std::size_t used = display_width(text);
    line += text;
    if (k_widths.at(i) > 0) line.append(k_widths.at(i) > used ? k_widths.at(i) - used + 2 : 2, ' ');
  }
  return line + '\n';
}

// What may stand in the query of a URI.
std::string escape_uri(std::string_view text) {
  std::string out;
  for (char c : text) {
    bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                 std::string_view("-._~:/").find(c) != std::string_view::npos;
    out += plain ? std::string(1, c) : cat('%', to_hex(std::string_view(&c, 1)));
  }
  return out;
}

std::string text_at(const Json& data, std::string_view key) {
  const Json* value = data.find(key);
  return value != nullptr && value->is_string() ? value->as_string() : "";
}

// A run, RUN/NODE as in references to results, NAME or NAME@LABEL; the store where it is about nothing less.
std::string subject_of(const Uuid& store, const Event& event) {
  std::string run = event.stream.starts_with("run:") ? event.stream.substr(4) : text_at(event.data, "run");
  std::string node = text_at(event.data, "node");
  const Json* element = event.data.find("element");
  if (!node.empty() && element != nullptr && element->is_int()) node += cat('[', element->as_int(), ']');
  if (!run.empty()) return node.empty() ? run : cat(run, '/', node);
  std::string name = text_at(event.data, "name");
  std::string label = text_at(event.data, "label");
  if (!label.empty()) name += cat('@', label);
  return name.empty() ? store.text() : name;
}

}  // namespace

std::vector<Option> stream_options(EventOptions& options) {
  return {{"--stream",
           "NAME",
           "only this stream: store, PROJECT/DOMAIN or run:ID",
           &options.stream,
           {},
           {Kind::stream}},
          {"--run", "RUN", "only the stream of this run", &options.run}};
}

std::vector<Option> filter_options(EventOptions& options) {
  std::vector<Option> all{{"--since", "POS", "only events after this one", &options.since},
                          {"-n,--limit", "N", "at most so many", &options.limit}};
  for (Option& option : stream_options(options)) all.push_back(std::move(option));
  all.push_back(
      {"--type", "PREFIX", "only types that begin so: run., node.failed", &options.type, {}, {Kind::event}});
  return all;
}

std::optional<std::string> chosen_stream(const Context& context, Store& store, const EventOptions& options) {
  if (!options.run) return options.stream;
  if (options.stream) {
    throw Error(codes::k_usage, "--stream and --run cannot go together", "a run's stream is --stream run:ID");
  }
  Scope scope = context.scope();
  return run_stream(find_run(store.database(), scope.project, scope.domain, *options.run).id);
}

EventFilter event_filter(const Context& context, Store& store, const EventOptions& options) {
  return {options.since.value_or(0), options.limit, chosen_stream(context, store, options), options.type};
}

std::vector<Event> EventFeed::next() {
  EventFilter batch = filter_;
  batch.limit = std::min(batch.limit, k_batch);
  // Asked before the events are read: once there are no more, nothing up to here is worth a second look.
  std::int64_t newest = newest_pos(store_->database());
  std::int64_t newest_of_stream = filter_.stream ? newest_seq(store_->database(), *filter_.stream) : 0;
  std::vector<Event> events = read_events(store_->database(), batch);
  auto count = static_cast<std::int64_t>(events.size());
  if (count > 0) go_on_after(events.back().pos, events.back().seq);
  if (count < batch.limit) go_on_after(newest, newest_of_stream);
  filter_.limit -= count;
  return events;
}

void EventFeed::go_on_after(std::int64_t pos, std::int64_t seq) {
  filter_.since = std::max(filter_.since, pos);
  if (filter_.stream) filter_.since_seq = std::max(filter_.since_seq, seq);
}

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

Json cloudevent_json(const Uuid& store, const Event& event) {
  Json json = Json::object();
  json.add("specversion", "1.0");
  json.add("id", std::to_string(event.seq));
  json.add("source", cat("wf://", store.text(), "?stream=", escape_uri(event.stream)));
  json.add("type", cat("dev.wf.", event.type));
  json.add("subject", subject_of(store, event));
  json.add("time", format_wall_us(event.at_us));
  json.add("datacontenttype", "application/json");
  json.add("stream", event.stream);
  json.add("seq", std::to_string(event.seq));
  json.add("pos", std::to_string(event.pos));
  json.add("hash", event.hash.hex());
  json.add("data", event.data);
  return json;
}

std::vector<Column> event_columns() {
  return {{"pos", "POS"}, {"at", "AT"},     {"stream", "STREAM"},
          {"seq", "SEQ"}, {"type", "TYPE"}, {"data", "DATA"}};
}

std::string event_line(const Context& context, const Uuid& store, const Event& event) {
  if (context.is_format("cloudevents")) return printable(cloudevent_json(store, event).compact()) + '\n';
  Json json = event_json(event);
  if (!context.is_format("table")) return printable(json.compact()) + '\n';
  return table_line([&](const Column& column) {
    const Json& value = json.at(column.key);
    return value.is_string() ? value.as_string() : value.compact();
  });
}

std::string event_header() {
  return table_line([](const Column& column) { return column.title; });
}

}  // namespace wf::cli
