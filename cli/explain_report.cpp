#include "cli/explain_report.hpp"

#include "cli/element_groups.hpp"
#include "cli/explain_words.hpp"
#include "cli/folding.hpp"
#include "cli/key_difference_text.hpp"
#include "cli/output.hpp"
#include "cli/run_views.hpp"
#include "core/base/style.hpp"
#include "core/base/text.hpp"
#include "core/lineage/tree_text.hpp"
#include "core/lineage/vertex_text.hpp"

namespace wf::cli {

namespace {

constexpr std::size_t k_most_diff_lines = 60;
constexpr std::size_t k_most_pages = 20;
constexpr std::size_t k_most_places = 20;  // inside one value
constexpr std::size_t k_widest_value = 120;

// Equal for what is told in the same words, values aside.
std::string sameness(const Explanation& one) {
  std::string key = cat(one.path.node, "\n", one.state, "\n", to_text(one.why), "\n", one.driver, one.again);
  if (one.lost) key += "\nlost";
  if (one.ready) key += cat("\n", lack_text(one));
  if (one.earlier) key += cat("\n", one.earlier->run.id.text(), one.earlier->path.node);
  for (const KeyDifference& difference : one.differences) key += cat("\n", difference.place());
  if (one.cause) key += cat("\n", cause_text(*one.cause));
  return key;
}

bool has_died_under(const Explanation& one) { return one.lost && one.state == "running"; }

bool waits(const Explanation& one) { return one.state == "running" && (one.lost || one.ready || one.cause); }

std::string state_word(const Explanation& one) {
  if (one.state.empty()) return "-";
  return waits(one) ? "waiting" : one.state;
}

// Why the result of the run that is recovered does not stand.
std::string again_text(const RunVertex& here, const Explanation& one) {
  if (one.again.empty() || !here.parent) return {};
  std::string run = cat("run ", here.parent->tail());
  if (one.again == "asked") return cat("; not taken over from ", run, ": it was asked to run again");
  if (one.again == "changed")
    return cat("; not taken over from ", run, ": what it is ", one.why == Why::gate ? "about" : "made of",
               " has changed since");
  if (one.again == "elsewhere") return cat("; not taken over from ", run, ": that ran it elsewhere");
  return cat("; not taken over from ", run, ": the bytes of its result are not in the store");
}

// What was begun before the run was resumed may have ended before, or not at all.
std::string driver_text(const RunExplanation& all, const Explanation& one) {
  if (has_died_under(one)) return "; its driver died while it ran";
  if (one.driver == 0 || one.driver >= all.drivers) return {};
  const bool done = !one.lost && (has_result(one.state) || one.state == "failed");
  return cat("; ", done ? "done" : "begun", " before the run was resumed");
}

std::string notes_text(const RunExplanation& all, const Explanation& one) {
  std::string text;
  bool told = one.why == Why::skipped || one.why == Why::gate;  // the cause, as the reason
  if (!one.state.empty() && one.cause && !told)
    text += cat("; ", waits(one) ? "it" : cat(one.state, ":"), " ", cause_text(*one.cause));
  if (one.ready && !all.run.driver_dead) text += cat("; ", lack_text(one));
  if (one.waited_for && !one.state.empty() && !one.ready)
    text += cat("; it waited for run ", one.waited_for->tail(), ", which was making the same result");
  text += again_text(all.run, one);
  return text + driver_text(all, one);
}

std::string one_line(std::string text) {
  for (char& c : text) {
    if (c == '\n') c = ' ';
  }
  return text;
}

std::string heading(const RunExplanation& all) {
  const RunVertex& run = all.run;
  std::string text = cat(run_short(run.run), " of ", run.workflow, "@", run.version.short_hex(), "  ",
                         styled_state(run.abort_asked ? "aborting" : run.state), "  ",
                         short_time(run.created_us));
  if (run.abort_asked) text += cat("  ", escape_terminal(*run.abort_asked));
  if (run.driver_dead) text += cat("  driver dead: ", go_on_command(run.run, run.abort_asked));
  if (run.name) text += cat("  named ", escape_terminal(*run.name));
  if (all.drivers > 1) text += cat("  resumed, driven by ", all.drivers, " processes one after the other");
  if (run.parent)
    text += cat(run.relation == "rerun" ? "  rerun of run " : "  recovers run ", run.parent->tail());
  return folded(text) + "\n";
}

// ---- pages

std::string origin_text(const InputOrigin& origin) {
  if (!origin.node.empty()) return cat(origin.node, ".", origin.name);
  std::string text = cat("input ", origin.name);
  if (!origin.given.empty()) text += cat(", ", origin.given == "default" ? "its default" : "given as ");
  if (!origin.given.empty() && origin.given != "default")
    text += origin.reference.empty() ? origin.given : escape_terminal(origin.reference);
  if (origin.path) text += cat(", read from ", escape_terminal(*origin.path));
  return text;
}

// Whether one of two places is the other, or in it.
bool overlap(const std::string& one, const std::string& other) {
  if (one.size() > other.size()) return overlap(other, one);
  return other.starts_with(one) &&
         (one.size() == other.size() || one.empty() || other[one.size()] == '.' || other[one.size()] == '[');
}

std::string origins_text(const KeyDifference& difference, const std::string& inside,
                         const std::vector<InputOrigin>& origins) {
  if (difference.part != "inputs") return {};
  std::string text;
  for (const InputOrigin& origin : origins)
    if (overlap(origin.place, inside)) text += cat(text.empty() ? "" : "; ", origin_text(origin));
  return cat("  (", text.empty() ? "from the definition" : text, ")");
}

std::string indented_diff(const std::string& diff) {
  std::string out;
  std::vector<std::string_view> lines = split(trim(diff), '\n');
  for (std::size_t i = 0; i < lines.size() && i < k_most_diff_lines; ++i) {
    std::string line = escape_terminal(lines[i]);
    if (line.starts_with('+')) line = styled(Style::good, line);
    if (line.starts_with('-')) line = styled(Style::bad, line);
    out += cat("      ", line, "\n");
  }
  if (lines.size() > k_most_diff_lines)
    out += cat("      and ", lines.size() - k_most_diff_lines, " more lines; -o json has them all\n");
  return out;
}

std::string difference_text(const KeyDifference& difference, const DifferenceDetail& detail) {
  std::string out;
  bool only_lines = difference.part == "command" && !detail.text_diff.empty();
  for (const DifferenceText& text : texts_of(difference, k_widest_value, k_most_places)) {
    auto side = [&](const char* word, const std::optional<Json>& value, const std::string& shown,
                    const std::vector<InputOrigin>& origins) {
      out += cat("      ", word, shown, value ? origins_text(difference, text.inside, origins) : "", "\n");
    };
    out += cat("    ", text.place, "\n");
    if (!only_lines) {
      side("before  ", difference.before, text.before, detail.before);
      side("after   ", difference.after, text.after, detail.after);
    }
    if (text.others > 0)
      out += cat("    and ", text.others, " more places of ", difference.place(),
                 "; -o json has the whole values\n");
  }
  return detail.text_diff.empty() ? out : out + indented_diff(detail.text_diff);
}

std::string result_text(const Result& result) {
  return cat(result.path.text(), " of ", run_short(result.run), ", made ", short_time(result.created_us),
             ", artifact ", result.artifact.text());
}

std::string ignored_text(const ExplanationDetail& detail) {
  std::string text;
  if (!detail.ignored_inputs.empty()) text += cat("inputs ", join(detail.ignored_inputs, ", "));
  if (!detail.ignored_parts.empty())
    text += cat(text.empty() ? "" : "; ", "parts ", join(detail.ignored_parts, ", "));
  return text.empty() ? text : cat("  ignored  ", text, ", as the task says\n");
}

std::string not_in_key_text(const ExplanationDetail& detail) {
  if (detail.not_in_key.empty()) return {};
  std::string out = "  differs, and is not in the key\n";
  std::string changes = render(detail.not_in_key);
  for (std::string_view line : split(trim(changes), '\n')) out += cat("    ", escape_terminal(line), "\n");
  return out;
}

std::string page(const RunExplanation& all, const ElementGroup<Explanation>& group, DetailReader& details) {
  const Explanation& one = *group.first;
  ExplanationDetail detail = details.read(one);
  std::string out =
      cat(styled(Style::bold, group.name()), "  ", styled_state(state_word(one)), "  ",
          why_text(all.run, one), notes_text(all, one), "\n");
  if (group.elements.size() > 1)
    out +=
        cat("  of these ", grouped(group.elements.size()), " elements the first, ", one.path.text(), ":\n");
  if (one.key) out += cat("  key      ", one.key->text(), "\n");
  if (one.earlier)
    out +=
        cat("  ", one.why == Why::key_changed ? "nearest  " : "result   ", result_text(*one.earlier), "\n");
  out = folded(out);
  if (!one.differences.empty()) out += "  what differs in the key, from there to here\n";
  for (std::size_t i = 0; i < one.differences.size(); ++i)
    out += difference_text(one.differences[i], detail.differences[i]);
  return out + ignored_text(detail) + not_in_key_text(detail);
}

}  // namespace

std::string explanation_table(const RunExplanation& explanation) {
  Json::Array rows;
  for (const auto& one : group_elements(explanation.executions, sameness)) {
    Json row = Json::object();
    std::string more = one.elements.size() > 1 && !one.first->differences.empty() ? " (of the first)" : "";
    row.add("node", one.name()).add("state", state_word(*one.first));
    row.add("why",
            one_line(cat(why_text(explanation.run, *one.first), more, notes_text(explanation, *one.first))));
    rows.push_back(std::move(row));
  }
  return heading(explanation) + render_table({{"node", "NODE"}, {"state", "STATE"}, {"why", "WHY"}}, rows);
}

std::string explanation_pages(Store& store, const RunExplanation& explanation) {
  DetailReader details(store, explanation.run);
  std::string out = heading(explanation);
  std::vector<ElementGroup<Explanation>> groups = group_elements(explanation.executions, sameness);
  for (std::size_t i = 0; i < groups.size() && i < k_most_pages; ++i)
    out += cat("\n", page(explanation, groups[i], details));
  if (groups.size() > k_most_pages)
    out += cat("\nand ", groups.size() - k_most_pages, " more groups of elements; name one element\n");
  return out;
}

}  // namespace wf::cli
