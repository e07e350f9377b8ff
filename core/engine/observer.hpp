// What a driver tells while it drives: for progress on a terminal, and for plain lines elsewhere.
#pragma once
#include <cstdint>
#include <string>

#include "core/engine/records.hpp"

namespace wf {

struct RunProgress {
  std::int64_t known = 0;  // executions known so far: a map counts once its lists are there
  std::int64_t ran = 0;
  std::int64_t reused = 0;
  std::int64_t resumed = 0;  // committed by an earlier driver of this run
  std::int64_t recovered = 0;  // taken over from the run that this one recovers
  std::int64_t failed = 0;
  std::int64_t aborted = 0;
  std::int64_t skipped = 0;  // nodes; they are not among the known executions
  std::int64_t running = 0;
  std::int64_t waiting = 0;  // for a result that somebody else is making, or first in a line for tokens
};

struct NodeNews {
  enum class Kind {
    started,
    waiting,
    gate,
    retried,
    succeeded,
    reused,
    done_before,
    recovered,
    skipped,
    failed,
    aborted
  } kind = Kind::started;
  NodePath execution;
  std::int64_t attempt = 0;
  std::int64_t duration_ns = 0;  // succeeded, failed, aborted
  std::string detail = {};  // waiting: for whom or what; told once for each of them. gate: for what. retried: why and when
};

class RunObserver {
 public:
  virtual ~RunObserver() = default;
  virtual void on_news(const NodeNews& news, const RunProgress& progress) = 0;
};

}  // namespace wf
