// The graph as JSON, one shape for each kind of vertex.
#include "core/base/json_members.hpp"
#include "core/base/text.hpp"
#include "core/base/time.hpp"
#include "core/definition/value.hpp"
#include "core/lineage/fields.hpp"
#include "core/lineage/graph.hpp"
#include "core/lineage/vertex_text.hpp"

namespace wf {

namespace {

Json optional_size(std::int64_t size) { return size < 0 ? Json() : Json(size); }
Json optional_time(std::int64_t at_us) { return at_us == 0 ? Json() : Json(format_wall_us(at_us)); }

Json elements_json(const Elements& elements) {
  Json list = Json::array();
  if (elements.plain()) return list;
  for (std::int64_t element : elements.list()) list.push(element);
  return list;
}

void add_run(Json& json, const RunKey& run) {
  json.add("project", run.project);
  json.add("domain", run.domain);
  json.add("run", run.id.text());
}

void describe(Json& json, const ContentVertex& content) {
  json.add("kind", content.folder ? "folder" : "file");
  json.add("path", or_null(content.path));
  json.add("digest", content.digest.text());
  json.add("size", optional_size(content.size));
}

void describe(Json& json, const DataVertex& data) {
  json.add("kind", "data");
  add_run(json, data.run);
  json.add("node", data.node);
  json.add("elements", elements_json(data.elements));
  json.add("output", data.name);
  json.add("type", data.type);
  json.add("value", data.artifacts.size() == 1 ? printed_value(data.type, data.value) : Json());
  json.add("size", data.artifacts.size() == 1 ? optional_size(data.size.bytes) : Json());
  json.add("artifacts",
           list_json(data.artifacts, [](const Uuid& artifact) { return Json(artifact.text()); }));
}

void describe(Json& json, const ExecutionVertex& execution) {
  json.add("kind", "execution");
  add_run(json, execution.run);
  json.add("node", execution.node);
  json.add("elements", elements_json(execution.elements));
  json.add("task", or_null(execution.task));
  json.add("state", execution.state);
  json.add("executor", or_null(execution.executor));
  json.add("image", execution.image ? Json(*execution.image) : Json());
  json.add("host", or_null(execution.host));
  json.add("platform", or_null(execution.platform));
  json.add("attempts", execution.attempts);
  json.add("started", optional_time(execution.started_us));
  json.add("ended", optional_time(execution.ended_us));
  json.add("duration_us", execution.duration_us);
  json.add("exit_code", execution.exit_code.value_or(-1) < 0 ? Json() : Json(*execution.exit_code));
}

void describe(Json& json, const InputVertex& input) {
  json.add("kind", "input");
  add_run(json, input.run);
  json.add("name", input.name);
  json.add("type", input.type);
  json.add("value", printed_value(input.type, input.value));
  json.add("size", optional_size(input.size.bytes));
  json.add("given", input.given).add("origin", or_null(input.origin));
}

void describe(Json& json, const OutputVertex& output) {
  json.add("kind", "output");
  add_run(json, output.run);
  json.add("name", output.name);
  json.add("type", output.type);
  json.add("value", printed_value(output.type, output.value));
  json.add("size", optional_size(output.size.bytes));
}

void describe(Json& json, const RunVertex& run) {
  json.add("kind", "run");
  add_run(json, run.run);
  json.add("name", or_null(run.name));
  json.add("workflow", run.workflow);
  json.add("version", run.version.text());
  json.add("registration", run.registration);
  json.add("plan", or_null(run.plan));
  json.add("parent",
           run.parent ? Json::object().add("run", run.parent->text()).add("relation", run.relation) : Json());
  json.add("requested", run.requested);
  json.add("state", run.state);
  json.add("driver_dead", bool{run.driver_dead});
  json.add("abort_asked", or_null(run.abort_asked));
  json.add("started", format_wall_us(run.created_us));
  json.add("ended", optional_time(run.ended_us.value_or(0)));
  json.add("started_by", run.created_by);
  json.add("host", or_null(run.host));
  json.add("platform", or_null(run.platform));
}

void describe(Json& json, const VersionVertex& version) {
  json.add("kind", "version");
  json.add("project", version.project);
  json.add("domain", version.domain);
  json.add("workflow", version.name);
  json.add("version", version.version.text());
  json.add("labels", list_json(version.labels));
}

void describe(Json& json, const RegistrationVertex& registration) {
  json.add("kind", "registration");
  json.add("project", registration.project);
  json.add("domain", registration.domain);
  json.add("workflow", registration.name);
  json.add("registration", registration.seq);
  json.add("source", registration.source.text());
  json.add("path", registration.source_path);
  json.add("registered", format_wall_us(registration.registered_us));
  json.add("registered_by", registration.registered_by);
}

void describe(Json& json, const CommitVertex& commit) {
  json.add("kind", "commit");
  json.add("git", commit.git);
}

void describe(Json& json, const SourceVertex& source) {
  json.add("kind", "source");
  json.add("version", source.version.text());
  json.add("path", source.path);
  json.add("digest", source.digest.text());
  json.add("size", optional_size(source.size));
}

void describe(Json& json, const ComparedVertex& compared) {
  json.add("kind", to_text(compared.standing));
  json.add("how", or_null(compared.how));
  json.add("first_divergence", bool{compared.first});
  json.add("non_deterministic", bool{compared.non_deterministic});
}

Json bounds_json(const Graph& graph) {
  Json list = Json::array();
  for (Bound bound : graph.bounds()) list.push(to_text(bound));
  return list;
}

}  // namespace

Json vertex_json(const Graph& graph, VertexId id) {
  const VertexBody& body = graph.vertices()[id];
  Json json = Json::object();
  json.add("id", graph.key(id));
  std::visit([&](const auto& vertex) { describe(json, vertex); }, body);
  return json.add("title", vertex_name(body));
}

Json edge_json(const Graph& graph, const Edge& edge) {
  Json json = Json::object();
  json.add("from", graph.key(edge.from));
  json.add("to", graph.key(edge.to));
  json.add("certainty", to_text(edge.certainty));
  json.add("relation", edge.word);
  json.add("input", or_null(edge.label));
  json.add("item", or_null(edge.item));
  return json;
}

Json to_json(const Graph& graph, const std::vector<std::string>& fields) {
  Json roots = Json::array();
  for (VertexId root : graph.roots) roots.push(graph.key(root));
  Json nodes = Json::array();
  for (VertexId id = 0; id < graph.vertices().size(); ++id)
    nodes.push(select_fields(vertex_json(graph, id), fields));
  Json edges = Json::array();
  for (const Edge& edge : graph.edges()) edges.push(edge_json(graph, edge));
  Json json = Json::object();
  json.add("roots", roots);
  json.add("fields", list_json(fields));
  json.add("nodes", nodes);
  json.add("edges", edges);
  json.add("truncated", graph.truncated());
  json.add("bounds", bounds_json(graph));
  return json;
}

std::string to_json_lines(const Graph& graph, const std::vector<std::string>& fields) {
  std::string out;
  std::vector<bool> is_root(graph.vertices().size());
  for (VertexId root : graph.roots) is_root[root] = true;
  for (VertexId id = 0; id < graph.vertices().size(); ++id) {
    Json vertex = select_fields(vertex_json(graph, id), fields);
    out += record_line("node", vertex.add("root", bool{is_root[id]}));
  }
  for (const Edge& edge : graph.edges()) out += record_line("edge", edge_json(graph, edge));
  if (graph.truncated()) out += record_line("truncated", Json::object().add("bounds", bounds_json(graph)));
  return out;
}

}  // namespace wf
