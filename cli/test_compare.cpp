#include "cli/test_compare.hpp"

#include <algorithm>
#include <map>

#include "cli/run_views.hpp"
#include "core/base/line_diff.hpp"
#include "core/base/text.hpp"
#include "core/catalog/reference.hpp"
#include "core/definition/value.hpp"

namespace wf::cli {

namespace {

constexpr std::int64_t k_shown_file = std::int64_t{64} * 1024;  // bytes of a text whose lines are compared
constexpr std::size_t k_shown_text = 200;

std::string shown(const Type& type, const Json& value) {
  std::string text = printed_value(type.text(), value).compact();
  return text.size() > k_shown_text ? cat(text.substr(0, k_shown_text), "…") : text;
}

std::string failure_text(const Json& cause) {
  return cat(cause.at("message").as_string(), " [", cause.at("code").as_string(), "]");
}

std::string failure_text(const FailureReport& failure) {
  return cat(failure.execution.text(), ": ", failure_text(failure.cause));
}

class Comparison {
 public:
  Comparison(const TestCase& test, Store& store, const Workflow& workflow, const Driven& driven)
      : test_(test), store_(store), workflow_(workflow), driven_(driven) {}

  std::vector<Mismatch> compare() {
    compare_end();
    if (succeeded()) compare_outputs();
    for (const Expression& predicate : test_.expect.where) compare_predicate(predicate);
    for (const auto& [node, end] : test_.expect.nodes) {
      std::string_view expected = k_node_end_names.at(static_cast<std::size_t>(end));
      std::string got = end_of(node);
      if (got != expected) add({cat("nodes.", node), std::string(expected), got, {}});
    }
    return std::move(mismatches_);
  }

 private:
  void add(Mismatch mismatch) { mismatches_.push_back(std::move(mismatch)); }
  bool succeeded() const { return driven_.summary.state == RunState::succeeded; }

  void compare_end() {
    const Expectation& expect = test_.expect;
    if (!expect.fails && succeeded()) return;
    std::string wanted = !expect.fails ? "succeeded" : "failed";
    if (!expect.failure.empty()) wanted += cat(" with '", expect.failure, "'");
    if (succeeded()) return add({"run", wanted, "succeeded", {}});
    if (expect.fails && says(expect.failure)) return;
    Mismatch mismatch{"run", wanted, std::string(run_state_name(driven_.summary.state)), {}};
    for (const FailureReport& failure : driven_.summary.failures) {
      mismatch.details.push_back(failure_text(failure));
      for (const std::string& line : failure.stderr_tail) mismatch.details.push_back(cat("  ", line));
    }
    if (mismatch.details.empty()) mismatch.details.push_back(run_cause_text(driven_.summary.cause));
    add(std::move(mismatch));
  }

  // Whether a failure has the code, or says so in its message or at the end of its stderr.
  bool says(const std::string& wanted) const {
    auto in_cause = [&](const Json& cause) {
      return cause.is_object() && (cause.at("code").as_string() == wanted ||
                                   cause.at("message").as_string().find(wanted) != std::string::npos);
    };
    const auto& failures = driven_.summary.failures;
    return in_cause(driven_.summary.cause) ||
           std::any_of(failures.begin(), failures.end(), [&](const FailureReport& failure) {
             return in_cause(failure.cause) ||
                    join(failure.stderr_tail, "\n").find(wanted) != std::string::npos;
           });
  }

  const OutputValue* output(std::string_view name) const {
    const auto& outputs = driven_.summary.outputs;
    auto found = std::find_if(outputs.begin(), outputs.end(),
                              [&](const OutputValue& one) { return one.name == name; });
    return found == outputs.end() ? nullptr : &*found;
  }

  void compare_outputs() {
    for (const auto& [name, expected] : test_.expect.outputs) {
      const OutputValue& got = *output(name);
      if (got.value.canonical() == expected.canonical()) continue;
      add({cat("outputs.", name), shown(got.type, expected), shown(got.type, got.value),
           lines_that_differ(expected, got.value)});
    }
  }

  // Of two files that are short texts.
  std::vector<std::string> lines_that_differ(const Json& expected, const Json& got) {
    auto before = text_of(expected);
    auto after = text_of(got);
    if (!before || !after) return {};
    std::vector<std::string> lines;
    std::string difference = unified_diff(*before, *after);
    while (difference.ends_with('\n')) difference.pop_back();
    for (std::string_view line : split(difference, '\n')) lines.emplace_back(line);
    return lines;
  }

