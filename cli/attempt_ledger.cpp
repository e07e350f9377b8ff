#include "cli/attempt_ledger.hpp"

#include <algorithm>

#include "cli/attempt_evidence.hpp"
#include "cli/attempt_log.hpp"
#include "cli/explain_words.hpp"
#include "cli/run_views.hpp"
#include "cli/sandbox_words.hpp"
#include "core/base/text.hpp"
#include "core/base/time.hpp"

namespace wf::cli {

namespace {

std::string why(const AttemptInfo& attempt) {
  if (attempt.state == "lost") return "its driver died";
  return attempt.cause ? attempt.cause->at("message").as_string() : std::string();
}

// "failed (user) after 12ms: exited with code 3"
std::string end_of(const AttemptInfo& attempt) {
  std::string text = state_text(attempt);
  if (attempt.duration_ns) text += cat(" after ", human_duration_us(*attempt.duration_ns / 1000));
  if (std::string cause = why(attempt); !cause.empty()) text += cat(": ", escape_terminal(cause));
  return text;
}

// What became of an execution that was to be tried again.
std::string end_of_waiting(const Explanation& one) {
  if (one.state == "running" || !one.cause) return {};
  return cat("    ", one.state, " meanwhile: ", cause_text(*one.cause), "\n");
}

// What was to follow an attempt, and whether it did: `next` comes after it in the ledger.
std::string sequel(const Explanation& one, const AttemptInfo& attempt, const AttemptInfo* next) {
  bool tried = next != nullptr && next->path == attempt.path;
  if (attempt.state == "lost" && tried) return "    tried again by the next driver, at no cost\n";
  if (!attempt.delay_ns) return {};
  // Another driver did not wait for the end of the back-off.
  const bool taken_over = tried && next->fence != attempt.fence;
  const std::int64_t later_us =
      taken_over ? std::max<std::int64_t>(next->started_us - attempt.ended_us.value_or(next->started_us), 0)
                 : *attempt.delay_ns / 1000;
  return cat("    ", tried ? "tried again " : "to be tried again ", human_duration_us(later_us), " later",
             taken_over ? " by the next driver" : "", ", at the cost of a ", attempt.charged, " retry\n",
             tried ? "" : end_of_waiting(one));
}

std::string untried(const RunVertex& run, const Explanation& one) {
  bool ended = !one.state.empty() && one.cause;
  return cat(one.path.text(),
             "  no attempt: ", ended ? cat(one.state, ": ", cause_text(*one.cause)) : why_text(run, one),
             "\n");
}

}  // namespace

std::string attempt_ledger(Store& store, const RunVertex& vertex, const Explanation& one) {
  const RunKey& run = vertex.run;
  std::vector<AttemptInfo> all = attempts_of(store.database(), run, one.path);
  if (all.empty()) return untried(vertex, one);
  // That it is lost is recorded by the next driver.
  for (AttemptInfo& attempt : all)
    if (vertex.driver_dead && attempt.state == "running") attempt.state = "lost";
  std::string text;
  for (std::size_t i = 0; i < all.size(); ++i) {
    const AttemptInfo& attempt = all[i];
    const AttemptInfo* next = i + 1 < all.size() ? &all[i + 1] : nullptr;
    text += cat(attempt.path.text(), "  attempt ", attempt.attempt, "  ", end_of(attempt), "\n");
    for (const std::string& line :
         {evidence_text(attempt), attempt.resources ? resources_text(*attempt.resources) : ""})
      if (!line.empty()) text += cat("    ", escape_terminal(line), "\n");
    for (const std::string& line : log_tail(store, run, attempt, LogStream::err)) text += cat("    | ", line, "\n");
    if (attempt.sandbox)
      text += cat("    sandbox ", escape_terminal(sandbox_text(*attempt.sandbox)), "\n",
                  observed_text(observed_by(store.database(), run, attempt.path, attempt.attempt), *attempt.sandbox));
    text += sequel(one, attempt, next);
  }
  return text;
}

Json attempt_ledger_json(Store& store, const RunKey& run, const NodePath& node) {
  Json all = Json::array();
  for (const AttemptInfo& attempt : attempts_of(store.database(), run, node)) {
    Json lines = Json::array();
    for (std::string& line : log_tail(store, run, attempt, LogStream::err)) lines.push(std::move(line));
    Json observed = attempt.sandbox ? observed_by(store.database(), run, attempt.path, attempt.attempt).value_or(Json()) : Json();
    all.push(attempt_json(attempt).add("observed", std::move(observed)).add("stderr_tail", std::move(lines)));
  }
  return all;
}

}  // namespace wf::cli
