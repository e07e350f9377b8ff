// wf logs: what a run's attempts wrote.
#include <algorithm>
#include <map>
#include <memory>
#include <set>

#include "cli/codes.hpp"
#include "cli/commands.hpp"
#include "cli/list_arguments.hpp"
#include "cli/log_follow.hpp"
#include "cli/output.hpp"
#include "cli/store_access.hpp"
#include "core/base/json_members.hpp"
#include "core/base/text.hpp"
#include "core/base/time.hpp"
#include "core/catalog/codes.hpp"
#include "core/catalog/log_times.hpp"
#include "core/store/codes.hpp"

namespace wf::cli {

namespace {

struct Options {
  std::string run;
  std::optional<std::string> node;
  std::string attempt;
  std::string stream;
  std::optional<std::string> since;
  std::string grep;
  bool interleave = false;
  bool timestamps = false;
  bool follow = false;
};

std::vector<LogStream> streams_of(const Options& options) {
  if (options.stream == "out") return {LogStream::out};
  if (options.stream == "err") return {LogStream::err};
  return {LogStream::out, LogStream::err};
}

// ---- which attempts

// So long after its first process had ended others of an attempt may have written.
constexpr std::int64_t k_after_end_us = 60'000'000;

auto of_number(std::int64_t number) {
  return [number](const AttemptInfo& attempt) { return attempt.attempt == number; };
}

WantedAttempt wanted_attempts(const Options& options, const std::optional<NodePath>& node,
                              std::int64_t since_us) {
  std::optional<std::int64_t> number = parse_int(options.attempt);
  bool word = options.attempt.empty() || options.attempt == "all" || options.attempt == "last";
  if (!word && number.value_or(0) < 1)
    throw Error(codes::k_usage, cat("--attempt '", options.attempt, "' is no attempt"),
                "write its number, all or last");
  return [=, name = node ? node->text() : ""](const AttemptInfo& attempt) {
    bool of_node = name.empty() || is_meant_by(name, attempt.path);
    bool of_time = !attempt.ended_us || *attempt.ended_us + k_after_end_us >= since_us;
    return of_node && of_time && (!number || of_number(*number)(attempt));
  };
}

[[noreturn]] void refuse_number(const RunKey& run, std::int64_t number,
                                const std::vector<AttemptInfo>& attempts) {
  std::int64_t most = 0;
  for (const AttemptInfo& one : attempts) most = std::max(most, one.attempt);
  throw Error(codes::k_node_not_found,
              cat("there is no attempt ", number, " of what was asked for in run ", run.id.tail()),
              most == 0 ? "nothing has been attempted" : cat("the last one has the number ", most));
}

// Keeps the last attempt of each execution.
void keep_last(std::vector<AttemptInfo>& attempts) {
  std::map<NodePath, std::int64_t> last;
  for (const AttemptInfo& one : attempts) last[one.path] = std::max(last[one.path], one.attempt);
  std::erase_if(attempts, [&](const AttemptInfo& one) { return one.attempt < last[one.path]; });
}

// ---- how they are shown

struct Shown {
  Store& store;
  RunKey run;
  std::vector<LogStream> streams;
  std::int64_t since_us;  // INT64_MIN: from the beginning

