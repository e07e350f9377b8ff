// Why node executions ran, as JSON.
#include "core/base/json_members.hpp"
#include "core/base/text.hpp"
#include "core/base/time.hpp"
#include "core/catalog/runs.hpp"
#include "core/lineage/explanation_detail.hpp"

namespace wf {

namespace {

Json origins_json(const std::vector<InputOrigin>& origins) {
  Json list = Json::array();
  for (const InputOrigin& origin : origins) {
    Json json = Json::object();
    json.add("node", or_null(origin.node)).add("name", origin.name);
    json.add("given", or_null(origin.given)).add("path", origin.path ? Json(*origin.path) : Json());
    json.add("reference", or_null(origin.reference));
    list.push(json.add("place", or_null(origin.place)));
  }
  return list;
}

Json detail_json(const ExplanationDetail& detail) {
  Json differences = Json::array();
  for (const DifferenceDetail& one : detail.differences) {
    Json json = Json::object();
    json.add("text_diff", or_null(one.text_diff));
    json.add("before_from", origins_json(one.before)).add("after_from", origins_json(one.after));
    differences.push(std::move(json));
  }
  Json json = Json::object();
  json.add("differences", std::move(differences));
  json.add("ignored_inputs", list_json(detail.ignored_inputs));
  json.add("ignored_parts", list_json(detail.ignored_parts));
  return json.add("not_in_key", to_json(detail.not_in_key));
}

Json trial_json(const Trial& trial) {
  return Json::object().add("run", trial.run.id.text()).add("state", trial.state);
}

Json explanation_json(const Explanation& one) {
  Json json = Json::object();
  add_node(json, one.path.node, one.path.element);
  json.add("task", one.task).add("state", or_null(one.state));
  json.add("ran", one.ran()).add("why", to_text(one.why));
  json.add("again", one.again.empty() ? Json() : Json(one.again));
  json.add("cache_key", text_or_null(one.key));
  json.add("earlier", one.earlier ? to_json(*one.earlier) : Json());
  json.add("made_in",
           one.made_in ? Json::object().add("image", or_null(one.made_in->image.value_or(""))) : Json());
  json.add("tried", one.tried ? trial_json(*one.tried) : Json());
  json.add("differences", to_json(one.differences));
  json.add("cause", cause_json(one.cause)).add("waits_for", list_json(one.waits_for));
  json.add("line", or_null(one.line))
      .add("twin", bool{one.twin})
      .add("room", one.room.value_or(Json()))
      .add("waited_for", text_or_null(one.waited_for));
  return json.add("driver", one.driver == 0 ? Json() : Json(one.driver));
}

}  // namespace

Json to_json(const Result& result) {
  Json json = Json::object();
  json.add("run", result.run.id.text());
  add_node(json, result.path.node, result.path.element);
  json.add("artifact", result.artifact.text()).add("workflow", result.workflow).add("task", result.task);
  json.add("version", result.version.text()).add("cache_key", text_or_null(result.key));
  return json.add("created", format_wall_us(result.created_us));
}

Json to_json(const RunExplanation& explanation, const std::vector<ExplanationDetail>& details) {
  Json list = Json::array();
  for (std::size_t i = 0; i < explanation.executions.size(); ++i) {
    Json json = explanation_json(explanation.executions[i]);
    json.add("detail", details.empty() ? Json() : detail_json(details[i]));
    list.push(std::move(json));
  }
  return list;
}

}  // namespace wf
