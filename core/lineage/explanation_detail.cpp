#include "core/lineage/explanation_detail.hpp"

#include <algorithm>

#include "core/base/line_diff.hpp"
#include "core/base/text.hpp"
#include "core/catalog/reference.hpp"
#include "core/lineage/node_difference.hpp"
#include "core/lineage/wiring.hpp"
#include "core/registry/registry.hpp"
#include "core/registry/versions.hpp"

namespace wf {

namespace {

constexpr std::int64_t k_largest_text = std::int64_t{256} * 1024;

// An item of a command or a variable as the definition has it, in one line.
std::string argument_text(const Json& argument) {
  if (const Json* reference = argument.find("ref")) return cat("$", reference->as_string());
  const Json* pieces = argument.find("text");
  if (pieces == nullptr) return argument.is_string() ? argument.as_string() : argument.compact();
  std::string text;
  for (const Json& piece : pieces->as_array())
    text +=
        piece.is_string() ? piece.as_string() : cat("$(", piece.as_object().front().second.as_string(), ")");
  return text;
}

// A line for each item; what is conditional or repeated stands indented below its condition or list.
std::string command_text(const Json& command, const std::string& indent = {}) {
  std::string text;
  for (const Json& argument : command.as_array()) {
    const Json* args = argument.find("args");
    const Json* condition = argument.find("if");
    std::string line = args == nullptr        ? argument_text(argument)
                       : condition == nullptr ? cat("each $", argument.at("each").as_string())
                                              : cat("if ", condition->as_string());
    bool plain = line.find('\n') == std::string::npos;
    text += cat(indent, plain ? line : Json(line).compact(), "\n");
    if (args != nullptr) text += command_text(*args, indent + "  ");
  }
  return text;
}

// nullopt for what is too large, no text, or not there.
std::optional<std::string> source_text(Store& store, const Json& source) {
  const Json* digest_text = source.find("digest");
  std::optional<Digest> digest =
      digest_text != nullptr ? Digest::parse(digest_text->as_string()) : std::nullopt;
  std::optional<std::int64_t> size = digest ? store.blobs().size_of(*digest) : std::nullopt;
  if (!size || *size > k_largest_text) return std::nullopt;
  if (store.blobs().verify(*digest, VerifyDepth::quick) != BlobState::present) return std::nullopt;
  std::string text = store.blobs().read(*digest);
  bool readable = find_invalid_utf8(text) == std::string::npos && text.find('\0') == std::string::npos;
  return readable ? std::optional(std::move(text)) : std::nullopt;
}

// The two sides as texts, where they have some that are worth comparing line by line.
std::optional<std::string> side_text(Store& store, const KeyDifference& difference, const Json& side) {
  if (difference.part == "sources") return source_text(store, side);
  if (difference.part != "command") return std::nullopt;
  if (side.is_array()) return command_text(side);
  return side.is_string() ? std::optional(side.as_string()) : std::nullopt;
}

std::string text_diff(Store& store, const KeyDifference& difference) {
  if (!difference.before || !difference.after) return {};
  std::optional<std::string> before = side_text(store, difference, *difference.before);
  std::optional<std::string> after = side_text(store, difference, *difference.after);
  return before && after ? unified_diff(*before, *after) : std::string();
}

InputOrigin run_input_origin(History& history, const RunKey& run, const std::string& name) {
  InputOrigin origin{{}, name, {}, {}, {}};
  const StoredInput* input = history.input(run, name);
  if (!input) return origin;
  origin.given = input->vertex.given;
  origin.path = input->vertex.origin;
  if (const std::optional<InputSource>& source = input->source) {
    const RunKey& made = source->run;
    origin.reference =
        DataReference{{}, made.project, made.domain, made.id.text(), source->node, source->output}.text();
  }
  return origin;
}

Change change(std::vector<std::string> path, Json before, Json after) {
  Change one;
  one.path = std::move(path);
  one.before = std::move(before);
  one.after = std::move(after);
  return one;
}

// What the definition said in words about a task and a node when the run's version was registered:
// {"task": …, "task.inputs.k": …, "node": …}.
Json descriptions(History& history, const RunVertex& run, const std::string& task, const std::string& node) {
  Json found = Json::object();
  if (!split_path(node).frame.empty()) return found;  // of a workflow that is used they are not kept
  Statement& row = history.database().statement(
      "SELECT descriptions FROM registration WHERE project = ?1 AND domain = ?2 AND name = ?3 AND seq = ?4");
  ResetLater reset(row);
  row.bind(run.run.project, run.run.domain, run.workflow, run.registration);
  if (!row.step()) return found;
  auto take = [&](std::string_view place, const std::string& root, std::string_view word, const Json& text) {
    if (!place.starts_with(root)) return;
    place.remove_prefix(root.size());
    if (place.empty() || place.front() == '.') found.add(cat(word, place), text);
  };
  Json all = Json::parse(row.text(0), "the descriptions of a registration");
  for (const auto& [place, text] : all.as_object()) {
    take(place, cat("tasks.", task), "task", text);
    take(place, cat("nodes.", node), "node", text);
  }
  return found;
}

}  // namespace

std::vector<InputOrigin> DetailReader::origins(const RunKey& run, const NodePath& node,
                                               const std::string& input) {
  std::vector<InputOrigin> found;
  Wiring(history_, run).each_source(node.node, Elements(node.element), [&](const Wire& wire) {
    if (wire.input != input) return;
    found.push_back(wire.node.empty() ? run_input_origin(history_, run, wire.name)
                                      : InputOrigin{wire.node, wire.name, {}, {}, {}});
    found.back().place = place_text(wire.at);
  });
  return found;
}

const Digest& DetailReader::version_of(const Explanation& explanation) {
  return history_.version_of(run_->run, split_path(explanation.path.node).frame);
}

const Task* DetailReader::task_of(const Explanation& explanation) {
  if (explanation.task.empty()) return nullptr;
  return history_.workflow(explanation.task_version).find_task(explanation.task);
}

const Json& DetailReader::body(const Digest& version) {
  auto known = bodies_.find(version);
  if (known != bodies_.end()) return known->second;
  return bodies_.emplace(version, version_body(history_.database(), version)).first->second;
}

// From the execution that made the result to the one that reused it.
std::vector<Change> DetailReader::not_in_key(const Explanation& explanation) {
  const Result& made = *explanation.earlier;
  std::vector<Change> found;
  auto add = [&](const char* what, const std::string& before, const std::string& after) {
    if (before != after) found.push_back(change({what}, before, after));
  };
  const Digest& version = explanation.task_version;
  add("workflow", made.workflow, history_.workflow(version).name);
  add("version", made.version.text(), version.text());
  add("node", made.path.text(), explanation.path.text());
  add("task", made.task, explanation.task);
  add("host", history_.run(made.run).host, run_->host);
  compare_ignored(explanation, found);
  Json before = descriptions(history_, history_.run(made.run), made.task, made.path.node);
  Json after = descriptions(history_, *run_, explanation.task, explanation.path.node);
  append_below("description", difference(before, after), found);
  compare_definitions(explanation, found);
  return found;
}

// What an ignored input was given by the two runs; what stands in the definition is compared there.
void DetailReader::compare_ignored(const Explanation& explanation, std::vector<Change>& found) {
  const Result& made = *explanation.earlier;
  for (const std::string& input : task_of(explanation)->cache.ignore_inputs) {
    Json before = value_from_run(made.run, origins(made.run, made.path, input));
    Json after = value_from_run(run_->run, origins(run_->run, explanation.path, input));
    if (before != after) found.push_back(change({"inputs", input}, std::move(before), std::move(after)));
  }
}

// null for what is no input of the run as it stands.
Json DetailReader::value_from_run(const RunKey& run, const std::vector<InputOrigin>& origins) {
  if (origins.size() != 1 || !origins.front().node.empty()) return {};
  const StoredInput* input = history_.input(run, origins.front().name);
  return input != nullptr ? input->vertex.value : Json();
}

void DetailReader::compare_definitions(const Explanation& explanation, std::vector<Change>& found) {
  const Result& made = *explanation.earlier;
  append_below("task",
               difference(body(made.version).at("tasks").at(made.task),
                          body(explanation.task_version).at("tasks").at(explanation.task)),
               found);
  auto [frame, node] = split_path(made.path.node);
  append_below(
      "node",
      difference(canonical_node(body(history_.version_of(made.run, frame)), node),
                 canonical_node(body(version_of(explanation)), split_path(explanation.path.node).node)),
      found);
}

DetailReader::DetailReader(Store& store, const RunVertex& run)
    : store_(&store),
      run_(&run),
      history_(store.database()) {}

ExplanationDetail DetailReader::read(const Explanation& explanation) {
  ExplanationDetail detail;
  for (const KeyDifference& difference : explanation.differences) {
    DifferenceDetail& one = detail.differences.emplace_back();
    one.text_diff = text_diff(*store_, difference);
    if (difference.part != "inputs") continue;
    const Result& earlier = *explanation.earlier;
    one.before = origins(earlier.run, earlier.path, difference.item);
    one.after = origins(run_->run, explanation.path, difference.item);
  }
  if (const Task* task = task_of(explanation)) {
    detail.ignored_inputs = task->cache.ignore_inputs;
    detail.ignored_parts = task->cache.ignore_parts;
  }
  bool reused = explanation.why == Why::reused || explanation.why == Why::lost_race;
  if (reused && explanation.earlier) detail.not_in_key = not_in_key(explanation);
  return detail;
}

}  // namespace wf
