// From a thing to what it came from.
#include <limits>
#include <set>

#include "core/base/text.hpp"
#include "core/catalog/reference.hpp"
#include "core/lineage/explorer.hpp"

namespace wf {

namespace {

std::string text_of(const Holding& holding) {
  if (holding.path.empty()) return holding.item;
  return cat(holding.item, holding.item.empty() ? "" : "/", holding.path);
}

std::string text_of(const InputUse& use) {
  return use.item.empty() && !use.file.empty() ? use.file.substr(1) : cat(use.item, use.file);
}

}  // namespace

void Explorer::up(const Step& step) {
  if (full()) return;
  std::visit(
      [&](const auto& vertex) {
        if constexpr (requires { up_from(step, vertex); }) up_from(step, vertex);
      },
      graph_.vertices()[step.id]);
}

std::vector<Explorer::Held> Explorer::held_by(const std::string& project, const std::string& domain,
                                              const Digest& digest, std::int64_t most) {
  std::vector<Held> found;
  for (Holding& holding : artifacts_holding(history_->database(), project, domain, digest, most + 1)) {
    auto artifact = find_artifact(history_->database(), project, domain, holding.artifact);
    if (artifact) found.push_back({std::move(holding), std::move(*artifact)});
  }
  return found;
}

std::vector<InputUse> Explorer::uses_before(const ContentVertex& content, const std::vector<Held>& held,
                                            std::int64_t most) {
  std::int64_t made_us = std::numeric_limits<std::int64_t>::max();
  for (const Held& one : held) made_us = std::min(made_us, one.artifact.created_us);
  std::vector<InputUse> uses = history_->uses_by_bytes(project_, domain_, content.digest, most + 1);
  std::erase_if(uses, [&](const InputUse& use) { return history_->run(use.run).created_us >= made_us; });
  return bounded(std::move(uses), most);
}

// Bytes that nodes made lead to them; bytes that none made lead to the runs they were given to and to the
// versions they belong to.
void Explorer::up_from(const Step& step, const ContentVertex& content) {
  std::int64_t most = limits_.holdings;
  std::vector<Held> held = held_by(project_, domain_, content.digest, most);
  std::vector<InputUse> uses = uses_before(content, held, most);
  const bool was_made_first = !held.empty() && uses.empty();
  held = bounded(std::move(held), most);
  if (!uses.empty()) erase_copies(content, held);
  for (const Held& one : held) up_from_held(step, one, text_of(one.holding));
  if (was_made_first) return;
  for (const InputUse& use : uses) {
    VertexId input = input_vertex(use);
    graph_.connect({step.id, input, Certainty::matched, "same bytes as", {}, text_of(use)});
    follow_up(input, step.depth);
  }
  for (const VersionVertex& version : versions_with(content.digest)) {
    VertexId id = version_vertex(version);
    add_registrations(id, 0);
    graph_.connect({step.id, id, Certainty::matched, "belongs to", {}, {}});
  }
}

// What runs made that were given these bytes themselves.
void Explorer::erase_copies(const ContentVertex& content, std::vector<Held>& held) {
  std::set<RunKey> given;
  for (const InputUse& use : history_->uses_by_bytes(project_, domain_, content.digest, k_all_holdings))
    given.insert(use.run);
  std::erase_if(held, [&](const Held& one) { return given.count(one.artifact.run) > 0; });
}

// Most files belong to none, which is cheaper to ask alone.
std::vector<VersionVertex> Explorer::versions_with(const Digest& file, std::int64_t after_us) {
  Statement& any = history_->database().statement("SELECT 1 FROM version_blob WHERE blob = ?1 LIMIT 1");
  if (!row_of(any.bind(file), [](const Statement&) { return true; })) return {};
  Statement& rows = history_->database().statement(
      "SELECT DISTINCT v.digest, v.name FROM version_blob b CROSS JOIN version v CROSS JOIN registration r "
      "WHERE "
      "b.blob = ?1 AND v.digest = b.version AND v.created_us > ?4 AND r.version = v.digest AND r.project = "
      "?2 "
      "AND r.domain = ?3");
  rows.bind(file, project_, domain_, after_us);
  return rows_of(rows, [&](const Statement& row) {
    return VersionVertex{project_, domain_, row.string(1), row.digest(0), {}};
  });
}

void Explorer::up_from_held(const Step& step, const Held& held, const std::string& item) {
  if (full()) return;
  VertexId data = held_vertex(held);
  auto& vertex = std::get<DataVertex>(graph_.body(data));
  if (std::holds_alternative<ContentVertex>(graph_.vertices()[step.id]))
    vertex.published = published_as(vertex);
  graph_.connect({step.id, data, Certainty::matched, "same bytes as", {}, item});
  follow_up(data, step.depth);
}

void Explorer::up_from(const Step& step, const DataVertex& data) {
  bool known = graph_.find(execution_key(data.run, data.node, data.elements)).has_value();
  if (step.depth >= limits_.up && !known) {
    graph_.cut(Bound::depth);
    return;
  }
  VertexId execution = execution_vertex(data.run, data.node, data.elements);
  graph_.connect({step.id, execution, Certainty::asserted, "made by", {}, {}});
  follow_up(execution, step.depth + 1);
}

void Explorer::up_from(const Step& step, const ExecutionVertex& execution) {
  for (const Group& group : groups_of(execution.run, execution.node, &execution.elements)) {
    if (!group.reused || full()) continue;
    std::vector<std::int64_t> elements;
    for (const auto& [element, artifact] : group.made) elements.push_back(element);
    VertexId producer = execution_vertex(group.producer, group.node, Elements(std::move(elements)));
    graph_.connect({step.id, producer, Certainty::asserted, group.recovered ? "recovers" : "reuses", {}, {}});
    follow_up(producer, step.depth);
  }
  Wiring(*history_, execution.run)
      .each_source(execution.node, execution.elements,
                   [&](const Wire& wire) { up_through(step, execution.run, wire); });
  for (const SourceVertex& source : history_->sources(execution.run, execution.node)) {
    VertexId id = source_vertex(source);
    graph_.connect({step.id, id, Certainty::asserted, "source", {}, {}});
    follow_up(id, step.depth);
  }
}

// What a version needs may have been made by a run before.
void Explorer::up_from(const Step& step, const SourceVertex& source) {
  if (source.digest == k_empty_digest) return;
  const std::int64_t known_us = history_->known_since(source.version);
  std::vector<Held> held = held_by(project_, domain_, source.digest, limits_.holdings);
  std::erase_if(held, [&](const Held& one) { return one.artifact.created_us >= known_us; });
  for (const Held& one : bounded(std::move(held), limits_.holdings))
    up_from_held(step, one, text_of(one.holding));
}

// What has an artifact is none: so that the definition is seldom needed.
bool Explorer::is_gate(const RunKey& run, const std::string& path) {
  const std::vector<NodeRow>& rows = history_->rows(run, path);
  if (rows.size() > 1 || (rows.size() == 1 && rows.front().artifact)) return false;
  const Node* node = history_->node(run, path);
  return node != nullptr && node->gate.has_value();
}

// Follows one wire to what it comes from.
void Explorer::up_through(const Step& step, const RunKey& run, const Wire& wire) {
  if (full()) return;
  auto link = [&](VertexId to, const ValuePlace& place, std::string_view how) {
    Certainty certainty = place.empty() ? Certainty::asserted : Certainty::derived;
    graph_.connect({step.id, to, certainty, cat(wire.word(), how), wire.input, place_text(place)});
    follow_up(to, step.depth);
  };
  if (wire.node.empty()) {
    VertexId input = input_vertex(run, wire.name, wire.place);
    return link(input, std::get<InputVertex>(graph_.vertices()[input]).place, {});
  }
  const std::vector<NodeRow>& rows = history_->rows(run, wire.node);
  if (rows.size() == 1 && is_gate(run, wire.node)) {  // it was told what it gives
    VertexId gate = execution_vertex(run, wire.node, Elements());
    graph_.connect({step.id, gate, Certainty::asserted, std::string(wire.word()), wire.input, {}});
    return follow_up(gate, step.depth + 1);
  }
  auto [elements, place] = history_->split(run, wire.node, wire.place);
  const Elements* only = elements ? &*elements : nullptr;
  for (const Group& group : groups_of(run, wire.node, only)) {
    if (full()) return;
    link(data_vertex(group, wire.name, place), place, reuse_word(group.reused, group.recovered));
  }
  up_to_reusing(step, run, wire.node, only, std::string(wire.word()), wire.input);
}

void Explorer::up_to_reusing(const Step& step, const RunKey& run, const std::string& node,
                             const Elements* only, const std::string& word, const std::string& label) {
  if (limits_.reuses == Reuses::makers) return;
  if (step.depth >= limits_.up) return graph_.cut(Bound::depth);
  for (const Elements& set : reusing(run, node, only)) {
    if (full()) return;
    VertexId own = execution_vertex(run, node, set);
    graph_.connect({step.id, own, Certainty::asserted, word, label, {}});
    follow_up(own, step.depth + 1);
  }
}

void Explorer::up_from(const Step& step, const OutputVertex& output) {
  Wiring(*history_, output.run).each_source_of_output(output.name, output.place, [&](const Wire& wire) {
    up_through(step, output.run, wire);
  });
}

void Explorer::up_from(const Step& step, const InputVertex& input) {
  const StoredInput* stored = history_->input(input.run, input.name);
  if (stored == nullptr || !stored->source) return up_by_bytes(step, input);
  up_to_source(step, *stored->source, input.place);
}

// The asserted edge between two runs.
void Explorer::up_to_source(const Step& step, const InputSource& source, const ValuePlace& place) {
  auto link = [&](VertexId to) {
    graph_.connect({step.id, to, Certainty::asserted, "given as", {}, {}});
    follow_up(to, step.depth);
  };
  const auto& [run, node, output] = source;
  if (node.node == k_run_inputs) return link(input_vertex(run, output, place));
  if (node.node == k_run_outputs) return link(output_vertex(run, output, place));
  auto [elements, inner] = history_->split(run, node.node, place);
  if (node.element >= 0) {
    elements = Elements(node.element);
    inner = place;
  }
  const Elements* only = elements ? &*elements : nullptr;
  for (const Group& group : groups_of(run, node.node, only)) {
    if (full()) return;
    link(data_vertex(group, output, inner));
  }
  up_to_reusing(step, run, node.node, only, "given as", {});
}

VertexId Explorer::held_vertex(const Held& held) {
  const Holding& holding = held.holding;
  ValuePlace place = history_->place_in_data(held.artifact.run, held.artifact.id, holding.data, holding.item);
  if (!holding.path.empty()) place.push_back({Elements(), cat("/", holding.path)});
  return data_vertex(held.group(), holding.data, place);
}

// Only what existed before the run began can be where its input came from.
void Explorer::up_by_bytes(const Step& step, const InputVertex& input) {
  std::int64_t began = history_->run(input.run).created_us;
  for (const Content& content : telling_contents(input.type, input.value)) {
    std::string inside = inner_text(input.place, input.value, content.path);
    std::vector<Held> held = held_by(input.run.project, input.run.domain, content.digest, limits_.holdings);
    std::erase_if(held, [&](const Held& one) {
      return one.artifact.created_us > began || one.artifact.run == input.run;
    });
    if (held.empty() && content.directory) up_by_parts(step, input.run, content.digest, inside);
    for (const Held& one : bounded(std::move(held), limits_.holdings)) up_from_held(step, one, inside);
  }
}

// A folder that nobody made as a whole can have in it what was made.
void Explorer::up_by_parts(const Step& step, const RunKey& run, const Digest& folder,
                           const std::string& inside) {
  const std::int64_t most = limits_.holdings;
  std::vector<std::pair<std::string, Held>> found;
  for (PartHolding& part :
       artifacts_holding_parts(history_->database(), run.project, run.domain, folder, most + 1)) {
    auto artifact = find_artifact(history_->database(), run.project, run.domain, part.holding.artifact);
    if (!artifact || artifact->created_us > history_->run(run).created_us || artifact->run == run) continue;
    found.push_back({cat(inside, '/', part.path), {std::move(part.holding), std::move(*artifact)}});
  }
  for (const auto& [item, held] : bounded(std::move(found), most)) up_from_held(step, held, item);
}

}  // namespace wf
