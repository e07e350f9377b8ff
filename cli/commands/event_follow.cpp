// wf event follow: what happens, as it is committed.
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <memory>

#include "cli/codes.hpp"
#include "cli/commands.hpp"
#include "cli/event_cursor.hpp"
#include "cli/event_views.hpp"
#include "cli/output.hpp"
#include "cli/store_access.hpp"
#include "core/base/event_loop.hpp"
#include "core/base/text.hpp"
#include "core/store/codes.hpp"
#include "core/store/commit_watch.hpp"

namespace wf::cli {

namespace {

struct Options {
  EventOptions events;
  std::optional<std::string> cursor;
  bool only_new = false;
};

// Nothing needs to be put away, and a write to a reader that does not read is to be left as well.
void end_by_signals() {
  std::signal(SIGPIPE, SIG_IGN);
  std::signal(SIGINT, [](int) { ::_exit(static_cast<int>(Exit::interrupted)); });
  std::signal(SIGTERM, [](int) { ::_exit(static_cast<int>(Exit::terminated)); });
}

// Standard output, whose reader may go away at any time.
class Output {
 public:
  Output() {
    struct stat info {};
    is_file_ = ::fstat(STDOUT_FILENO, &info) == 0 && S_ISREG(info.st_mode);
    if (is_file_) end_torn_line(info.st_size);
  }

  enum class State { written, reader_gone };
  State write(std::string_view text) {
    while (!text.empty()) {
      ssize_t wrote = ::write(STDOUT_FILENO, text.data(), text.size());
      if (wrote < 0 && errno == EPIPE) return State::reader_gone;
      if (wrote < 0 && errno != EINTR) throw_errno("write", "standard output");
      if (wrote > 0) text.remove_prefix(static_cast<std::size_t>(wrote));
    }
    return State::written;
  }

  // A cursor must not outlive, in a crash of the machine, the lines before it.
  void make_durable() const {
    if (is_file_) sync_file(STDOUT_FILENO, "standard output");
  }

 private:
  // A follower that was killed as it appended left the beginning of a line, which must not spoil the next
  // one.
  void end_torn_line(off_t size) {
    int flags = ::fcntl(STDOUT_FILENO, F_GETFL);
    if (size == 0 || flags < 0 || (flags & O_APPEND) == 0) return;
    Fd again(::open("/proc/self/fd/1", O_RDONLY | O_CLOEXEC));
    char last = '\n';
    if (again && ::pread(again.get(), &last, 1, size - 1) == 1 && last != '\n') write("\n");
  }

  bool is_file_ = false;
};

[[noreturn]] void store_gone(const Store& store) {
  throw Error(codes::k_store_not_found,
              cat("the store '", store.path(), "' was removed, moved or replaced while it was followed"),
              "follow it where it is now; --since or --cursor says from where");
}

class Follower {
 public:
  Follower(const Context& context, Store& store, const Options& options)
      : context_(&context), store_(&store), watch_(store.path()) {
    if (options.cursor) cursor_.emplace(store, *options.cursor);
    EventFilter filter = event_filter(context, store, options.events);
    filter.since = kept_ = start(options);
    feed_.emplace(store, filter);
  }

  Exit run() {
    if (context_->is_format("table") && !context_->globals.quiet) output_.write(event_header());
    while (true) {
      for (auto events = feed_->next(); !events.empty(); events = feed_->next()) {
        if (!deliver(events)) return Exit::ok;
      }
      keep_position();
      if (feed_->at_limit()) return Exit::ok;
      CommitWatch::Wake wake = watch_.wait(STDOUT_FILENO);
      if (wake == CommitWatch::Wake::reader_gone) return Exit::ok;
      if (wake == CommitWatch::Wake::store_gone) store_gone(*store_);
    }
  }

 private:
  std::int64_t start(const Options& options) {
    std::int64_t newest = newest_pos(store_->database());
    std::int64_t since = options.events.since.value_or(options.only_new ? newest : 0);
    if (since > newest) {
      throw Error(codes::k_foreign_cursor,
                  cat("--since ", since, " is after the newest event of this store, which is ", newest),
                  "the store is another one or an older copy; 'wf store path' says which it is");
    }
    return cursor_ ? cursor_->start(since) : since;
  }

  bool deliver(const std::vector<Event>& events) {
    std::string text;
    for (const Event& event : events) text += event_line(*context_, store_->id(), event);
    if (output_.write(text) == Output::State::reader_gone) return false;
    keep_position();
    return true;
  }

  // Also past events that were not asked for: they need not be read again.
  void keep_position() {
    if (!cursor_ || feed_->position() == kept_) return;
    SignalBlock whole({SIGINT, SIGTERM});
    output_.make_durable();
    kept_ = feed_->position();
    cursor_->advance(kept_);
  }

  const Context* context_;
  Store* store_;
  CommitWatch watch_;  // before the first reading, so that nothing falls between
  std::optional<EventCursor> cursor_;
  std::int64_t kept_ = 0;  // where the cursor stands
  std::optional<EventFeed> feed_;
  Output output_;
};

void require_one_start(const Options& options) {
  if (!options.events.since || (!options.only_new && !options.cursor)) return;
  throw Error(codes::k_usage, "--since cannot go together with --new or --cursor",
              "a cursor that is there says itself where to go on");
}

Exit follow(const Context& context, const Options& options) {
  require_one_start(options);
  auto store = open_store(context, Access::read_only);
  end_by_signals();
  return Follower(context, *store, options).run();
}

}  // namespace

Command make_event_follow() {
  auto options = std::make_shared<Options>();
  Command command{
      "event follow",
      "Print events as they are committed, by any process",
      "Begins with the first event, or where --since, --new or --cursor says, and waits for more until it is "
      "interrupted (130, 143), nobody reads its output any more (0) or --limit is reached (0).\n\n"
      "Every event comes once and in order. A reader that is restarted goes on without a gap or a repeat by "
      "giving "
      "the pos of the last event it has dealt with to --since. --cursor keeps that pos in a file, which is "
      "replaced after the lines were handed over: after a kill in between, the last lines come again. What "
      "was "
      "handed over, and lost by a reader that died, does not; a reader that must not lose any keeps pos "
      "itself, together with what it makes of the events. One cursor is for one follower.",
      {{"wf event follow --new", "what happens from now on, for people"},
       {"wf event follow --since 120 -o jsonl", "for a program that has dealt with event 120"},
       {"wf event follow --cursor ~/seen -o cloudevents", "for one that cannot remember where it was"}}};
  command.options = filter_options(options->events);
  command.options.push_back({"--new", "", "only what is committed from now on", &options->only_new});
  command.options.push_back(
      {"--cursor", "FILE", "go on where this file says, and keep it up to date", &options->cursor});
  command.formats = {"table", "jsonl", "cloudevents"};
  command.run = [options](Context& context) { return follow(context, *options); };
  return command;
}

}  // namespace wf::cli