  std::optional<std::string> text_of(const Json& value) {
    auto digest = value.find("$blob") == nullptr ? std::nullopt : content_digest(value);
    auto size = digest ? store_.blobs().size_of(*digest) : std::nullopt;
    if (!size || *size > k_shown_file) return std::nullopt;
    std::string text = store_.blobs().read(*digest);
    bool plain = find_invalid_utf8(text) == std::string::npos && text.find('\0') == std::string::npos;
    return plain ? std::optional(std::move(text)) : std::nullopt;
  }

  void compare_predicate(const Expression& predicate) {
    ValueOf values = [this](std::string_view root, std::string_view name) { return value_of(root, name); };
    auto result = evaluate(predicate, values, Type(wf::Kind::boolean));
    const auto* fault = std::get_if<ExpressionFault>(&result);
    if (fault == nullptr && std::get<Json>(result).as_bool()) return;
    Mismatch mismatch{
        cat("where '", predicate.text(), "'"), "true", fault == nullptr ? "false" : fault->message, {}};
    for (const ExpressionReference& reference : references(predicate)) {
      std::string name = cat(reference.reference.root, ".", reference.reference.name);
      auto value = value_of(reference.reference.root, reference.reference.name);
      if (value) mismatch.details.push_back(cat(name, " = ", shown(value->type, *value->value)));
    }
    auto& details = mismatch.details;
    std::sort(details.begin(), details.end());
    details.erase(std::unique(details.begin(), details.end()), details.end());
    add(std::move(mismatch));
  }

  // What there is not, since the run or the node did not get so far, is null.
  std::optional<TypedValue> value_of(std::string_view root, std::string_view name) {
    const RunKey& run = driven_.run.key;
    if (name.empty()) return std::nullopt;
    DataReference reference{std::nullopt,     run.project, run.domain, run.id.text(), {std::string(root), -1},
                            std::string(name)};
    try {
      ResolvedData found = resolve_data(store_, reference);
      Json& kept = values_[cat(root, ".", name)];
      kept = std::move(found.value);
      return TypedValue{found.type, &kept};
    } catch (const Error& error) {
      static const Json k_null;
      if (error.code().exit == Exit::verification_failed) throw;
      return TypedValue{Type::optional(Type(wf::Kind::json)), &k_null};
    }
  }

  std::string end_of(const std::string& node) {
    std::map<std::string, std::int64_t> states;
    const std::vector<std::string> frames = frame_states(node);
    for (const std::string& state : frames) ++states[state];
    for (const NodeInfo& row : nodes_of(store_.database(), driven_.run.key)) {
      // What a dynamic task has emitted ends for it.
      bool counts = frames.empty() || (row.state != "succeeded" && row.state != "reused");
      if (row.path.node == node && counts) ++states[row.state];
    }
    if (states.empty()) return lists_were_empty(node) ? "succeeded" : "not_run";
    // Some elements may fail: then the node has, when too few are left.
    const Each& each = workflow_.find_node(node)->each;
    if (each.may_leave_out() && has_enough(each, states)) return "succeeded";
    if (states.count("failed") > 0) return "failed";
    for (const char* state : {"aborted", "skipped"}) {
      if (states.count(state) > 0) return state;
    }
    return "succeeded";
  }

  // How the workflows ended that a node runs: one, or one for each element.
  std::vector<std::string> frame_states(const std::string& node) {
    const RunKey& run = driven_.run.key;
    Statement& rows = store_.database().statement(
        "SELECT state FROM frame WHERE project = ?1 AND domain = ?2 AND run = ?3 AND parent = '' AND node = "
        "?4");
    rows.bind(run.project, run.domain, run.id, node);
    return rows_of(rows, [](const Statement& row) { return row.string(0); });
  }

  // By the elements that were begun: for a part of them that tells the same as all would.
  static bool has_enough(const Each& each, const std::map<std::string, std::int64_t>& states) {
    std::int64_t begun = 0;
    std::int64_t succeeded = 0;
    for (const auto& [state, count] : states) {
      begun += count;
      if (state == "succeeded" || state == "reused") succeeded += count;
    }
    return succeeded >= each.needed_of(begun);
  }

  // A map over nothing succeeds without a trace.
  bool lists_were_empty(const std::string& node) const {
    return succeeded() && !workflow_.find_node(node)->map.empty();
  }

  const TestCase& test_;
  Store& store_;
  const Workflow& workflow_;
  const Driven& driven_;
  std::vector<Mismatch> mismatches_;
  std::map<std::string, Json> values_;  // that predicates looked at
};

}  // namespace

std::vector<Mismatch> compare(const TestCase& test, Store& store, const Workflow& workflow,
                              const Driven& driven) {
  return Comparison(test, store, workflow, driven).compare();
}

}  // namespace wf::cli