  std::int64_t first_byte(const AttemptInfo& attempt, LogStream stream) const {
    return since_us == INT64_MIN ? 0 : line_since(store, run, attempt, stream, since_us);
  }
};

void print_apart(const Shown& shown, const std::vector<AttemptInfo>& attempts) {
  bool first = true;
  for (const AttemptInfo& attempt : attempts) {
    for (LogStream stream : shown.streams) {
      bool began = false;
      bool ends_line = true;
      std::string begun;  // of a character that goes on in the next piece
      const std::int64_t from = shown.first_byte(attempt, stream);
      read_log_from(shown.store, shown.run, attempt, stream, from, [&](std::string_view bytes) {
        if (!began && attempts.size() > 1)
          print(cat(first ? "" : "\n", "==> ", attempt_title(attempt), " ", log_name(stream), " <==\n"));
        began = true;
        first = false;
        ends_line = bytes.ends_with('\n');
        begun += bytes;
        std::size_t whole = whole_characters(begun);
        print(std::string_view(begun).substr(0, whole));
        begun.erase(0, whole);
      });
      print(begun);
      if (!ends_line && attempts.size() > 1) print("\n");
    }
  }
}

enum class Order { apart, by_time };

void print_lines(const Shown& shown, const std::vector<AttemptInfo>& attempts, Order order,
                 LineWriter& writer) {
  for (const AttemptInfo& attempt : attempts) writer.widen(attempt);
  LogMerge merge(shown.store, shown.run, shown.since_us, writer);
  if (order == Order::by_time) {
    merge.show(attempts, shown.streams, LogMerge::Rest::written);
  } else {
    for (const AttemptInfo& attempt : attempts) {
      for (LogStream stream : shown.streams) merge.show({attempt}, {stream}, LogMerge::Rest::written);
    }
  }
  writer.flush();
}

Json times_json(const LogTimes& times) {
  return list_json(times.marks(), [](const LogMark& mark) {
    return Json::object()
        .add("stream", log_name(mark.stream))
        .add("bytes", mark.end)
        .add("time", format_wall_us(mark.time_us));
  });
}

Json logs_json(const Shown& shown, const std::vector<AttemptInfo>& attempts) {
  Json list = list_json(attempts, [&](const AttemptInfo& attempt) {
    auto text = [&](LogStream stream) {
      if (log_freed_us(shown.store, attempt, stream)) return Json();
      return Json(
          as_text(read_log(shown.store, shown.run, attempt, stream, shown.first_byte(attempt, stream))));
    };
    Json json = Json::object();
    add_node(json, attempt.path.node, attempt.path.element);
    json.add("attempt", attempt.attempt).add("state", attempt.state);
    json.add("stdout", text(LogStream::out)).add("stderr", text(LogStream::err));
    return json.add("written", times_json(times_of(shown.store, shown.run, attempt)));
  });
  return Json::object().add("run", shown.run.id.text()).add("logs", std::move(list));
}

// Reused, or stopped before it began, or no node of this run at all.
[[noreturn]] void explain_no_attempt(Database& database, const RunKey& run, const NodePath& node) {
  std::vector<std::string> names;
  for (const NodeInfo& one : nodes_of(database, run)) {
    bool same = one.path.node == node.node && (node.element < 0 || one.path.element == node.element);
    if (same && one.producer) {
      std::string producer = one.producer->id.tail();
      throw Error(codes::k_node_not_found, cat("'", node.text(), "' was reused in run ", run.id.tail()),
                  cat("its logs are in the run that made it: wf logs ", producer, " '",
                      node.element < 0 ? one.produced_by.node : one.produced_by.text(), "'"));
    }
    if (names.empty() || names.back() != one.path.node) names.push_back(one.path.node);
  }
  std::string hint = did_you_mean(node.node, names);
  if (hint.empty() || std::find(names.begin(), names.end(), node.node) != names.end())
    hint = cat("see 'wf show ", run.id.tail(), " --all' for what ran");
  throw Error(codes::k_node_not_found, cat("'", node.text(), "' made no attempt in run ", run.id.tail()),
              hint);
}

void check_options(const Context& context, const Options& options) {
  bool whole = context.is_format("json") || context.is_format("yaml");
  bool by_line = options.follow || options.interleave || options.timestamps || !options.grep.empty() ||
                 !options.stream.empty();
  if (whole && by_line)
    throw Error(codes::k_usage, cat("-o ", context.globals.format, " has each log in one piece"),
                "use -o jsonl, which has an object for each line");
  if (options.follow && options.attempt == "last")
    throw Error(codes::k_usage, "--follow cannot know which attempt will be the last", "leave --attempt out");
}

// Explains why there is nothing of what was asked for.
void require_some(Database& database, const RunKey& run, const std::optional<NodePath>& node,
                  const std::vector<AttemptInfo>& attempts, const std::optional<std::int64_t>& number) {
  if (attempts.empty() && node) explain_no_attempt(database, run, *node);
  if (number && std::none_of(attempts.begin(), attempts.end(), of_number(*number)))
    refuse_number(run, *number, attempts);
}

// Of a run without any attempt, and where the logs of its results are.
void tell_nothing_ran(const Context& context, Database& database, const RunKey& run) {
  constexpr std::size_t k_most = 3;
  if (!context.is_format("text") || context.globals.quiet) return;
  std::set<std::string> producers;
  for (const NodeInfo& one : nodes_of(database, run))
    if (one.producer) producers.insert(cat("wf logs ", one.producer->id.tail()));
  std::vector<std::string> commands(producers.begin(), producers.end());
  std::string more = commands.size() > k_most ? cat(" and ", commands.size() - k_most, " more runs") : "";
  commands.resize(std::min(commands.size(), k_most));
  print_error(cat("nothing has run in run ", run.id.tail(),
                  commands.empty() ? "" : "; the logs of what was reused are in the runs that made it: ",
                  join(commands, ", "), more, "\n"));
}

// What is left of the others has been shown by then.
void require_kept(const Shown& shown, const std::vector<AttemptInfo>& attempts) {
  constexpr std::size_t k_most = 5;
  std::vector<std::string> freed;
  for (const AttemptInfo& attempt : attempts) {
    for (LogStream stream : shown.streams) {
      if (auto at = log_freed_us(shown.store, attempt, stream))
        freed.push_back(cat("the ", log_name(stream), " of ", attempt.path.text(), ", attempt ",
                            attempt.attempt, ", was freed on ", date_of(*at)));
    }
  }
  if (freed.empty()) return;
  if (freed.size() > k_most) {
    const std::string more = cat("and so were ", freed.size() - k_most, " more logs");
    freed.resize(k_most);
    freed.push_back(more);
  }
  throw Error(codes::k_blob_freed, join(freed, "\n"),
              cat("how each attempt ended is still known: wf explain ", shown.run.id.tail(), " --attempts"));
}

LineShape shape_of(const Context& context, const Options& options) {
  if (context.is_format("jsonl")) return LineShape::jsonl;
  return options.timestamps ? LineShape::timed : LineShape::led;
}

void print_logs(Context& context, const Options& options, const Shown& shown,
                const std::vector<AttemptInfo>& attempts, LineWriter& writer) {
  const bool by_line =
      options.interleave || options.timestamps || !options.grep.empty() || context.is_format("jsonl");
  if (by_line)
    return print_lines(shown, attempts, options.interleave ? Order::by_time : Order::apart, writer);
  if (context.is_format("text")) return print_apart(shown, attempts);
  print_object(context, "", logs_json(shown, attempts));
}

Exit logs(Context& context, const Options& options) {
  check_options(context, options);
  LineWriter writer(LinePattern(options.grep), shape_of(context, options));
  std::optional<NodePath> node = read_node_path(options.node);
  std::int64_t now_us = context.clock.wall_us();
  std::int64_t since_us = options.since ? parse_time_argument("--since", *options.since, now_us) : INT64_MIN;
  WantedAttempt wanted = wanted_attempts(options, node, since_us);
  std::unique_ptr<Store> store = open_store(context, Access::read_only);
  Scope scope = context.scope();
  RunKey run = find_run(store->database(), scope.project, scope.domain, options.run);
  Shown shown{*store, run, streams_of(options), since_us};
  if (options.follow) {
    follow_logs(*store, run, wanted, {shown.streams, since_us, writer});
    // Its reader has gone: what the run will have is open.
    if (read_run(store->database(), run).state == "running") return Exit::ok;
  }
  std::vector<AttemptInfo> attempts = node ? attempts_within(store->database(), run, *node)
                                           : attempts_of(store->database(), run, std::nullopt);
  require_some(store->database(), run, node, attempts, parse_int(options.attempt));
  if (attempts.empty()) tell_nothing_ran(context, store->database(), run);
  std::erase_if(attempts, [&](const AttemptInfo& attempt) { return !wanted(attempt); });
  if (options.attempt == "last") keep_last(attempts);
  if (!options.follow) print_logs(context, options, shown, attempts, writer);
  require_kept(shown, attempts);
  return Exit::ok;
}

}  // namespace

Command make_logs() {
  auto options = std::make_shared<Options>();
  Command command;
  command.name = "logs";
  command.summary = "Print what the attempts of a run wrote";
  command.details =
      "Of one attempt, the bytes as they are; of several, each log by itself under a heading. On a terminal, "
      "control characters are shown as text. --interleave has the lines of all in the order in which they "
      "were "
      "written, --follow in that in which they come. A line of more than 64 KiB is shown as several. Logs "
      "that were freed are named, and the exit status is 3.\n"
      "The time of a line is when wf knew that its end was written, mostly within 10 ms; lines "
      "that tasks write one by one stand in their order. The manual says more: 'man wf-logs'.";
  command.examples = {{"wf logs 5c3e12ab90ff", "of every node"},
                      {"wf logs 5c3e12ab90ff 'score[3]' --stream err", "one element of a mapped node"},
                      {"wf logs nightly --interleave --timestamps", "all of it as one story"},
                      {"wf logs nightly --grep 'warn|error' --since 10m", "lines of the last ten minutes"},
                      {"wf logs nightly --follow -o jsonl", "as it comes, for a script"}};
  command.positionals = {{"RUN", k_run_help, &options->run}, {"NODE", k_node_help, &options->node, false}};
  command.options = {
      {"--attempt", "N", "only this attempt of each execution, or 'last' (default: all)", &options->attempt},
      {"--stream", "STREAM", "out, err or both (default: both)", &options->stream, {"out", "err", "both"}},
      {"--since", "TIME", "only lines written at TIME or later: 10m (so long ago), or 2026-01-31T10:00:00Z",
       &options->since},
      {"--grep", "REGEX", "only lines that match the extended regular expression", &options->grep},
      {"--interleave", "", "lines in the order in which they were written, each led by its execution",
       &options->interleave},
      {"--timestamps", "", "lead each line by when it was written", &options->timestamps},
      {"--follow", "", "go on with what is written, until the run has ended", &options->follow}};
  command.formats = {"text", "json", "jsonl", "yaml"};
  command.run = [options](Context& context) { return logs(context, *options); };
  return command;
}

}  // namespace wf::cli
