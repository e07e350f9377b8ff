// Why node executions ran, as JSON.
#include "core/base/text.hpp"
#include "core/base/time.hpp"
#include "core/lineage/explanation_detail.hpp"

namespace wf {

namespace {

Json optional_text(const std::string& text) { return text.empty() ? Json() : Json(text); }

Json strings(const std::vector<std::string>& items) {
  Json list = Json::array();
  for (const std::string& item : items) list.push(item);
  return list;
}

void add_path(Json& json, const NodePath& path) {
  json.add("node", path.node).add("element", path.element < 0 ? Json() : Json(path.element));
}

Json result_json(const Result& result) {
  Json json = Json::object();
  json.add("run", result.run.id.text());
  add_path(json, result.path);
  json.add("artifact", result.artifact.text()).add("workflow", result.workflow).add("task", result.task);
  json.add("version", result.version.text()).add("key", result.key ? Json(result.key->text()) : Json());
  return json.add("made", format_wall_us(result.created_us));
}

Json origins_json(const std::vector<InputOrigin>& origins) {
  Json list = Json::array();
  for (const InputOrigin& origin : origins) {
    Json json = Json::object();
    json.add("node", optional_text(origin.node)).add("name", origin.name);
    json.add("given", optional_text(origin.given)).add("path", origin.path ? Json(*origin.path) : Json());
    list.push(json.add("reference", optional_text(origin.reference)));
  }
  return list;
}

Json detail_json(const ExplanationDetail& detail) {
  Json differences = Json::array();
  for (const DifferenceDetail& one : detail.differences) {
    Json json = Json::object();
    json.add("text_diff", optional_text(one.text_diff));
    json.add("before_from", origins_json(one.before)).add("after_from", origins_json(one.after));
    differences.push(std::move(json));
  }
  Json json = Json::object();
  json.add("differences", std::move(differences));
  json.add("ignored_inputs", strings(detail.ignored_inputs));
  json.add("ignored_parts", strings(detail.ignored_parts));
  return json.add("not_in_key", to_json(detail.not_in_key));
}

Json explanation_json(const Explanation& one) {
  Json json = Json::object();
  add_path(json, one.path);
  json.add("task", one.task).add("state", optional_text(one.state));
  json.add("ran", one.ran()).add("why", to_text(one.why));
  json.add("key", one.key ? Json(one.key->text()) : Json());
  json.add("earlier", one.earlier ? result_json(*one.earlier) : Json());
  json.add("differences", to_json(one.differences));
  json.add("cause", one.cause ? *one.cause : Json()).add("waits_for", strings(one.waits_for));
  json.add("waited_for", one.waited_for ? Json(one.waited_for->text()) : Json());
  return json.add("driver", one.driver == 0 ? Json() : Json(one.driver));
}

}  // namespace

Json to_json(const RunExplanation& explanation, const std::vector<ExplanationDetail>& details) {
  Json list = Json::array();
  for (std::size_t i = 0; i < explanation.executions.size(); ++i) {
    Json json = explanation_json(explanation.executions[i]);
    if (!details.empty()) json.add("detail", detail_json(details[i]));
    list.push(std::move(json));
  }
  return list;
}

}  // namespace wf
