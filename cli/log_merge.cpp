#include "cli/log_merge.hpp"

#include <algorithm>

namespace wf::cli {

void LogMerge::begin(const AttemptInfo& attempt, LogStream stream, const LogTimes& times) {
  auto [place, is_new] = tails_.try_emplace({attempt.name, stream});
  if (!is_new) return;
  verify_log(store_, attempt, stream);
  // No line is so long that one which ends later begins further back.
  place->second.offset = std::max<std::int64_t>(0, written_before(times, stream, since_us_) - k_longest_line);
}

void LogMerge::add_pieces(const AttemptInfo& attempt, LogStream stream, const LogTimes& times,
                          std::vector<Piece>& pieces) {
  const std::int64_t offset = tails_.at({attempt.name, stream}).offset;
  std::int64_t last_us = INT64_MIN;
  for (const LogMark& mark : times.marks()) {
    if (mark.stream != stream) continue;
    last_us = mark.time_us;
    if (mark.end > offset) pieces.push_back({mark.time_us, &attempt, stream, mark.end, false});
  }
  const std::int64_t rest_us = std::max(last_us, last_write_us(store_, run_, attempt, stream));
  pieces.push_back({rest_us, &attempt, stream, INT64_MAX, true});
}

LineCutter::Take LogMerge::shower(const AttemptInfo& attempt, LogStream stream, std::int64_t time_us) {
  return [this, &attempt, stream, time_us](std::string_view line) {
    if (time_us >= since_us_) writer_.write(attempt, stream, line, time_us);
  };
}

void LogMerge::show_growth(const AttemptInfo& attempt, LogStream stream, std::int64_t end,
                           std::int64_t time_us) {
  auto found = tails_.find({attempt.name, stream});
  if (found == tails_.end()) return;
  Tail& tail = found->second;
  const LineCutter::Take take = shower(attempt, stream, time_us);
  tail.offset = read_log_range(store_, run_, attempt, stream, tail.offset, end,
                               [&](std::string_view bytes) { tail.cutter.feed(bytes, take); });
}

void LogMerge::show(const std::vector<AttemptInfo>& attempts, const std::vector<LogStream>& streams,
                    Rest rest) {
  std::vector<Piece> pieces;
  for (const AttemptInfo& attempt : attempts) {
    const LogTimes times = times_of(store_, run_, attempt);
    for (LogStream stream : streams) {
      begin(attempt, stream, times);
      add_pieces(attempt, stream, times, pieces);
    }
  }
  std::stable_sort(pieces.begin(), pieces.end(),
                   [](const Piece& a, const Piece& b) { return a.time_us < b.time_us; });
  for (const Piece& piece : pieces) {
    show_growth(*piece.attempt, piece.stream, piece.end, piece.time_us);
    const bool goes_on = rest == Rest::held && piece.attempt->state == "running";
    if (!piece.is_last || goes_on) continue;
    auto done = tails_.find({piece.attempt->name, piece.stream});
    done->second.cutter.finish(shower(*piece.attempt, piece.stream, piece.time_us));
    tails_.erase(done);
  }
}

}  // namespace wf::cli
