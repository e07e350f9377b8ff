// wf lineage show, wf lineage impact: where a thing came from, and what depends on it.
#include <functional>
#include <limits>
#include <memory>

#include "cli/commands.hpp"
#include "cli/output.hpp"
#include "cli/store_access.hpp"
#include "core/base/text.hpp"
#include "core/lineage/subject.hpp"
#include "core/lineage/tree_text.hpp"

namespace wf::cli {

namespace {

constexpr std::int64_t k_unlimited = std::numeric_limits<std::int64_t>::max();
constexpr std::size_t k_all_vertices = 10'000'000;
constexpr std::string_view k_reference_help =
    "a file or folder, sha256:…, wf:PROJECT/DOMAIN/RUN/NODE/OUTPUT, a run, RUN/NODE, RUN/NODE/OUTPUT, or "
    "name@version; file:… and run:… force one reading";

struct Options {
  std::string reference;
  std::optional<std::int64_t> up;
  std::optional<std::int64_t> down;
  bool all = false;
};

Graph answer(Context& context, const Options& options, ExploreLimits limits) {
  if (options.all) {
    limits.vertices = k_all_vertices;
    limits.detail = Detail::every_element;
  }
  std::unique_ptr<Store> store = open_store(context, Access::read_only);
  Scope scope = context.scope();
  require_scope(store->database(), scope);
  Transaction snapshot(store->database(), Transaction::Mode::read);
  return explore(*store, {scope.project, scope.domain, options.reference, limits});
}

// Both forms of a large answer take their time; only the one that was asked for is made.
void print_answer(const Context& context, const Graph& graph, const std::function<std::string()>& tree) {
  if (!context.is_format("tree")) return print_object(context, "", to_json(graph));
  print_styled(context, cat(tree(), "\n", render_context(graph)));
  if (graph.truncated && !context.globals.quiet)
    print_error("truncated: there is more than this; see --up, --down and --all\n");
}

Exit show(Context& context, const Options& options) {
  ExploreLimits limits;
  limits.up = options.up.value_or(k_unlimited);
  limits.down = options.down.value_or(0);
  Graph graph = answer(context, options, limits);
  print_answer(context, graph, [&] {
    std::string tree;
    if (limits.up > 0 || limits.down == 0) tree = render_tree(graph, Direction::up);
    if (limits.down > 0)
      tree += cat(tree.empty() ? "" : "\nwhat depends on it\n", render_tree(graph, Direction::down));
    return tree;
  });
  return Exit::ok;
}

Exit impact(Context& context, const Options& options) {
  ExploreLimits limits;
  limits.down = options.down.value_or(k_unlimited);
  Graph graph = answer(context, options, limits);
  print_answer(context, graph, [&] { return render_tree(graph, Direction::down); });
  return Exit::ok;
}

}  // namespace

Command make_lineage_show() {
  auto options = std::make_shared<Options>();
  Command command;
  command.name = "lineage show";
  command.summary = "Show where a file, a result, a run or a version came from";
  command.details =
      "From the thing itself to the outermost inputs: which node made it, when and where, out of what, "
      "by which version, registered from which file and commit. A file is known by its bytes, whatever "
      "its name is now. A reused result leads to the run that made it. Elements of a mapped node that "
      "share a history are one line; --all shows each.";
  command.examples = {{"wf lineage show results/report.html", "where does this file come from?"},
                      {"wf lineage show 5c3e12ab90ff/best --up 1", "what one node made its outputs out of"},
                      {"wf lineage show iris@v1", "a version: from which file and commit"}};
  command.positionals = {{"REF", std::string(k_reference_help), &options->reference}};
  command.options = {{"--up", "N", "at most N node executions upstream (default: all)", &options->up},
                     {"--down", "N", "what depends on it, too, N node executions far", &options->down},
                     {"--all", "", "each element of mapped nodes, and no limit on the size", &options->all}};
  command.formats = {"tree", "json", "yaml"};
  command.run = [options](Context& context) { return show(context, *options); };
  return command;
}

Command make_lineage_impact() {
  auto options = std::make_shared<Options>();
  Command command;
  command.name = "lineage impact";
  command.summary = "Show what depends on a file, a result, a run or a version";
  command.details =
      "Every node execution, output and run that came from it, in this run and in later ones: joined by "
      "wf: references, or by equal bytes of what they were given, which the answer says.";
  command.examples = {{"wf lineage impact data/iris.csv", "what was made out of this file?"},
                      {"wf lineage impact iris@v1", "the runs of a version and what came of them"}};
  command.positionals = {{"REF", std::string(k_reference_help), &options->reference}};
  command.options = {{"--down", "N", "at most N node executions far (default: all)", &options->down},
                     {"--all", "", "each element of mapped nodes, and no limit on the size", &options->all}};
  command.formats = {"tree", "json", "yaml"};
  command.run = [options](Context& context) { return impact(context, *options); };
  return command;
}

}  // namespace wf::cli
