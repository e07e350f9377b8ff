#include "cli/difference_report.hpp"

#include <algorithm>

#include "cli/element_groups.hpp"
#include "cli/key_difference_text.hpp"
#include "cli/output.hpp"
#include "cli/run_views.hpp"
#include "core/base/text.hpp"
#include "core/base/time.hpp"
#include "core/definition/value.hpp"
#include "core/lineage/tree_text.hpp"
#include "core/lineage/vertex_text.hpp"

namespace wf::cli {

namespace {

constexpr std::size_t k_most_lines = 12;   // of what one execution differs in
constexpr std::size_t k_widest_side = 44;  // columns

std::string_view reach_text(NodeReach reach) {
  if (reach == NodeReach::up) return " and what it came from";
  return reach == NodeReach::down ? " and what came of it" : ", what it came from and what came of it";
}

std::string side_text(std::string_view side, const ComparedRun& compared, NodeReach reach) {
  const RunVertex& run = compared.run;
  std::string text = cat(side, run_short(run.run), " of ", run.workflow, "@", run.version.short_hex(), "  ",
                         state_text(run), "  ", short_time(run.created_us));
  if (run.name) text += cat("  named ", escape_terminal(*run.name));
  if (!compared.node.node.empty()) text += cat("\n        ", compared.node.text(), reach_text(reach));
  return text + "\n";
}

std::string value_side(const std::optional<InputVertex>& value) {
  return value ? value_text(value->type, value->value, value->size) : "nothing";
}

std::string origin_side(const std::optional<InputVertex>& value) {
  return value && value->origin ? escape_terminal(*value->origin) : std::string();
}

bool has_parts(const InputVertex& value) {
  return value.value.is_string() || value.value.is_array() ||
         (value.value.is_object() && !content_digest(value.value));
}

// Texts and values of several parts from where they differ.
std::string sides_of(const ValuePair& pair) {
  if (pair.before && pair.after && has_parts(*pair.before) && has_parts(*pair.after))
    return text_of(pair.name, printed_value(pair.before->type, pair.before->value),
                   printed_value(pair.after->type, pair.after->value), k_widest_side)
        .line();
  return cat(pair.name, "  ", value_side(pair.before), " -> ", value_side(pair.after));
}

std::string pair_text(const ValuePair& pair) {
  std::string text = sides_of(pair);
  std::string before = origin_side(pair.before);
  std::string after = origin_side(pair.after);
  if (!before.empty() || !after.empty())
    text += cat("  (", before.empty() ? "-" : before, " -> ", after.empty() ? "-" : after, ")");
  return text;
}

std::string cause_side(const std::optional<Json>& cause) {
  return cause ? escape_terminal(cause_text(*cause)) : "nothing";
}

void append_changes(const std::vector<Change>& changes, std::vector<std::string>& lines) {
  std::string text = render(changes);
  if (changes.empty()) return;
  for (std::string_view line : split(trim(text), '\n')) lines.emplace_back(line);
}

std::vector<std::string> reasons(const ExecutionDifference& one) {
  std::vector<std::string> lines;
  if (!one.same_state()) {
    lines.push_back(cat("state  ", one.before.empty() ? "absent" : one.before, " -> ",
                        one.after.empty() ? "absent" : one.after));
  }
  bool causes = (one.before_cause || one.after_cause) && (!one.same_state() || !one.same_cause());
  if (causes)
    lines.push_back(cat("cause  ", cause_side(one.before_cause), " -> ", cause_side(one.after_cause)));
  append_changes(one.definition, lines);
  for (const ValuePair& input : one.inputs) lines.push_back(cat("input ", pair_text(input)));
  if (one.uncached && one.definition.empty() && one.inputs.empty())
    lines.emplace_back(
        "it is not cached, and has no key; no difference is known in what it runs and was given");
  for (const KeyDifference& part : one.parts) lines.push_back(text_of(part, k_widest_side).line());
  if (one.keys == KeyRelation::different && one.parts.empty())
    lines.emplace_back("the cache keys differ; what they were made of is not kept");
  for (const ValuePair& output : one.outputs) lines.push_back(cat("output ", pair_text(output)));
  return lines;
}

std::string indented(const std::vector<std::string>& lines, std::string_view indent) {
  std::string out;
  for (std::size_t i = 0; i < lines.size() && i < k_most_lines; ++i) out += cat(indent, lines[i], "\n");
  if (lines.size() > k_most_lines) out += cat(indent, "and ", lines.size() - k_most_lines, " more\n");
  return out;
}

std::string sameness(const ExecutionDifference& one) {
  std::string key = cat(one.path.node, "\n", one.before, "\n", one.after, "\n", to_text(one.keys));
  for (const std::optional<Json>& cause : {one.before_cause, one.after_cause})
    key += cat("\n", cause ? cause_text(*cause) : "");
  return key;
}

std::string first_text(const RunDifference& difference) {
  const ExecutionDifference* first = difference.first();
  if (first == nullptr) return {};
  return cat("\nfirst divergence: ", first->path.text(), ", and no node that it depends on differs\n",
             indented(reasons(*first), "  "));
}

std::string chance_text(const RunDifference& difference) {
  std::string out;
  for (const NonDeterminism& one : difference.non_deterministic) {
    out += cat("\nNON-DETERMINISM: ", one.node, Elements(one.elements).text(),
               " gave different bytes under equal cache keys\n");
  }
  return out;
}

std::string pairs_text(std::string_view title, const std::vector<ValuePair>& pairs) {
  std::vector<std::string> lines;
  for (const ValuePair& pair : pairs) lines.push_back(pair_text(pair));
  return cat("\n", title, lines.empty() ? ": the same\n" : "\n", indented(lines, "  "));
}

std::string definition_text(const RunDifference& difference) {
  if (difference.definition.empty()) return "\ndefinition: the same\n";
  std::vector<std::string> lines;
  append_changes(difference.definition, lines);
  return cat("\ndefinition\n", indented(lines, "  "));
}

std::string executions_text(const RunDifference& difference) {
  std::string out =
      cat("\nexecutions: ", difference.executions_that_differ, " of ", difference.executions_compared,
          difference.executions_that_differ == 1 ? " differs\n" : " differ\n");
  for (const auto& one : group_elements(difference.executions, sameness)) {
    bool alone = one.elements.size() == 1;
    out += cat("  ", one.name(),
               alone ? "" : cat("  ", grouped(one.elements.size()), " elements; of the first:"), "\n",
               indented(reasons(*one.first), "    "));
  }
  return out;
}

Json effort_cell(const Effort& effort, const std::string& text) {
  return effort.attempts == 0 ? Json() : Json(text);
}

Json memory_cell(const Effort& effort) {
  return effort.max_rss_bytes ? Json(human_bytes(*effort.max_rss_bytes)) : Json();
}

std::string ratio_text(const EffortPair& pair) {
  constexpr std::int64_t k_percent = 100;
  if (pair.before.duration_us == 0 || pair.after.attempts == 0) return {};
  std::int64_t percent = pair.after.duration_us * k_percent / pair.before.duration_us;
  std::string cents = cat(percent % k_percent);
  return cat("×", percent / k_percent, ".", cents.size() == 1 ? "0" : "", cents);
}

std::string efforts_text(const RunDifference& difference) {
  if (difference.efforts.empty()) return {};
  Json::Array rows;
  for (const EffortPair& pair : difference.efforts) {
    Json row = Json::object();
    std::string ratio = ratio_text(pair);
    row.add("node", pair.node);
    row.add("took_before", effort_cell(pair.before, human_duration_us(pair.before.duration_us)));
    row.add("took_after", effort_cell(pair.after, human_duration_us(pair.after.duration_us)));
    row.add("ratio", ratio.empty() ? Json() : Json(ratio));
    row.add("cpu_before", effort_cell(pair.before, human_duration_us(pair.before.cpu_us)));
    row.add("cpu_after", effort_cell(pair.after, human_duration_us(pair.after.cpu_us)));
    row.add("memory_before", memory_cell(pair.before)).add("memory_after", memory_cell(pair.after));
    rows.push_back(std::move(row));
  }
  return cat("\nresources and durations of what ran (they make no difference)\n",
             render_table({{"node", "NODE"},
                           {"took_before", "TOOK"},
                           {"took_after", "THEN"},
                           {"ratio", "RATIO"},
                           {"cpu_before", "CPU"},
                           {"cpu_after", "THEN"},
                           {"memory_before", "MEMORY"},
                           {"memory_after", "THEN"}},
                          rows));
}

std::string verdict(const RunDifference& difference) {
  if (difference.same()) return "\nthe same: definition, inputs, environment and every result\n";
  bool results = difference.executions_that_differ > 0;
  return results ? std::string() : "\nevery execution has the same result on both sides\n";
}

}  // namespace

std::string sides_report(const RunDifference& difference) {
  return cat(side_text("before  ", difference.before, difference.reach),
             side_text("after   ", difference.after, difference.reach));
}

std::string difference_report(const RunDifference& difference) {
  std::string out = sides_report(difference);
  out +=
      cat(verdict(difference), first_text(difference), chance_text(difference), definition_text(difference));
  out += cat(pairs_text("inputs", difference.inputs), pairs_text("environment", difference.environment));
  out += cat(executions_text(difference), efforts_text(difference));
  if (difference.truncated())
    out += cat("truncated: ", difference.executions.size(), " of ", difference.executions_that_differ,
               " differing executions are shown; see --limit\n");
  return out;
}

}  // namespace wf::cli
