// What differs between two runs, as JSON.
#include <array>

#include "core/base/json_members.hpp"
#include "core/base/text.hpp"
#include "core/base/time.hpp"
#include "core/catalog/runs.hpp"
#include "core/definition/value.hpp"
#include "core/lineage/run_difference.hpp"

namespace wf {

namespace {

Json run_json(const ComparedRun& compared) {
  const RunVertex& run = compared.run;
  Json json = Json::object();
  json.add("project", run.run.project).add("domain", run.run.domain).add("run", run.run.id.text());
  json.add("name", or_null(run.name));
  json.add("workflow", run.workflow).add("version", run.version.text()).add("state", run.state);
  json.add("started", format_wall_us(run.created_us));
  if (compared.node.node.empty()) return json.add("node", Json()).add("element", Json());
  add_node(json, compared.node.node, compared.node.element);
  return json;
}

Json value_json(const std::optional<InputVertex>& value) {
  if (!value) return {};
  Json json = Json::object();
  json.add("type", value->type).add("value", printed_value(value->type, value->value));
  return json.add("given", or_null(value->given)).add("origin", or_null(value->origin));
}

Json pairs_json(const std::vector<ValuePair>& pairs) {
  Json json = Json::object();
  for (const ValuePair& pair : pairs) {
    json.add(pair.name,
             Json::object().add("before", value_json(pair.before)).add("after", value_json(pair.after)));
  }
  return json;
}

Json execution_json(const ExecutionDifference& one) {
  Json json = Json::object();
  add_node(json, one.path.node, one.path.element);
  json.add("before", or_null(one.before)).add("after", or_null(one.after));
  json.add("before_cause", cause_json(one.before_cause)).add("after_cause", cause_json(one.after_cause));
  json.add("keys", to_text(one.keys)).add("key_parts", to_json(one.parts));
  json.add("definition", to_json(one.definition)).add("inputs", pairs_json(one.inputs));
  json.add("outputs", pairs_json(one.outputs));
  json.add("upstream_agrees", one.upstream_agrees);
  return json.add("non_deterministic", one.non_deterministic());
}

Json effort_json(const Effort& effort) {
  if (effort.attempts == 0) return {};
  Json json = Json::object();
  json.add("attempts", effort.attempts).add("duration_us", effort.duration_us);
  return json.add("cpu_us", effort.cpu_us)
      .add("max_rss_bytes", effort.max_rss_bytes ? Json(*effort.max_rss_bytes) : Json());
}

Json efforts_json(const std::vector<EffortPair>& efforts) {
  Json list = Json::array();
  for (const EffortPair& pair : efforts) {
    Json json = Json::object();
    json.add("node", pair.node).add("before", effort_json(pair.before)).add("after", effort_json(pair.after));
    bool both = pair.before.duration_us > 0 && pair.after.attempts > 0;
    auto after = static_cast<double>(pair.after.duration_us);
    json.add("duration_ratio", both ? Json(after / static_cast<double>(pair.before.duration_us)) : Json());
    list.push(std::move(json));
  }
  return list;
}

}  // namespace

Json to_json(const RunDifference& difference, const std::vector<std::string>& fields) {
  Json executions = Json::array();
  for (const ExecutionDifference& one : difference.executions) executions.push(execution_json(one));
  const ExecutionDifference* first = difference.first();
  Json json = Json::object();
  json.add("before", run_json(difference.before)).add("after", run_json(difference.after));
  json.add("same", difference.same());
  json.add("first_divergence", first == nullptr ? Json() : execution_json(*first));
  json.add("definition", to_json(difference.definition));
  json.add("inputs", pairs_json(difference.inputs));
  json.add("environment", pairs_json(difference.environment));
  json.add("executions", std::move(executions));
  json.add("executions_compared", difference.executions_compared);
  json.add("executions_that_differ", difference.executions_that_differ);
  json.add("non_deterministic", list_json(difference.non_deterministic, [](const NonDeterminism& one) {
             auto count = static_cast<std::int64_t>(one.elements.size());
             return Json::object().add("node", one.node).add("executions", count);
           }));
  json.add("efforts", efforts_json(difference.efforts));
  json.add("aligned", to_json(difference.aligned, fields));
  return json.add("truncated", difference.truncated());
}

std::string to_json_lines(const RunDifference& difference, const std::vector<std::string>& fields) {
  struct Part {
    std::string_view member;
    std::string_view record;
  };
  constexpr std::array k_lists{Part{"definition", "definition"}, Part{"executions", "execution"},
                               Part{"non_deterministic", "non_deterministic"}, Part{"efforts", "effort"}};
  constexpr std::array k_pairs{Part{"inputs", "input"}, Part{"environment", "environment"}};
  Json whole = to_json(difference);
  Json summary = Json::object();
  for (const char* member : {"before", "after", "same", "executions_compared", "executions_that_differ"})
    summary.add(member, whole.at(member));
  std::string out = record_line("difference", summary);
  for (const Part& part : k_pairs) {
    for (const auto& [name, pair] : whole.at(part.member).as_object()) {
      Json line = Json::object();
      line.add("name", name).add("before", pair.at("before")).add("after", pair.at("after"));
      out += record_line(part.record, line);
    }
  }
  for (const Part& part : k_lists) {
    for (const Json& one : whole.at(part.member).as_array()) out += record_line(part.record, one);
  }
  out += to_json_lines(difference.aligned, fields);
  auto told = static_cast<std::int64_t>(difference.executions.size());
  return difference.truncated() ? out + record_line("truncated", Json::object().add("executions", told))
                                : out;
}

}  // namespace wf
