// A graph as a page to look around in.
#include "core/base/text.hpp"
#include "core/drawing/page.hpp"
#include "core/lineage/drawing.hpp"
#include "core/lineage/page.hpp"
#include "core/lineage/vertex_text.hpp"

namespace wf {

namespace {

std::string scope_options(const RunKey& run) { return cat(" -p ", run.project, " -d ", run.domain); }

std::string data_reference(const RunKey& run, std::string_view node, const std::string& output) {
  return cat("'wf:", run.project, "/", run.domain, "/", run.id.text(), "/", node, "/", output, "'");
}

// What a person who found this thing would ask next.
std::string command_for(const VertexBody& body) {
  if (const auto* content = std::get_if<ContentVertex>(&body))
    return cat("wf lineage impact ", content->digest.text());
  if (const auto* data = std::get_if<DataVertex>(&body)) {
    std::string node = cat(data->node, data->elements.single() ? data->elements.text() : std::string());
    return cat("wf artifact get ", data_reference(data->run, node, data->name));
  }
  if (const auto* execution = std::get_if<ExecutionVertex>(&body)) {
    std::string node = cat(execution->node, execution->elements.single() ? execution->elements.text() : "");
    return cat("wf logs ", execution->run.id.text(), " '", node, "'", scope_options(execution->run));
  }
  if (const auto* input = std::get_if<InputVertex>(&body))
    return cat("wf lineage show ", data_reference(input->run, "inputs", input->name));
  if (const auto* output = std::get_if<OutputVertex>(&body))
    return cat("wf artifact get ", data_reference(output->run, "outputs", output->name));
  if (const auto* run = std::get_if<RunVertex>(&body))
    return cat("wf show ", run->run.id.text(), scope_options(run->run));
  if (const auto* version = std::get_if<VersionVertex>(&body))
    return cat("wf version show ", version->project, "/", version->domain, "/", version->name, "@",
               version->version.text());
  return {};
}

// The mapped node that a thing of one element belongs to.
std::string map_of(const VertexBody& body) {
  auto group = [](const auto& vertex, const std::string& output) {
    bool element = vertex.elements.single() && !vertex.elements.plain();
    return element ? cat(vertex.node, output) : std::string();
  };
  if (const auto* data = std::get_if<DataVertex>(&body)) return group(*data, cat("[…].", data->name));
  const auto* execution = std::get_if<ExecutionVertex>(&body);
  return execution == nullptr ? std::string() : group(*execution, "[…]");
}

Json box_json(const Graph& graph, VertexId id, const std::vector<std::string>& fields,
              const std::string& frame) {
  const VertexBody& body = graph.vertices()[id];
  Json texts = Json::array();
  for (const std::string& line : box_lines(graph, id, fields)) texts.push(line);
  Json json = Json::object();
  json.add("lines", std::move(texts)).add("command", command_for(body));
  std::optional<RunKey> run = vertex_run(body);
  if (run) json.add("run", run->id.text()).add("run_title", frame);
  std::string map = map_of(body);
  if (run && !map.empty()) json.add("map", cat(run->id.text(), " ", map)).add("map_title", map);
  return json;
}

Json page_data(const Graph& graph, const std::vector<std::string>& fields) {
  std::vector<std::string> titles(graph.vertices().size());
  for (const Frame& frame : diagram_of(graph, fields).frames) {
    for (VertexId id : frame.members) titles[id] = frame.title;
  }
  Json boxes = Json::array();
  for (VertexId id = 0; id < graph.vertices().size(); ++id)
    boxes.push(box_json(graph, id, fields, titles[id]));
  Json arrows = Json::array();
  for (const Edge& edge : graph.edges()) arrows.push(arrow_text(edge));
  Json json = Json::object();
  json.add("graph", to_json(graph, fields)).add("boxes", std::move(boxes)).add("arrows", std::move(arrows));
  return json.add("truncated", truncation_text(graph));
}

}  // namespace

std::string render_page(const Graph& graph, const std::vector<std::string>& fields, std::string_view title) {
  return render_page({std::string(title), page::k_css, page::k_html, page::k_js, page_data(graph, fields)});
}

}  // namespace wf
