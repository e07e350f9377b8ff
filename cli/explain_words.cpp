#include "cli/explain_words.hpp"

#include "cli/attempt_evidence.hpp"
#include "cli/key_difference_text.hpp"
#include "cli/run_views.hpp"
#include "core/base/text.hpp"
#include "core/lineage/tree_text.hpp"
#include "core/lineage/vertex_text.hpp"

namespace wf::cli {

namespace {

constexpr std::size_t k_most_differences = 3;  // in a line of the table

bool is_large(const KeyDifference& difference) {
  return difference.part == "command" || difference.part == "sources" || difference.part == "interface";
}

bool is_content(const DifferenceText& text) {
  return text.before.starts_with("sha256:") && text.after.starts_with("sha256:");
}

std::string short_text(const KeyDifference& difference) {
  constexpr std::size_t k_width = 30;
  DifferenceText text = text_of(difference, k_width);
  switch (difference.change) {
    case KeyChange::ignored:
      return cat(text.place, " ignored now");
    case KeyChange::no_longer_ignored:
      return cat(text.place, " no longer ignored");
    case KeyChange::added:
      return cat(text.place, " added");
    case KeyChange::removed:
      return cat(text.place, " removed");
    case KeyChange::changed:
      break;
  }
  std::string more = text.others == 0 ? std::string() : cat(" and ", text.others, " more");
  if (is_large(difference) || is_content(text)) return cat(text.place, more, " changed");
  return cat(text.place, " ", text.before, " -> ", text.after, more.empty() ? "" : ",", more);
}

std::string differences_text(const Explanation& one) {
  if (one.differences.empty()) return "another key; what it was made of is not kept";
  std::string text;
  for (std::size_t i = 0; i < one.differences.size() && i < k_most_differences; ++i)
    text += cat(i == 0 ? "" : "; ", short_text(one.differences[i]));
  if (one.differences.size() > k_most_differences)
    text += cat("; and ", one.differences.size() - k_most_differences, " more");
  return text;
}

// Whether the earlier result is another node's.
bool is_elsewhere(const Explanation& one) { return one.earlier && one.earlier->path.node != one.path.node; }

std::string origin(const RunVertex& here, const Explanation& one) {
  if (!one.earlier) return "an earlier run";
  std::string run = one.earlier->run == here.run ? std::string("this run") : run_short(one.earlier->run);
  return is_elsewhere(one) ? cat(one.earlier->path.text(), " of ", run) : run;
}

// Of a switch that took another case.
std::string other_task(const Explanation& one) {
  return one.earlier && one.earlier->task != one.task ? cat(", which ran task ", one.earlier->task)
                                                      : std::string();
}

std::string ran_in_text(const Explanation& one) {
  if (!one.made_in) return {};
  return one.made_in->image ? cat(" ran in a container of ", *one.made_in->image)
                            : " ran on a machine itself, in no container";
}

std::string_view trial_text(std::string_view state) {
  if (state == "failed") return "failed";
  return state == "running" ? "did not end" : "was stopped";
}

std::string taken_over(const RunVertex& here) {
  return cat(", taken over from run ", here.parent ? here.parent->tail() : "");
}

std::string recovery_text(const RunVertex& here, const Explanation& one) {
  bool itself = one.earlier && here.parent && one.earlier->run.id == *here.parent;
  std::string text = cat("recovered from run ", here.parent ? here.parent->tail() : "");
  return itself ? text : cat(text, ", made by ", origin(here, one));
}

std::string why_absent(const RunVertex& here, const Explanation& one) {
  std::string needs = join(one.waits_for, ", ");
  if (one.why == Why::waiting && here.abort_asked)
    return "not started, and never will be: the run is being aborted";
  if (one.why == Why::waiting && here.driver_dead)
    return cat("not started yet: the run's driver is dead; go on with: ",
               go_on_command(here.run, here.abort_asked));
  if (one.why == Why::waiting) return cat("not started yet: ", lack_text(one));
  if (one.enough) return "never started: enough elements had succeeded";
  std::string blame = one.cause ? cat(": ", run_cause_text(*one.cause)) : "";
  if (!needs.empty()) return cat("never started: it needs ", needs, ", which did not end well", blame);
  if (!one.ended.empty()) return cat("never started: the workflow that ", one.ended, " runs ended before");
  return cat("never started: the run ended before", blame);
}

}  // namespace

std::string_view absent_state(const Explanation& one) {
  if (one.why == Why::empty_map) return "nothing to do";
  return one.why == Why::waiting ? "queued" : "not started";
}

std::string lack_text(const Explanation& one) {
  if (!one.line.empty()) return one.line;
  if (one.twin) return "it waits for another execution of the run, which is making the same result";
  if (one.waited_for)
    return cat("it waits for run ", one.waited_for->tail(), ", which is making the same result");
  if (one.room)
    return cat("it waits for room: ", amounts_text(one.room->at("requests")),
               one.room->at("of").as_string() == "others" ? ", which other runs have"
                                                          : ", which other attempts of the run have");
  if (one.hook) return "it waits for all other nodes to end";
  if (!one.waits_for.empty()) return cat("it waits for ", join(one.waits_for, ", "));
  return "it waits for its turn";
}

std::string why_text(const RunVertex& here, const Explanation& one) {
  switch (one.why) {
    case Why::reused:
      return cat("same key as ", is_elsewhere(one) ? "" : "in ", origin(here, one));
    case Why::recovered:
      return recovery_text(here, one);
    case Why::lost_race:
      return cat("it ran, but ", origin(here, one), " had the same key and was first: that result counts");
    case Why::first_time:
      return cat("first time: the cache had no result of ", one.workflow, "'s task ", one.task);
    case Why::tried_before:
      return cat("again: the same key ", trial_text(one.tried->state), " in ", run_short(one.tried->run));
    case Why::key_changed:
      return cat("since ", origin(here, one), other_task(one), ": ", differences_text(one));
    case Why::output_gone:
      return cat("output gone: the bytes of the result of ", origin(here, one),
                 " are not in the store, or damaged");
    case Why::output_broken:
      return cat("constraints changed: the result of ", origin(here, one), " breaks what its outputs have to keep to now");
    case Why::made_elsewhere:
      return cat("made elsewhere: the result of ", origin(here, one), ran_in_text(one),
                 "; the setting cache.environment says to take only what ran where the task would run");
    case Why::refreshed:
      if (!one.differences.empty())
        return cat("refreshed, and the key is new: since ", origin(here, one), ": ", differences_text(one));
      return one.earlier ? cat("refreshed: it replaces the result of ", origin(here, one))
                         : "refreshed: the run was to make everything again";
    case Why::cache_off:
      return "cache off: the task says 'cache: false'";
    case Why::no_outputs:
      return "cache off: the task has no outputs, and no 'cache: {allow_empty: true}'";
    case Why::gate:
      return cat(one.cause ? cause_text(*one.cause) : "it waits",
                 one.state == "recovered" ? taken_over(here) : "");
    case Why::not_asked:
      return "it failed before anything could be looked up";
    case Why::workflow:
      return "it ran a workflow: see what is in it";
    case Why::empty_map:
      return "nothing to do: the list it is mapped over is empty";
    case Why::skipped:
      return cause_text(*one.cause);
    case Why::waiting:
    case Why::never_started:
      break;
  }
  return why_absent(here, one);
}

}  // namespace wf::cli
