// Everything about one run that its report tells, as the store has it at one moment.
#pragma once
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "cli/run_page.hpp"
#include "core/catalog/run_parts.hpp"
#include "core/engine/gates.hpp"
#include "core/lineage/history.hpp"

namespace wf::cli {

// One try of an execution, with the times that drawings need. Those of what still ran end with the record.
struct Try {
  AttemptInfo info;
  std::int64_t end_us = 0;
  std::int64_t wait_us = 0;  // since it could have begun, or since the try before it ended
  std::size_t slot = 0;      // tries that ran at the same time have different ones, from 0
};

// One node execution. Positions are those of RunAccount::executions.
struct Execution {
  NodeInfo info;
  std::string task;  // empty for gates and for what runs a workflow
  std::int64_t end_us = 0;
  std::int64_t ready_us = 0;               // when all that it had to wait for had ended
  std::optional<std::size_t> before = {};  // the one of those that ended last
  bool is_critical = false;
  std::vector<Try> tries = {};
  std::size_t slot = 0;  // of one without tries; as that of a try
};

struct RunAccount {
  RunPage page;  // without nodes and attempts, which are in `executions`
  std::vector<DriverInfo> drivers;
  std::vector<RunFrame> frames;
  std::vector<GateRow> gates;
  std::vector<Execution> executions = {};  // by the first start of a node, then by element
  // From first to last the executions that determined when the run ended, see mark_critical_path().
  std::vector<std::size_t> critical_path = {};
  std::int64_t until_us = 0;  // when the run ended; of one that goes on, how far its record goes
};

// `history` is of the same database, inside one read transaction.
RunAccount read_account(Store& store, History& history, const RunKey& run);

}  // namespace wf::cli
