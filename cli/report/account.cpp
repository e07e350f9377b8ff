#include "cli/report/account.hpp"

#include <algorithm>
#include <map>
#include <utility>

#include "cli/report/critical_path.hpp"

namespace wf::cli {

namespace {

// The task that a node runs; "" for what runs none.
std::string task_name(History& history, const RunKey& run, const std::string& path) {
  const Node* node = history.node(run, path);
  if (node == nullptr) return {};
  return node->used ? node->used->task : node->task;
}

// How far the record of a run goes: its end, or the newest thing that is known of one that goes on.
std::int64_t end_of_record(Database& database, const RunPage& page, const std::vector<DriverInfo>& drivers) {
  if (page.info.ended_us) return *page.info.ended_us;
  std::int64_t until = std::max(page.info.created_us, newest_event_us(database, page.info.key));
  for (const AttemptInfo& attempt : page.attempts)
    until = std::max({until, attempt.started_us, attempt.ended_us.value_or(0)});
  for (const DriverInfo& driver : drivers) until = std::max(until, driver.claimed_us);
  return until;
}

// Wall clocks may go back; nothing took less than no time.
std::int64_t end_of(std::int64_t started_us, const std::optional<std::int64_t>& ended_us,
                    std::int64_t until_us) {
  return std::max(started_us, ended_us.value_or(until_us));
}

void take_executions(RunAccount& account, History& history) {
  std::map<NodePath, std::size_t> places;
  std::map<std::string, std::string> tasks;
  for (NodeInfo& node : account.page.nodes) {
    auto [task, is_new] = tasks.try_emplace(node.path.node);
    if (is_new) task->second = task_name(history, account.page.info.key, node.path.node);
    places.emplace(node.path, account.executions.size());
    std::int64_t end_us = end_of(node.started_us, node.ended_us, account.until_us);
    if (node.lost) node.state = "lost";  // as its attempt
    account.executions.push_back({std::move(node), task->second, end_us});
  }
  for (AttemptInfo& attempt : account.page.attempts) {
    auto place = places.find(attempt.path);
    if (place == places.end()) continue;
    std::int64_t end_us = end_of(attempt.started_us, attempt.ended_us, account.until_us);
    account.executions[place->second].tries.push_back({std::move(attempt), end_us});
  }
  account.page.nodes.clear();
  account.page.attempts.clear();
}

void set_waits(RunAccount& account) {
  for (Execution& execution : account.executions) {
    std::int64_t since_us = execution.ready_us;
    for (Try& one : execution.tries) {
      one.wait_us = std::max<std::int64_t>(one.info.started_us - since_us, 0);
      since_us = one.end_us;
    }
  }
}

// Something that went on for a while, and where its slot is noted.
struct Span {
  std::int64_t start_us = 0;
  std::int64_t end_us = 0;
  std::size_t* slot = nullptr;
};

// Each gets the lowest slot that is free when it starts.
void give_slots(std::vector<Span> spans) {
  std::stable_sort(spans.begin(), spans.end(),
                   [](const Span& one, const Span& other) { return one.start_us < other.start_us; });
  std::vector<std::int64_t> busy_until_us;
  for (const Span& one : spans) {
    auto free = std::find_if(busy_until_us.begin(), busy_until_us.end(),
                             [&](std::int64_t until_us) { return until_us <= one.start_us; });
    *one.slot = static_cast<std::size_t>(free - busy_until_us.begin());
    if (free == busy_until_us.end()) free = busy_until_us.insert(free, 0);
    *free = std::max(one.end_us, one.start_us + 1);
  }
}

void set_slots(RunAccount& account) {
  std::vector<Span> tries;
  std::vector<Span> others;
  for (Execution& execution : account.executions) {
    for (Try& one : execution.tries) tries.push_back({one.info.started_us, one.end_us, &one.slot});
    bool lasts = execution.tries.empty() && execution.end_us > execution.info.started_us;
    if (lasts) others.push_back({execution.info.started_us, execution.end_us, &execution.slot});
  }
  give_slots(std::move(tries));
  give_slots(std::move(others));
}

}  // namespace

RunAccount read_account(Store& store, History& history, const RunKey& run) {
  Database& database = store.database();
  RunAccount account{read_run_page(store, run), drivers_of(database, run), frames_of(database, run),
                     read_gates(database, run)};
  account.until_us = end_of_record(database, account.page, account.drivers);
  take_executions(account, history);
  mark_critical_path(account, history);
  set_waits(account);
  set_slots(account);
  return account;
}

}  // namespace wf::cli
