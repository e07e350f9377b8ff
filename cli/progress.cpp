#include "cli/progress.hpp"

#include <unistd.h>

#include <algorithm>
#include <array>

#include "cli/terminal.hpp"
#include "core/base/text.hpp"
#include "core/base/time.hpp"

namespace wf::cli {

namespace {

// A closed stderr must not end the run, so nobody asks whether this arrived.
void write_courtesy(const std::string& text) {
  if (!text.empty() && ::write(STDERR_FILENO, text.data(), text.size()) < 0) return;
}

class NoProgress final : public RunObserver {
 public:
  void on_news(const NodeNews&, const RunProgress&) override {}
};

std::string_view verb(NodeNews::Kind kind) {
  constexpr std::array<std::string_view, 11> k_verbs{"started", "waits",  "waits",       "retried",
                                                     "done",    "reused", "done before", "recovered",
                                                     "skipped", "failed", "aborted"};
  return k_verbs.at(static_cast<std::size_t>(kind));
}

// Whether the detail is a sentence of its own, for as long as it holds.
bool tells_more(NodeNews::Kind kind) { return kind == NodeNews::Kind::gate || kind == NodeNews::Kind::retried; }

// One line for each ended execution, written in blocks: a line for each of 10 000 reuses is not worth a
// system call each.
class PlainProgress final : public RunObserver {
 public:
  ~PlainProgress() override { flush(); }

  void on_news(const NodeNews& news, const RunProgress& progress) override {
    if (news.kind == NodeNews::Kind::started) return;
    std::string line = cat("  ", verb(news.kind), std::string(k_verb_width - verb(news.kind).size(), ' '),
                           news.execution.node.empty() ? "the run" : news.execution.text());
    if (tells_more(news.kind))
      line += cat("  ", escape_terminal(news.detail));
    else if (!news.detail.empty())
      line += cat("  for ", news.detail);
    if (news.duration_ns > 0) line += cat("  ", human_duration_us(news.duration_ns / 1000));
    buffer_ += line + '\n';
    bool found = news.kind == NodeNews::Kind::reused || news.kind == NodeNews::Kind::done_before ||
                 news.kind == NodeNews::Kind::recovered;
    bool quick = found && progress.reused + progress.resumed + progress.recovered < progress.known;
    if (!quick || buffer_.size() > k_block) flush();
  }

 private:
  static constexpr std::size_t k_block = 8192;
  static constexpr std::size_t k_verb_width = 13;

  void flush() {
    write_courtesy(buffer_);
    buffer_.clear();
  }

  std::string buffer_;
};

class TerminalProgress final : public RunObserver {
 public:
  TerminalProgress(EventLoop& loop, const Clock& clock)
      : loop_(loop), clock_(clock), began_us_(clock.wall_us()) {
    tick();
  }
  ~TerminalProgress() override {
    loop_.cancel_timer(timer_);
    erase();
  }

  void on_news(const NodeNews& news, const RunProgress& progress) override {
    progress_ = progress;
    if (news.kind == NodeNews::Kind::waiting)
      holder_ = news.detail;
    else if (news.kind == NodeNews::Kind::started || tells_more(news.kind))
      running_[news.execution.text()] = {clock_.wall_us(), escape_terminal(news.detail)};
    else
      running_.erase(news.execution.text());
    dirty_ = true;
  }

 private:
  static constexpr std::int64_t k_interval_ns = 100'000'000;

  void tick() {
    bool second_passed = clock_.wall_us() - drawn_us_ >= 1'000'000;
    if (dirty_ || second_passed) draw();
    timer_ = loop_.add_timer(TimerClock::awake, timer_now_ns(TimerClock::awake) + k_interval_ns,
                             [this] { tick(); });
  }

  void draw() {
    Terminal terminal = terminal_of(Stream::err);
    std::size_t room = std::min<std::size_t>(16, terminal.rows > 4 ? terminal.rows - 3 : 1);
    std::int64_t now = clock_.wall_us();
    std::string out = erasure();
    lines_ = 0;
    for (const auto& [name, one] : running_) {
      if (lines_ == room) break;
      std::string time = human_duration_us(now - one.since_us);
      out += fitted(terminal, one.waits_for.empty() ? cat("  running ", name, "  ", time)
                                                    : cat("  waits   ", name, "  ", time, "  ", one.waits_for));
      ++lines_;
    }
    if (running_.size() > room) {
      out += fitted(terminal, cat("  … and ", running_.size() - room, " more"));
      ++lines_;
    }
    std::int64_t ended = progress_.ran + progress_.reused + progress_.resumed + progress_.recovered +
                         progress_.failed + progress_.aborted;
    std::string total = cat("  ", ended, " of ", progress_.known, " done");
    if (progress_.reused > 0) total += cat(", ", progress_.reused, " reused");
    if (progress_.recovered > 0) total += cat(", ", progress_.recovered, " recovered");
    if (progress_.waiting > 0) total += cat(", ", progress_.waiting, " waiting for ", holder_);
    if (progress_.failed > 0) total += cat(", ", progress_.failed, " failed");
    out += fitted(terminal, cat(total, ", ", human_duration_us(now - began_us_)));
    ++lines_;
    write_courtesy(out);
    drawn_us_ = now;
    dirty_ = false;
  }

  // A line that never wraps: a wrapped one could not be erased.
  static std::string fitted(const Terminal& terminal, const std::string& line) {
    std::string text = fit_text(terminal, line);
    return cut_to_width(text, std::max<std::size_t>(terminal.columns, 2) - 1, terminal.ellipsis()) + '\n';
  }

  std::string erasure() const { return lines_ == 0 ? std::string() : cat("\r\x1b[", lines_, "A\x1b[J"); }
  void erase() {
    write_courtesy(erasure());
    lines_ = 0;
  }

  EventLoop& loop_;
  const Clock& clock_;
  TimerId timer_;
  std::int64_t began_us_;
  std::int64_t drawn_us_ = 0;
  std::size_t lines_ = 0;
  bool dirty_ = true;
  RunProgress progress_;
  std::string holder_;  // the newest one waited for
  struct Running {
    std::int64_t since_us = 0;
    std::string waits_for;  // of a gate
  };
  std::map<std::string, Running> running_;
};

}  // namespace

ProgressStyle progress_style(const Context& context) {
  if (context.globals.quiet) return ProgressStyle::none;
  return terminal_of(Stream::err).redraws ? ProgressStyle::terminal : ProgressStyle::plain;
}

std::unique_ptr<RunObserver> make_progress(ProgressStyle style, EventLoop& loop, const Clock& clock) {
  if (style == ProgressStyle::terminal) return std::make_unique<TerminalProgress>(loop, clock);
  if (style == ProgressStyle::plain) return std::make_unique<PlainProgress>();
  return std::make_unique<NoProgress>();
}

}  // namespace wf::cli
