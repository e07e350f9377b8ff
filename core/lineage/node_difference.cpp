#include "core/lineage/node_difference.hpp"

#include <algorithm>

#include "core/base/text.hpp"
#include "core/definition/model.hpp"
#include "core/definition/stored_text.hpp"
#include "core/lineage/wiring.hpp"
#include "core/store/version.hpp"

namespace wf {

namespace {

const std::string& name_of_task(const Node& node) { return node.used ? node.used->task : node.task; }

// What comes to one input, piece by piece.
struct Pieces {
  std::vector<Placed> all;
  bool is_list = false;
};

void add_pieces(History& history, const RunKey& run, const Wire& wire, Pieces& pieces) {
  if (wire.node.empty()) {
    const StoredInput* input = history.input(run, wire.name);
    if (input != nullptr) pieces.all.push_back(placed(input->vertex.type, input->vertex.value, wire.place));
    return;
  }
  for (auto& [name, told] : answer_of(history, run, wire.node))
    pieces.all.push_back(placed(told.type, told.value, wire.place));
  const std::vector<NodeRow>& rows = history.rows(run, wire.node);
  auto [elements, place] = history.split(run, wire.node, wire.place);
  const bool mapped = !rows.empty() && rows.front().element >= 0;
  pieces.is_list = pieces.is_list || (mapped && !(elements && elements->single()));
  for (const NodeRow& row : rows) {
    if (!row.artifact || (elements && !elements->contains(row.element))) continue;
    if (std::optional<Placed> piece = history.data_at(row.producer, *row.artifact, wire.name, place))
      pieces.all.push_back(std::move(*piece));
  }
}

Placed together(Pieces pieces) {
  if (pieces.all.size() == 1 && !pieces.is_list) return std::move(pieces.all.front());
  Json list = Json::array();
  for (Placed& piece : pieces.all) list.push(std::move(piece.value));
  const bool alike = !pieces.all.empty() &&
                     std::all_of(pieces.all.begin(), pieces.all.end(),
                                 [&](const Placed& piece) { return piece.type == pieces.all.front().type; });
  return {cat("list<", alike ? pieces.all.front().type : "json", ">"), std::move(list)};
}

// By the name that the definition has for it; the name itself where nobody could tell.
std::string meaning_of(const Json& settings, const std::string& image) {
  const Json* images = settings.find("images");
  if (images == nullptr) return image;
  for (const Json& one : images->as_array()) {
    if (one.at("reference").as_string() == image && one.at("config").is_string())
      return one.at("config").as_string();
  }
  return image;
}

}  // namespace

void append_below(const std::string& root, std::vector<Change> changes, std::vector<Change>& found) {
  for (Change& change : changes) {
    change.path.insert(change.path.begin(), root);
    found.push_back(std::move(change));
  }
}

InputVertex plain_value(std::string name, std::string type, Json value) {
  InputVertex vertex;
  vertex.name = std::move(name);
  vertex.type = std::move(type);
  vertex.value = std::move(value);
  return vertex;
}

std::string task_name(History& history, const RunKey& run, const std::string& node) {
  const Node* found = history.node(run, node);
  return found == nullptr ? std::string() : name_of_task(*found);
}

const std::vector<Change>& NodeDefinitions::changes(const Place& before, const Place& after) {
  auto [place, is_new] = changes_.try_emplace({before.node, after.node});
  std::vector<Change>& found = place->second;
  if (!is_new) return found;
  if (task_name(*history_, before.run, before.node) == task_name(*history_, after.run, after.node))
    append_below("task", difference(task_body(before), task_body(after)), found);
  append_below("node", difference(node_body(before), node_body(after)), found);
  return found;
}

const Json& NodeDefinitions::body(const Digest& version) {
  auto known = bodies_.find(version);
  if (known != bodies_.end()) return known->second;
  return bodies_.emplace(version, version_body(history_->database(), version)).first->second;
}

// null where it runs none.
Json NodeDefinitions::task_body(const Place& place) {
  const Node* node = history_->node(place.run, place.node);
  if (node == nullptr || name_of_task(*node).empty()) return {};
  const std::string frame = split_path(place.node).frame;
  const Digest& version = node->used ? node->used->version : history_->version_of(place.run, frame);
  return body(version).at("tasks").at(name_of_task(*node));
}

Json NodeDefinitions::node_body(const Place& place) {
  if (history_->node(place.run, place.node) == nullptr) return {};
  auto [frame, name] = split_path(place.node);
  return canonical_node(body(history_->version_of(place.run, frame)), name);
}

std::map<std::string, InputVertex> answer_of(History& history, const RunKey& run, const std::string& gate) {
  Statement& row = history.database().statement(
      "SELECT answer, type, value FROM gate WHERE project = ?1 AND domain = ?2 AND run = ?3 AND node = ?4 "
      "AND "
      "answer IS NOT NULL");
  ResetLater reset(row);
  row.bind(run.project, run.domain, run.id, gate);
  std::map<std::string, InputVertex> found;
  if (!row.step()) return found;
  bool given = !row.is_null(2);
  Json told = given ? value_from_store(row.text(1), row.text(2), "a signal") : Json(row.string(0));
  found.emplace("value", plain_value("value", given ? row.string(1) : "string", std::move(told)));
  return found;
}

std::map<std::string, InputVertex> given_to(History& history, const RunKey& run, const NodePath& node) {
  std::map<std::string, Pieces> inputs;
  Wiring(history, run).each_source(node.node, Elements(node.element), [&](const Wire& wire) {
    if (wire.fed == Wire::End::input) add_pieces(history, run, wire, inputs[wire.input]);
  });
  std::map<std::string, InputVertex> found;
  for (auto& [name, pieces] : inputs) {
    Placed value = together(std::move(pieces));
    InputVertex& input =
        found.emplace(name, plain_value(name, std::move(value.type), std::move(value.value))).first->second;
    input.size = history.size_of(input.value);
  }
  return found;
}

std::map<std::string, InputVertex> environment_of(History& history, const RunKey& run,
                                                  const std::vector<std::string>& nodes) {
  Statement& row = history.database().statement(
      "SELECT d.host, d.platform, d.wf_version, r.settings FROM run r JOIN driver d ON d.project = r.project "
      "AND d.domain = r.domain AND d.run = r.id WHERE r.project = ?1 AND r.domain = ?2 AND r.id = ?3 "
      "ORDER BY d.fence DESC LIMIT 1");
  ResetLater reset(row);
  row.bind(run.project, run.domain, run.id);
  std::map<std::string, InputVertex> found;
  if (!row.step()) return found;
  auto put = [&](const std::string& name, Json value) {
    found.emplace(name, plain_value(name, "string", std::move(value)));
  };
  put("host", row.string(0));
  put("platform", row.string(1));
  put("wf", row.string(2));
  Json settings = Json::parse(row.text(3), "a run's settings");
  if (const Json* path = settings.find("path")) put("path", *path);
  for (const std::string& path : nodes) {
    const Node* node = history.node(run, path);
    if (node == nullptr) continue;
    const Task* task = task_of(history.workflow(history.version_of(run, split_path(path).frame)), *node);
    if (task != nullptr && !task->image.empty())
      put(cat("image ", task->image), meaning_of(settings, task->image));
  }
  return found;
}

}  // namespace wf
