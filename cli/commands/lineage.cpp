// wf lineage show, wf lineage impact: where a thing came from, and what depends on it.
#include <limits>
#include <memory>

#include "cli/codes.hpp"
#include "cli/commands.hpp"
#include "cli/difference_report.hpp"
#include "cli/folding.hpp"
#include "cli/lineage_formats.hpp"
#include "cli/output.hpp"
#include "cli/store_access.hpp"
#include "core/base/heap.hpp"
#include "core/base/text.hpp"
#include "core/lineage/fields.hpp"
#include "core/lineage/path.hpp"
#include "core/lineage/run_difference.hpp"
#include "core/lineage/subject.hpp"
#include "core/lineage/tree_text.hpp"

namespace wf::cli {

namespace {

constexpr std::int64_t k_unlimited = std::numeric_limits<std::int64_t>::max();
constexpr std::int64_t k_usual_limit = 10'000;
constexpr std::string_view k_reference_help =
    "a file or folder, sha256:…, wf:PROJECT/DOMAIN/RUN/NODE/OUTPUT, a run, RUN/NODE, RUN/NODE/OUTPUT, an "
    "artifact, "
    "WORKFLOW#TASK:TAG, or name@version; file:… and run:… force one reading";

const std::vector<Kind> k_reference_kinds{Kind::file, Kind::run, Kind::version, Kind::artifact};

struct Options {
  std::string reference;
  std::string other;  // of path and diff
  bool up = false;
  bool down = false;
  bool all = false;
  bool elements = false;
  std::optional<std::int64_t> depth;
  std::int64_t limit = k_usual_limit;
  std::string fields;
};

enum class Way { up, down, both };

Way way_of(const Options& options, Way usual) {
  if (options.all || (options.up && options.down)) return Way::both;
  if (options.up) return Way::up;
  return options.down ? Way::down : usual;
}

ExploreLimits limits_of(const Options& options, Way way) {
  ExploreLimits limits;
  std::int64_t far = options.depth.value_or(k_unlimited);
  if (far < 1)
    throw Error(codes::k_usage, "--depth must be at least 1",
                "--depth 1 shows what things were made of and made into");
  limits.up = way == Way::down ? 0 : far;
  limits.down = way == Way::up ? 0 : far;
  limits.vertices = static_cast<std::size_t>(options.limit == 0 ? k_unlimited : options.limit);
  limits.detail = options.elements ? Detail::every_element : Detail::grouped;
  if (options.elements) limits.holdings = k_all_holdings;
  return limits;
}

std::string both_trees(const GraphAnswer& answer) {
  return cat(render_tree(answer.graph, Direction::up, answer.fields), "\nwhat depends on it\n",
             render_tree(answer.graph, Direction::down, answer.fields));
}
std::string tree_up(const GraphAnswer& answer) {
  return render_tree(answer.graph, Direction::up, answer.fields);
}
std::string tree_down(const GraphAnswer& answer) {
  return render_tree(answer.graph, Direction::down, answer.fields);
}

// What one of 10 000 things takes.
constexpr std::size_t k_large_answer = std::size_t{64} << 20U;

// Opens the store for one question about its past, all of it answered from one snapshot.
template <typename Ask>
auto ask(Context& context, const Ask& question) {
  expect_memory(k_large_answer);
  std::unique_ptr<Store> store = open_store(context, Access::read_only);
  require_scope(store->database(), context.scope());
  Transaction snapshot(store->database(), Transaction::Mode::read);
  return question(*store);
}

LineageQuery query_of(const Context& context, const std::string& reference, const ExploreLimits& limits) {
  Scope scope = context.scope();
  return {scope.project, scope.domain, reference, limits};
}

Exit show(Context& context, const Options& options, Way way) {
  GraphAnswer answer;
  if (!options.fields.empty()) answer.fields = parse_fields(options.fields);
  answer.title = cat(way == Way::down ? "what depends on " : "lineage of ", options.reference);
  answer.tree = way == Way::both ? both_trees : way == Way::up ? tree_up : tree_down;
  answer.graph = ask(context, [&](Store& store) {
    return explore(store, query_of(context, options.reference, limits_of(options, way)));
  });
  print_graph(context, answer);
  return Exit::ok;
}

Json path_json(const LineagePath& path) {
  Json chain = Json::array();
  for (VertexId id : path.chain) chain.push(path.graph.key(id));
  Json json = Json::object();
  json.add("younger", path.younger).add("older", path.older);
  return json.add("steps", static_cast<std::int64_t>(path.chain.size()) - 1).add("chain", std::move(chain));
}

std::string path_sentence(const LineagePath& path) {
  std::string younger = escape_terminal(path.younger);
  std::string older = escape_terminal(path.older);
  std::size_t steps = path.chain.size() - 1;
  if (steps == 0) return cat(younger, " and ", older, " are the same, or one is in the other\n\n");
  return cat(younger, " came from ", older, " in ", steps, steps == 1 ? " step\n\n" : " steps\n\n");
}

Exit path(Context& context, const Options& options) {
  GraphAnswer answer;
  if (!options.fields.empty()) answer.fields = parse_fields(options.fields);
  ExploreLimits limits = limits_of(options, Way::up);
  PathWay way = options.up == options.down ? PathWay::either : options.up ? PathWay::up : PathWay::down;
  PathExtent extent = options.all ? PathExtent::all : PathExtent::shortest;
  LineagePath found = ask(context, [&](Store& store) {
    return find_path(store, query_of(context, options.reference, limits),
                     query_of(context, options.other, limits), way, extent);
  });
  answer.title = cat("how ", found.younger, " came from ", found.older);
  answer.tree = [&](const GraphAnswer& whole) {
    std::string chain = path_sentence(found) + chain_table(whole, found.chain);
    return options.all ? cat(chain, "\nevery way\n", tree_up(whole)) : chain;
  };
  answer.more.add("path", path_json(found));
  answer.graph = found.graph;
  print_graph(context, answer);
  return Exit::ok;
}

// The nodes of both runs as one graph.
GraphAnswer aligned_answer(const Options& options, std::vector<std::string> fields,
                           RunDifference difference) {
  GraphAnswer answer;
  answer.title = cat("how ", options.reference, " and ", options.other, " differ");
  answer.fields = std::move(fields);
  std::string sides = sides_report(difference);
  answer.tree = [sides](const GraphAnswer& whole) {
    return cat(sides, "\n", render_tree(whole.graph, Direction::up, whole.fields));
  };
  answer.graph = std::move(difference.aligned);
  return answer;
}

Exit diff(Context& context, const Options& options) {
  auto most = static_cast<std::size_t>(options.limit == 0 ? k_unlimited : options.limit);
  std::vector<std::string> fields;
  if (!options.fields.empty()) fields = parse_fields(options.fields);
  ExploreLimits limits = limits_of(options, way_of(options, Way::up));
  RunDifference difference = ask(context, [&](Store& store) {
    return difference_of_runs(store, query_of(context, options.reference, limits),
                              query_of(context, options.other, limits), most);
  });
  Exit exit = difference.same() ? Exit::ok : Exit::differs;
  if (context.is_format("table"))
    print_styled(context, folded(difference_report(difference)));
  else if (context.is_format("jsonl"))
    print(to_json_lines(difference, fields));
  else if (context.is_format("json") || context.is_format("yaml"))
    print_object(context, {}, to_json(difference, fields));
  else
    print_graph(context, aligned_answer(options, fields, std::move(difference)));
  return exit;
}

// What every question about the graph can be asked with.
std::vector<Option> common_options(Options& options,
                                   std::string limit_help = "at most N things (default: 10000; 0: all)") {
  return {{"--depth", "N", "at most N node executions away (default: all)", &options.depth},
          {"--limit", "N", std::move(limit_help), &options.limit},
          {"--elements", "", "each element of mapped nodes by itself", &options.elements},
          {"--fields",
           "A,B,…",
           "show these members of each thing, such as kind,title,started,value",
           &options.fields,
           {},
           {Kind::field}}};
}

// Which way show and impact look; the usual one goes without saying.
std::vector<Option> way_options(Options& options, Way usual) {
  auto help = [&](const char* text, Way way) { return cat(text, way == usual ? " (the default)" : ""); };
  return {{"--up", "", help("what it came from", Way::up), &options.up},
          {"--down", "", help("what depends on it", Way::down), &options.down},
          {"--all", "", "both", &options.all}};
}

Command lineage_command(std::shared_ptr<Options> options, std::string name) {
  Command command;
  command.name = std::move(name);
  command.positionals = {{"REF", std::string(k_reference_help), &options->reference}};
  command.formats = graph_formats();
  return command;
}

}  // namespace

Command make_lineage_show() {
  auto options = std::make_shared<Options>();
  Command command = lineage_command(options, "lineage show");
  command.summary = "Show where a file, a result, a run or a version came from";
  command.details =
      "From the thing itself to the outermost inputs: which node made it, when and where, out of what, "
      "by which version, registered from which file and commit. A file is known by its bytes, whatever "
      "its name is now. A reused result leads to the run that made it. Elements of a mapped node that "
      "share a history are one line; --elements shows each. An answer that a bound has cut says 'truncated'.";
  command.examples = {
      {"wf lineage show results/report.html", "where does this file come from?"},
      {"wf lineage show 5c3e12ab90ff/best --depth 1", "what one node made its outputs out of"},
      {"wf lineage show iris@v1", "a version: from which file and commit"},
      {"wf lineage show nightly --all -o html > nightly.html", "both ways, as a page to look around in"}};
  command.options = way_options(*options, Way::up);
  for (Option& option : common_options(*options)) command.options.push_back(std::move(option));
  command.run = [options](Context& context) { return show(context, *options, way_of(*options, Way::up)); };
  return command;
}

Command make_lineage_impact() {
  auto options = std::make_shared<Options>();
  Command command = lineage_command(options, "lineage impact");
  command.summary = "Show what depends on a file, a result, a run or a version";
  command.details =
      "Every node execution, output and run that came from it, in this run and in later ones: joined by "
      "wf: references, or by equal bytes of what they were given, which the answer says.";
  command.examples = {{"wf lineage impact data/iris.csv", "what was made out of this file?"},
                      {"wf lineage impact iris@v1", "the runs of a version and what came of them"}};
  command.options = way_options(*options, Way::down);
  for (Option& option : common_options(*options)) command.options.push_back(std::move(option));
  command.run = [options](Context& context) { return show(context, *options, way_of(*options, Way::down)); };
  return command;
}

Command make_lineage_path() {
  auto options = std::make_shared<Options>();
  options->limit = 10 * k_usual_limit;
  Command command = lineage_command(options, "lineage path");
  command.summary = "Show how one thing came from another";
  command.details =
      "The shortest chain between two things, from the younger one to the one it came from, with what "
      "joins each to the next: 'made by', 'input', 'given as' and so on. What was concluded from equal bytes "
      "is marked (matched). The order of A and B does not matter, unless --up or --down says who came from "
      "whom. "
      "--all shows every way between them, the shortest one first.\n\n"
      "Exit status: 0 with a path, 3 when neither came from the other.";
  command.examples = {
      {"wf lineage path results/report.html data/iris.csv", "how did this file get into that?"},
      {"wf lineage path nightly weekly", "does one run use results of the other?"}};
  command.positionals = {
      {"A", "one thing: what 'wf lineage show' accepts", &options->reference, true, k_reference_kinds},
      {"B", "the other one", &options->other, true, k_reference_kinds}};
  command.options = {
      {"--up", "", "only how A came from B (default: whichever came from the other)", &options->up},
      {"--down", "", "only how B came from A", &options->down},
      {"--all", "", "every way between them, and not the shortest alone", &options->all}};
  for (Option& option : common_options(*options, "look at up to N things (default: 100000; 0: all)"))
    command.options.push_back(std::move(option));
  command.run = [options](Context& context) { return path(context, *options); };
  return command;
}

Command make_lineage_diff() {
  auto options = std::make_shared<Options>();
  options->limit = k_usual_limit / 10;
  Command command;
  command.name = "lineage diff";
  command.summary = "Show where two runs part, and why";
  command.details =
      "Node executions are aligned by node and element. The first divergence is the earliest one whose cache "
      "key, outputs or failure differ while all that it depends on agrees; then come definition, inputs, "
      "environment, every execution that differs, and what they took. Equal keys with different bytes are "
      "flagged as non-determinism. Of a result or an element its own history is compared; a file stands for "
      "the newest result with its bytes.\n\n"
      "The tree and the drawings show the nodes of both runs as one graph, each marked: '=' the same, '!' "
      "different, '-' only before (in A), '+' only after (in B).\n\n"
      "Exit status: 0 when both are the same, 11 when they differ. Durations and resources are shown, but "
      "make no difference.";
  command.examples = {
      {"wf lineage diff monday tuesday", "why did tuesday's run give something else?"},
      {"wf lineage diff old/report.html new/report.html", "which step made these files differ?"}};
  command.positionals = {{"A", "a run, or a node, a result or a file of one, as in 'wf lineage show'",
                          &options->reference, true, k_reference_kinds},
                         {"B", "the other one", &options->other, true, k_reference_kinds}};
  command.options = {
      {"--up", "", "of nodes: what they came from (the default)", &options->up},
      {"--down", "", "of nodes: what came of them in their runs", &options->down},
      {"--all", "", "both", &options->all},
      {"--limit", "N", "tell at most N differing executions (default: 1000; 0: all)", &options->limit},
      {"--fields",
       "A,B,…",
       "show these members of each node, such as kind,how; not in the table",
       &options->fields,
       {},
       {Kind::field}}};
  command.formats = {"table", "tree", "json", "jsonl", "yaml", "dot", "mermaid", "html"};
  command.run = [options](Context& context) { return diff(context, *options); };
  return command;
}

}  // namespace wf::cli
