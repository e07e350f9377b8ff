// Lines of many logs in the order in which they were written, as far as that is known.
#pragma once
#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "cli/log_lines.hpp"

namespace wf::cli {

class LogMerge {
 public:
  // Lines that were written before `since_us` are left out. The references must outlive it.
  LogMerge(Store& store, const RunKey& run, std::int64_t since_us, LineWriter& writer)
      : store_(store), run_(run), since_us_(since_us), writer_(writer) {}

  // Whether a line without an end is held until it has one, while its attempt runs.
  enum class Rest { held, written };
  // What the attempts have written in these streams, behind what was shown of it.
  void show(const std::vector<AttemptInfo>& attempts, const std::vector<LogStream>& streams, Rest rest);
  // The same of one up to `end`, which was reached at `time_us`.
  void show_growth(const AttemptInfo& attempt, LogStream stream, std::int64_t end, std::int64_t time_us);

 private:
  struct Tail {
    LineCutter cutter;
    std::int64_t offset = 0;
  };
  struct Piece {
    std::int64_t time_us;
    const AttemptInfo* attempt;
    LogStream stream;
    std::int64_t end;
    bool is_last;
  };
  using Name = std::pair<std::string, LogStream>;  // an attempt's

  void add_pieces(const AttemptInfo& attempt, LogStream stream, const LogTimes& times,
                  std::vector<Piece>& pieces);
  void begin(const AttemptInfo& attempt, LogStream stream, const LogTimes& times);
  LineCutter::Take shower(const AttemptInfo& attempt, LogStream stream, std::int64_t time_us);

  Store& store_;
  RunKey run_;
  std::int64_t since_us_;
  LineWriter& writer_;
  std::map<Name, Tail> tails_;
};

}  // namespace wf::cli
