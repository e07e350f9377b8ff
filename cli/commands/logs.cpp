// wf logs: what a run's attempts wrote.
#include <algorithm>
#include <memory>

#include "cli/attempt_log.hpp"
#include "cli/commands.hpp"
#include "cli/output.hpp"
#include "cli/store_access.hpp"
#include "core/base/text.hpp"
#include "core/catalog/codes.hpp"

namespace wf::cli {

namespace {

struct Options {
  std::string run;
  std::optional<std::string> node;
  bool only_out = false;
  bool only_err = false;
};

// One stream of one attempt, and where it comes from.
struct Piece {
  std::string lead;
  std::string text;
};

std::vector<Piece> collect(Store& store, const RunKey& run, const std::vector<AttemptInfo>& attempts,
                           const Options& options) {
  std::vector<Piece> pieces;
  for (const AttemptInfo& attempt : attempts) {
    std::string lead = attempt.path.text();
    if (attempt.attempt > 1) lead += cat(" #", attempt.attempt);
    if (!options.only_err) pieces.push_back({lead, read_log(store, run, attempt, LogStream::out)});
    if (!options.only_out) pieces.push_back({lead, read_log(store, run, attempt, LogStream::err)});
  }
  std::erase_if(pieces, [](const Piece& piece) { return piece.text.empty(); });
  return pieces;
}

std::string prefixed(const Piece& piece, std::size_t width) {
  std::string lead = piece.lead + std::string(width - display_width(piece.lead), ' ');
  std::string_view text = piece.text;
  if (text.ends_with('\n')) text.remove_suffix(1);
  std::string out;
  for (std::string_view line : split(text, '\n')) out += cat(lead, " | ", line, "\n");
  return out;
}

void print_pieces(const std::vector<Piece>& pieces) {
  std::size_t width = 0;
  for (const Piece& piece : pieces) width = std::max(width, display_width(piece.lead));
  for (const Piece& piece : pieces) print(prefixed(piece, width));
}

// JSON holds text: what is none is shown with escapes.
std::string as_text(const std::string& bytes) {
  bool text = find_invalid_utf8(bytes) == std::string_view::npos && bytes.find('\0') == std::string::npos;
  return text ? bytes : escape_terminal(bytes, Lines::multiline);
}

Json logs_json(Store& store, const RunKey& run, const std::vector<AttemptInfo>& attempts) {
  Json list = Json::array();
  for (const AttemptInfo& attempt : attempts) {
    Json json = Json::object();
    json.add("node", attempt.path.node);
    json.add("element", attempt.path.element < 0 ? Json() : Json(attempt.path.element));
    json.add("attempt", attempt.attempt);
    json.add("state", attempt.state);
    json.add("stdout", as_text(read_log(store, run, attempt, LogStream::out)));
    json.add("stderr", as_text(read_log(store, run, attempt, LogStream::err)));
    list.push(std::move(json));
  }
  Json json = Json::object();
  json.add("logs", std::move(list));
  return json;
}

std::optional<NodePath> parse_node(const std::optional<std::string>& text) {
  if (!text) return std::nullopt;
  if (std::optional<NodePath> node = NodePath::parse(*text)) return node;
  throw Error(codes::k_node_not_found, cat("'", *text, "' is no node"),
              "write a node as score, or one element of a mapped node as score[3]");
}

// Reused, or stopped before it began, or no node of this run at all.
[[noreturn]] void explain_no_attempt(Database& database, const RunKey& run, const NodePath& node) {
  std::vector<std::string> names;
  for (const NodeInfo& one : nodes_of(database, run)) {
    bool same = one.path.node == node.node && (node.element < 0 || one.path.element == node.element);
    if (same && one.producer) {
      std::string producer = one.producer->id.tail();
      throw Error(codes::k_node_not_found, cat("'", node.text(), "' was reused in run ", run.id.tail()),
                  cat("its logs are in the run that made it: wf logs ", producer, " '",
                      node.element < 0 ? one.produced_by.node : one.produced_by.text(), "'"));
    }
    if (names.empty() || names.back() != one.path.node) names.push_back(one.path.node);
  }
  std::string hint = did_you_mean(node.node, names);
  if (hint.empty() || std::find(names.begin(), names.end(), node.node) != names.end())
    hint = cat("see 'wf show ", run.id.tail(), " --all' for what ran");
  throw Error(codes::k_node_not_found, cat("'", node.text(), "' made no attempt in run ", run.id.tail()),
              hint);
}

Exit logs(Context& context, const Options& options) {
  std::unique_ptr<Store> store = open_store(context, Access::read_only);
  Scope scope = context.scope();
  RunKey run = find_run(store->database(), scope.project, scope.domain, options.run);
  std::optional<NodePath> node = parse_node(options.node);
  std::vector<AttemptInfo> attempts = attempts_of(store->database(), run, node);
  if (attempts.empty() && node) explain_no_attempt(store->database(), run, *node);
  if (!context.is_format("text")) {
    print_object(context, "", logs_json(*store, run, attempts));
    return Exit::ok;
  }
  std::vector<Piece> pieces = collect(*store, run, attempts, options);
  if (attempts.size() > 1) {
    print_pieces(pieces);
  } else {
    for (const Piece& piece : pieces) print(piece.text);
  }
  return Exit::ok;
}

}  // namespace

Command make_logs() {
  auto options = std::make_shared<Options>();
  Command command;
  command.name = "logs";
  command.summary = "Print what the attempts of a run wrote";
  command.details =
      "Of one attempt, the bytes as they are; of several, each line is led by the node it comes "
      "from. On a terminal, control characters are shown as text.";
  command.examples = {{"wf logs 5c3e12ab90ff", "of every node"},
                      {"wf logs 5c3e12ab90ff 'score[3]' --stderr", "one element of a mapped node"}};
  command.positionals = {{"RUN", k_run_help, &options->run},
                         {"NODE", "only this node, or one element of it", &options->node, false}};
  command.options = {{"--stdout", "", "only standard output", &options->only_out},
                     {"--stderr", "", "only standard error", &options->only_err}};
  command.formats = {"text", "json", "yaml"};
  command.run = [options](Context& context) { return logs(context, *options); };
  return command;
}

}  // namespace wf::cli
