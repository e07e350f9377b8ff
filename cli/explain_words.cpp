#include "cli/explain_words.hpp"

#include "cli/attempt_evidence.hpp"
#include "cli/difference_report.hpp"
#include "cli/run_views.hpp"
#include "core/base/text.hpp"
#include "core/definition/value.hpp"
#include "core/lineage/tree_text.hpp"
#include "core/lineage/vertex_text.hpp"

namespace wf::cli {

namespace {

constexpr std::size_t k_most_differences = 3;  // in a line of the table

std::string plain_text(const std::optional<Json>& value) {
  if (!value) return "nothing";
  if (value->is_null()) return "null";
  const Json* digest = value->find("digest");
  if (digest != nullptr)
    return cat(digest->as_string(), value->find("executable") != nullptr ? ", executable" : "");
  if (std::optional<Digest> content = content_digest(*value))
    return cat(value->find("$tree") != nullptr ? "folder " : "file ", content->text());
  return value->compact();
}

// "api-token, version 2"
std::string secret_text(const std::optional<Json>& value) {
  const Json* name = value ? value->find("name") : nullptr;
  if (name == nullptr) return plain_text(value);
  const Json* version = value->find("version");
  return cat(name->as_string(), version == nullptr ? "" : cat(", version ", version->as_string()));
}

std::string side_text(const KeyDifference& difference, const std::optional<Json>& side) {
  return difference.part == "secrets" ? secret_text(side) : plain_text(side);
}

}  // namespace

Sides sides_of(const KeyDifference& difference, std::size_t width) {
  Json before = side_text(difference, difference.before);
  Json after = side_text(difference, difference.after);
  bool texts = difference.before && difference.before->is_string();
  if (texts || before.as_string().size() > width || after.as_string().size() > width)
    drop_common_start(before, after);
  auto fit = [&](const Json& text) { return cut_to_width(escape_terminal(text.as_string()), width, "…"); };
  return {fit(before), fit(after)};
}

std::string place_of(const KeyDifference& difference) {
  bool named = difference.part == "command" && !difference.item.empty();
  return escape_terminal(named ? difference.item : difference.place());
}

bool is_ignored(const KeyDifference& difference, const std::optional<Json>& side) {
  return difference.item.empty() && difference.part != "version" && side && side->is_null();
}

namespace {

bool is_large(const KeyDifference& difference) {
  return difference.part == "command" || difference.part == "sources" || difference.part == "interface";
}

std::string short_text(const KeyDifference& difference) {
  constexpr std::size_t k_width = 30;
  std::string place = place_of(difference);
  if (is_ignored(difference, difference.after)) return cat(place, " ignored now");
  if (is_ignored(difference, difference.before)) return cat(place, " no longer ignored");
  if (!difference.before) return cat(place, " added");
  if (!difference.after) return cat(place, " removed");
  if (is_large(difference) || content_digest(*difference.after)) return cat(place, " changed");
  Sides sides = sides_of(difference, k_width);
  return cat(place, " ", sides.before, " -> ", sides.after);
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
  if (one.why == Why::waiting && here.driver_dead)
    return cat("not started yet: the run's driver is dead; go on with: wf resume ", here.run.id.tail());
  if (one.why == Why::waiting && one.waited_for)
    return cat("not started yet: it waits for run ", one.waited_for->tail(),
               ", which is making the same result");
  if (one.why == Why::waiting && one.room)
    return cat("not started yet: it waits for room: ", amounts_text(one.room->at("requests")),
               one.room->at("of").as_string() == "others" ? ", which other runs have"
                                                          : ", which other attempts of the run have");
  if (one.why == Why::waiting)
    return cat("not started yet: it waits for ", needs.empty() ? "its turn" : needs);
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

std::string why_text(const RunVertex& here, const Explanation& one) {
  switch (one.why) {
    case Why::reused:
      return cat("same key as ", is_elsewhere(one) ? "" : "in ", origin(here, one));
    case Why::recovered:
      return recovery_text(here, one);
    case Why::lost_race:
      return cat("it ran, but ", origin(here, one), " had the same key and was first: that result counts");
    case Why::first_time:
      return cat("first time: there was no earlier result of ", one.workflow, "'s task ", one.task);
    case Why::key_changed:
      return cat("since ", origin(here, one), ": ", differences_text(one));
    case Why::output_gone:
      return cat("output gone: the bytes of the result of ", origin(here, one), " are not in the store");
    case Why::output_broken:
      return cat("constraints changed: the result of ", origin(here, one), " breaks what its outputs have to keep to now");
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
