#include "cli/lineage_formats.hpp"

#include <algorithm>
#include <array>
#include <string_view>

#include "cli/folding.hpp"
#include "cli/output.hpp"
#include "core/base/json_members.hpp"
#include "core/base/text.hpp"
#include "core/base/time.hpp"
#include "core/lineage/drawing.hpp"
#include "core/lineage/fields.hpp"
#include "core/lineage/tree_text.hpp"
#include "core/lineage/vertex_text.hpp"

namespace wf::cli {

namespace {

// A line for the end of what people read; empty unless the answer is bounded.
std::string truncation_line(const Graph& graph) {
  return graph.truncated() ? truncation_text(graph) + "\n" : std::string();
}

std::string write_tree(const GraphAnswer& answer) {
  return cat(answer.tree(answer), "\n", render_context(answer.graph), truncation_line(answer.graph));
}

// The names of what a thing came from, as far as a cell holds them.
std::string origins(const Graph& graph, VertexId id) {
  constexpr std::size_t k_most = 3;
  std::vector<std::string> names;
  std::size_t count = 0;
  for (std::size_t index : graph.edges_from(id)) {
    const Edge& edge = graph.edges()[index];
    if (is_context(edge) || ++count > k_most) continue;
    names.push_back(vertex_name(graph.vertices()[edge.to]));
  }
  return cat(join(names, ", "), count > k_most ? cat(" and ", count - k_most, " more") : std::string());
}

Json usual_row(const Graph& graph, VertexId id) {
  const VertexBody& body = graph.vertices()[id];
  Json row = Json::object();
  auto put = [&](std::string key, std::string text) {
    row.add(std::move(key), text.empty() ? Json() : Json(text));
  };
  put("kind", vertex_json(graph, id).at("kind").as_string());
  put("title", vertex_name(body));
  put("value", vertex_value(body));
  const auto* execution = std::get_if<ExecutionVertex>(&body);
  put("state", execution == nullptr ? std::string() : execution->state);
  put("started", execution == nullptr ? std::string() : short_time(execution->started_us));
  put("took", execution == nullptr ? std::string() : human_duration_us(execution->duration_us));
  std::optional<RunKey> run = vertex_run(body);
  put("run", run ? run->id.tail() : std::string());
  put("from", origins(graph, id));
  return row;
}

std::vector<Column> columns_of(const GraphAnswer& answer) {
  if (answer.fields.empty())
    return {{"kind", "KIND"},       {"title", "WHAT"}, {"value", "VALUE"}, {"state", "STATE"},
            {"started", "STARTED"}, {"took", "TOOK"},  {"run", "RUN"}};
  std::vector<Column> columns;
  for (const std::string& field : answer.fields) {
    std::string title = field;
    for (char& c : title) c = c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
    columns.push_back({field, title});
  }
  return columns;
}

Json row_of(const GraphAnswer& answer, VertexId id) {
  return answer.fields.empty() ? usual_row(answer.graph, id) : vertex_json(answer.graph, id);
}

std::string write_table(const GraphAnswer& answer) {
  std::vector<Column> columns = columns_of(answer);
  if (answer.fields.empty()) columns.push_back({"from", "FROM"});
  Json::Array rows;
  for (VertexId id = 0; id < answer.graph.vertices().size(); ++id) rows.push_back(row_of(answer, id));
  return cat(render_table(columns, rows), truncation_line(answer.graph));
}

Json whole_json(const GraphAnswer& answer) {
  Json json = to_json(answer.graph, answer.fields);
  for (const auto& [key, value] : answer.more.as_object()) json.add(key, value);
  return json;
}

std::string relation_text(const Edge& edge) {
  std::string text = edge.label.empty() ? edge.word : cat(edge.word, " ", edge.label);
  if (!edge.item.empty()) text += cat(" ", edge.item);
  return edge.certainty == Certainty::asserted ? text : cat(text, " (", to_text(edge.certainty), ")");
}

// Between two neighbours of a chain; bytes lead to what holds them, whichever stands first.
std::string relation(const Graph& graph, VertexId one, VertexId other) {
  for (const auto& [from, to] : {std::pair(one, other), std::pair(other, one)}) {
    for (std::size_t index : graph.edges_from(from)) {
      if (graph.edges()[index].to == to) return relation_text(graph.edges()[index]);
    }
  }
  return {};
}

std::string write_json(const GraphAnswer& answer) { return printable(whole_json(answer).pretty()) + "\n"; }

std::string write_lines(const GraphAnswer& answer) {
  std::string out = to_json_lines(answer.graph, answer.fields);
  for (const auto& [record, members] : answer.more.as_object()) out += record_line(record, members);
  return out;
}

std::string write_yaml(const GraphAnswer& answer) { return render_yaml(whole_json(answer)); }
std::string write_dot(const GraphAnswer& answer) {
  return render_dot(diagram_of(answer.graph, answer.fields));
}
std::string write_mermaid(const GraphAnswer& answer) {
  return render_mermaid(diagram_of(answer.graph, answer.fields));
}

std::string write_page(const GraphAnswer& answer) {
  return render_page(answer.graph, answer.fields, answer.title);
}

struct Writer {
  std::string_view format;
  std::string (*write)(const GraphAnswer& answer);
};

constexpr std::array k_writers{Writer{"tree", write_tree},       Writer{"table", write_table},
                               Writer{"json", write_json},       Writer{"jsonl", write_lines},
                               Writer{"yaml", write_yaml},       Writer{"dot", write_dot},
                               Writer{"mermaid", write_mermaid}, Writer{"html", write_page}};

}  // namespace

std::string chain_table(const GraphAnswer& answer, const std::vector<VertexId>& chain) {
  std::vector<Column> columns = columns_of(answer);
  columns.insert(columns.begin(), {"relation", "RELATION"});
  Json::Array rows;
  for (std::size_t i = 0; i < chain.size(); ++i) {
    Json row = row_of(answer, chain[i]);
    row.add("relation", i == 0 ? Json() : Json(relation(answer.graph, chain[i - 1], chain[i])));
    rows.push_back(std::move(row));
  }
  return render_table(columns, rows);
}

std::vector<std::string> graph_formats() {
  std::vector<std::string> names;
  for (const Writer& writer : k_writers) names.emplace_back(writer.format);
  return names;
}

void print_graph(const Context& context, const GraphAnswer& answer) {
  for (const Writer& writer : k_writers) {
    if (!context.is_format(writer.format)) continue;
    bool for_people = writer.format == "tree" || writer.format == "table";
    for_people ? print_styled(context, folded(writer.write(answer))) : print(writer.write(answer));
  }
}

}  // namespace wf::cli
