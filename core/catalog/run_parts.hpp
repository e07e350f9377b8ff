// What stands beside the executions of a run: its drivers, the workflows that its nodes run, its gates.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/base/digest.hpp"
#include "core/catalog/run_lookup.hpp"

namespace wf {

// A process that held the run; the first made it, others resumed it.
struct RunDriver {
  std::int64_t fence = 0;
  std::string host;
  std::int64_t pid = 0;
  std::string platform;
  std::string wf_version;
  std::int64_t claimed_us = 0;
};
std::vector<RunDriver> drivers_of(Database& database, const RunKey& run);  // by fence

// A workflow at work for a node execution.
struct RunFrame {
  std::string path;  // "sub[3]"
  Digest version;
  std::string state;
  std::int64_t started_us = 0;
  std::optional<std::int64_t> ended_us;
};
std::vector<RunFrame> frames_of(Database& database, const RunKey& run);  // by path

// A node that waited for somebody, or for a time.
struct RunGate {
  std::string node;
  std::string kind;     // approve, signal, sleep
  std::string message;  // what was to be approved
  std::int64_t opened_us = 0;
  std::optional<std::int64_t> answered_us;
  std::string answer;  // approved, rejected, given; empty: not yet, or by time
  std::string answered_by;
  std::string note;
};
std::vector<RunGate> gates_of(Database& database, const RunKey& run);  // by node

// When the run's newest event was written: how far its record goes.
std::int64_t newest_event_us(Database& database, const RunKey& run);

}  // namespace wf
