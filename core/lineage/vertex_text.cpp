#include "core/lineage/vertex_text.hpp"

#include "core/base/text.hpp"
#include "core/catalog/runs.hpp"
#include "core/lineage/tree_text.hpp"

namespace wf {

std::string run_short(const RunKey& run) { return cat("run ", run.id.tail()); }

std::string state_text(const RunVertex& run) {
  const std::string_view word = run.abort_asked ? "aborting" : std::string_view(run.state);
  if (!run.driver_dead) return std::string(word);
  return cat(word, ", driver dead: ", go_on_command(run.run, run.abort_asked));
}

std::string grouped(std::size_t count) {
  std::string digits = cat(count);
  for (std::size_t at = digits.size(); at > 3;) digits.insert(at -= 3, 1, ',');
  return digits;
}

namespace {

// In words, so that no colour is needed.
std::string standing_text(const ComparedVertex& compared) {
  std::string_view words = compared.standing == Standing::same          ? "= same"
                           : compared.standing == Standing::only_before ? "- only before"
                           : compared.standing == Standing::only_after  ? "+ only after"
                                                                        : "! differs";
  std::string text(words);
  if (!compared.how.empty()) text += cat(": ", compared.how);
  if (compared.first) text += ", the first divergence";
  return compared.non_deterministic ? text + ", NON-DETERMINISM" : text;
}

}  // namespace

std::string vertex_name(const VertexBody& body) {
  if (const auto* content = std::get_if<ContentVertex>(&body)) {
    return content->path.empty() ? content->digest.text() : escape_terminal(content->path);
  }
  if (const auto* data = std::get_if<DataVertex>(&body))
    return cat(data->node, data->elements.text(), ".", data->name, escape_terminal(place_text(data->place)));
  if (const auto* execution = std::get_if<ExecutionVertex>(&body))
    return cat(execution->node, execution->elements.text());
  if (const auto* input = std::get_if<InputVertex>(&body))
    return cat("input ", input->name, escape_terminal(place_text(input->place)));
  if (const auto* output = std::get_if<OutputVertex>(&body))
    return cat("output ", output->name, escape_terminal(place_text(output->place)));
  if (const auto* run = std::get_if<RunVertex>(&body)) return run_short(run->run);
  if (const auto* version = std::get_if<VersionVertex>(&body))
    return cat(version->name, "@", version->version.short_hex());
  if (const auto* source = std::get_if<SourceVertex>(&body))
    return cat("source ", escape_terminal(source->path));
  if (const auto* registration = std::get_if<RegistrationVertex>(&body))
    return cat("registration ", registration->seq);
  if (const auto* compared = std::get_if<ComparedVertex>(&body)) return escape_terminal(compared->name);
  return "commit";
}

std::string vertex_value(const VertexBody& body) {
  if (const auto* content = std::get_if<ContentVertex>(&body)) {
    std::string size = content->size < 0 ? std::string() : cat(human_bytes(content->size), "  ");
    return content->path.empty() ? size
                                 : cat(content->folder ? "folder, " : "", size, content->digest.text());
  }
  if (const auto* data = std::get_if<DataVertex>(&body)) {
    if (data->artifacts.size() == 1) return value_text(data->type, data->value, data->size);
    bool files = data->type == "file";
    return files ? cat(grouped(data->artifacts.size()), " files")
                 : cat(value_text(data->type, data->value, data->size), ", …");
  }
  if (const auto* input = std::get_if<InputVertex>(&body))
    return value_text(input->type, input->value, input->size);
  if (const auto* output = std::get_if<OutputVertex>(&body))
    return value_text(output->type, output->value, output->size);
  if (const auto* source = std::get_if<SourceVertex>(&body))
    return cat(source->size < 0 ? std::string() : cat(human_bytes(source->size), " "),
               source->digest.short_hex());
  if (const auto* compared = std::get_if<ComparedVertex>(&body)) return standing_text(*compared);
  return {};
}

std::string vertex_place(const VertexBody& body) {
  return std::visit(
      [](const auto& vertex) -> std::string {
        if constexpr (requires { vertex.place; }) return place_text(vertex.place);
        return {};
      },
      body);
}

std::optional<RunKey> vertex_run(const VertexBody& body) {
  return std::visit(
      [](const auto& vertex) -> std::optional<RunKey> {
        if constexpr (requires { vertex.run; }) return vertex.run;
        return std::nullopt;
      },
      body);
}

bool is_context(const Edge& edge) {
  return edge.word == "in run" || edge.word == "of version" || edge.word == "registered as" ||
         edge.word == "at commit" || edge.word == "contains";
}

}  // namespace wf
