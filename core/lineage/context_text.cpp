// The runs and versions below a tree.
#include "core/base/text.hpp"
#include "core/base/time.hpp"
#include "core/lineage/tree_text.hpp"
#include "core/lineage/vertex_text.hpp"

namespace wf {

namespace {

constexpr std::size_t k_most_runs = 10;
constexpr std::size_t k_most_sources = 8;

template <typename Vertex>
std::vector<const Vertex*> reached(const Graph& graph, VertexId from) {
  std::vector<const Vertex*> found;
  for (std::size_t index : graph.edges_from(from)) {
    if (const auto* vertex = std::get_if<Vertex>(&graph.vertices()[graph.edges()[index].to]))
      found.push_back(vertex);
  }
  return found;
}

std::string version_name(const VersionVertex& version) {
  std::string label =
      version.labels.empty() ? std::string() : cat(" (", escape_terminal(version.labels.front()), ")");
  return cat(version.name, "@", version.version.short_hex(), label);
}

std::string run_text(const Graph& graph, VertexId id) {
  const auto& run = std::get<RunVertex>(graph.vertices()[id]);
  std::string out = cat("run ", run.run.id.text(), "  ", state_text(run));
  if (run.name) out += cat("  named ", escape_terminal(*run.name));
  out += cat("\n  ", short_time(run.created_us));
  if (run.ended_us) out += cat(", took ", human_duration_us(*run.ended_us - run.created_us));
  out += cat(", by ", escape_terminal(run.created_by));
  if (!run.host.empty())
    out += cat(", on ", escape_terminal(run.host), " (", escape_terminal(run.platform), ")");
  std::vector<const VersionVertex*> versions = reached<VersionVertex>(graph, id);
  if (!versions.empty())
    out += cat("\n  of ", version_name(*versions.front()), ", asked for as ", escape_terminal(run.requested));
  if (run.plan) out += cat(", by plan ", *run.plan);
  return out + "\n";
}

const std::string* git_text(const Json& git, std::string_view key) {
  const Json* value = git.find(key);
  return value != nullptr && value->is_string() ? &value->as_string() : nullptr;
}

std::string commit_text(const Json& git) {
  constexpr std::size_t k_short = 12;
  std::string out = "git";
  if (const std::string* commit = git_text(git, "commit"))
    out += cat(" ", escape_terminal(commit->substr(0, k_short)));
  if (const std::string* branch = git_text(git, "branch")) out += cat(" on ", escape_terminal(*branch));
  const Json* dirty = git.find("dirty");
  if (dirty != nullptr && dirty->is_bool())
    out += dirty->as_bool() ? ", with uncommitted changes" : ", clean";
  if (const std::string* path = git_text(git, "path")) out += cat(", ", escape_terminal(*path));
  if (const std::string* remote = git_text(git, "remote")) out += cat(" of ", escape_terminal(*remote));
  return out;
}

std::string registration_text(const Graph& graph, VertexId id) {
  const auto& registration = std::get<RegistrationVertex>(graph.vertices()[id]);
  std::string out = cat("  registered ", short_time(registration.registered_us), " by ",
                        escape_terminal(registration.registered_by), " from ",
                        escape_terminal(registration.source_path), "\n");
  for (const CommitVertex* commit : reached<CommitVertex>(graph, id))
    out += cat("  ", commit_text(commit->git), "\n");
  return out;
}

std::string version_text(const Graph& graph, VertexId id) {
  const auto& version = std::get<VersionVertex>(graph.vertices()[id]);
  std::string out =
      cat("version ", version_name(version), "  in ", version.project, "/", version.domain, "\n");
  std::vector<std::string> sources;
  for (std::size_t index : graph.edges_from(id)) {
    VertexId to = graph.edges()[index].to;
    if (std::holds_alternative<RegistrationVertex>(graph.vertices()[to])) out += registration_text(graph, to);
    if (const auto* source = std::get_if<SourceVertex>(&graph.vertices()[to]))
      sources.push_back(escape_terminal(source->path));
  }
  if (sources.empty()) return out;
  std::size_t more = sources.size() > k_most_sources ? sources.size() - k_most_sources : 0;
  sources.resize(sources.size() - more);
  out += cat("  sources ", join(sources, ", "), more > 0 ? cat(" and ", more, " more") : std::string(), "\n");
  return out;
}

}  // namespace

std::string render_context(const Graph& graph) {
  std::string runs;
  std::string versions;
  std::size_t run_count = 0;
  for (VertexId id = 0; id < graph.vertices().size(); ++id) {
    const VertexBody& body = graph.vertices()[id];
    if (std::holds_alternative<RunVertex>(body) && ++run_count <= k_most_runs) runs += run_text(graph, id);
    if (std::holds_alternative<VersionVertex>(body)) versions += version_text(graph, id);
  }
  if (run_count > k_most_runs)
    runs += cat("and ", run_count - k_most_runs, " more runs; -o json lists all\n");
  return runs + versions;
}

}  // namespace wf
