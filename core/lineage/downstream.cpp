// From a thing to what depends on it.
#include <algorithm>
#include <map>

#include "core/base/text.hpp"
#include "core/catalog/reference.hpp"
#include "core/lineage/explorer.hpp"

namespace wf {

namespace {

constexpr std::int64_t k_most_uses = 10'000;

// The same words as on the way up, where the same edges are found.
std::string wire_word(const Graph& graph, VertexId source, const RunKey& run, const Wire& wire) {
  const auto* data = std::get_if<DataVertex>(&graph.vertices()[source]);
  bool reused = data != nullptr && data->run != run;
  return cat(wire.word(), reused ? ", reused" : "");
}

}  // namespace

void Explorer::down(const Step& step) {
  if (full()) return;
  VertexBody body = graph_.vertices()[step.id];  // a copy: the walk adds vertices
  std::visit(
      [&](const auto& vertex) {
        if constexpr (requires { down_from(step, vertex); }) down_from(step, vertex);
      },
      body);
}

void Explorer::down_from(const Step& step, const ContentVertex& content) {
  std::vector<Held> held = bounded(held_by(project_, domain_, content.digest, k_most_uses), k_most_uses);
  for (const Held& one : held) {
    if (full()) break;
    VertexId data = data_vertex(one.group(), one.holding.data);
    std::string item = one.holding.path.empty() ? one.holding.item : one.holding.path;
    graph_.connect({step.id, data, Certainty::matched, "same bytes as", {}, item});
    follow_down(data, step.depth);
  }
  // Inputs that were the bytes of such an artifact are reached through it.
  down_to_uses(step, uses_before(content, held, k_most_uses), Certainty::matched, {});
}

void Explorer::down_from(const Step& step, const DataVertex& data) {
  std::map<std::pair<RunKey, std::string>, std::vector<std::int64_t>> places;
  for (const Uuid& artifact : data.artifacts) {
    for (const RunNode& holder : history_->holders(data.run, artifact)) {
      places[{holder.run, holder.node.node}].push_back(holder.node.element);
    }
  }
  for (auto& [place, elements] : places) {
    std::sort(elements.begin(), elements.end());
    Elements set(elements);
    const auto& [run, node] = place;
    down_through(step, run, node, data.name, set);
    for (std::int64_t element : elements) {
      down_to_uses(step, history_->uses_by_reference(run, {node, element}, data.name), Certainty::asserted,
                   run);
    }
  }
  down_by_bytes(step, data);
}

// Runs that began later and were given the same bytes, without saying where from.
void Explorer::down_by_bytes(const Step& step, const DataVertex& data) {
  auto follow = [&](const Json& value) {
    for (const Content& content : telling_contents(data.type, value))
      down_to_uses(step, uses_of(data.run, content.digest), Certainty::matched, data.run);
  };
  if (data.artifacts.size() == 1) return follow(data.value);
  for (const Uuid& artifact : data.artifacts) {
    if (std::optional<NamedValue> value = history_->data(data.run, artifact, data.name)) follow(value->value);
  }
}

std::vector<InputUse> Explorer::uses_of(const RunKey& scope, const Digest& digest) {
  return bounded(history_->uses_by_bytes(scope.project, scope.domain, digest, k_most_uses + 1), k_most_uses);
}

void Explorer::down_to_uses(const Step& step, const std::vector<InputUse>& uses, Certainty certainty,
                            const RunKey& producer) {
  bool matched = certainty == Certainty::matched;
  bool timed = matched && producer != RunKey{};
  for (const InputUse& use : uses) {
    if (full()) return;
    bool later = history_->run(use.run).created_us > (timed ? history_->run(producer).created_us : 0);
    if (!later || use.run == producer) continue;
    VertexId input = input_vertex(use.run, use.input);
    bool referenced = std::get<InputVertex>(graph_.vertices()[input]).given == "reference";
    if (matched && timed && referenced) continue;
    std::string word = matched ? "same bytes as" : "given as";
    graph_.connect({input, step.id, certainty, word, {}, use.item});
    follow_down(input, step.depth);
  }
}

// What `source.output` of `elements` feeds inside its own run.
void Explorer::down_through(const Step& step, const RunKey& run, const std::string& source,
                            const std::string& output, const Elements& elements) {
  Wiring(*history_, run).each_user(source, output, elements, [&](const Wire& wire) {
    if (full()) return;
    if (wire.fed != Wire::End::output) {
      down_to_execution(step, run, wire);
    } else if (history_->output(run, wire.input)) {
      VertexId id = output_vertex(run, wire.input);
      graph_.connect(
          {id, step.id, Certainty::asserted, wire_word(graph_, step.id, run, wire), wire.input, {}});
      follow_down(id, step.depth);
    }
  });
}

void Explorer::down_to_execution(const Step& step, const RunKey& run, const Wire& wire) {
  if (step.depth >= limits_.down) {
    graph_.cut(Bound::depth);
    return;
  }
  std::vector<std::int64_t> fed;
  auto take = [&](const NodeRow& row) { fed.push_back(row.element); };
  const std::vector<NodeRow>& rows = history_->rows(run, wire.node);
  if (wire.items.empty())
    std::for_each(rows.begin(), rows.end(), take);
  else
    each_row(rows, wire.items.front(), take);
  if (fed.empty()) return;
  std::vector<Elements> sets;
  if (limits_.detail == Detail::grouped) {
    sets.emplace_back(std::move(fed));
  } else {
    for (std::int64_t element : fed) sets.emplace_back(element);
  }
  for (const Elements& set : sets) {
    VertexId id = execution_vertex(run, wire.node, set);
    graph_.connect({id, step.id, Certainty::asserted, wire_word(graph_, step.id, run, wire), wire.input, {}});
    follow_down(id, step.depth + 1);
  }
}

// What a gate was told is in no catalog. A reuse made nothing: what it was given is reached through the execution
// that made it.
void Explorer::down_from(const Step& step, const ExecutionVertex& execution) {
  if (is_gate(execution.run, execution.node))
    return down_through(step, execution.run, execution.node, "value", Elements());
  for (const Group& group : groups_of(execution.run, execution.node, &execution.elements)) {
    if (group.producer != execution.run || group.reused) continue;
    for (const NamedValue& value : history_->data(group.producer, group.made.front().second)) {
      if (full()) return;
      VertexId id = data_vertex(group, value.name);
      graph_.connect({id, step.id, Certainty::asserted, "made by", {}, {}});
      follow_down(id, step.depth);
    }
  }
}

void Explorer::down_from(const Step& step, const InputVertex& input) {
  down_through(step, input.run, "", input.name, Elements());
  NodePath own{std::string(k_run_inputs), -1};
  down_to_uses(step, history_->uses_by_reference(input.run, own, input.name), Certainty::asserted, input.run);
}

void Explorer::down_from(const Step& step, const OutputVertex& output) {
  NodePath own{std::string(k_run_outputs), -1};
  down_to_uses(step, history_->uses_by_reference(output.run, own, output.name), Certainty::asserted,
               output.run);
}

void Explorer::down_from(const Step& step, const RunVertex& run) {
  for (const std::string& name : history_->output_names(run.run)) {
    VertexId id = output_vertex(run.run, name);
    graph_.connect({id, step.id, Certainty::asserted, "output of", {}, {}});
    follow_down(id, step.depth);
  }
}

void Explorer::down_from(const Step& step, const VersionVertex& version) {
  Statement& rows = history_->database().statement(
      "SELECT id FROM run WHERE version = ?1 AND project = ?2 AND domain = ?3 ORDER BY id LIMIT ?4");
  rows.bind(version.version, version.project, version.domain, k_most_uses + 1);
  std::vector<RunKey> runs = rows_of(rows, [&](const Statement& row) {
    return RunKey{version.project, version.domain, row.uuid(0)};
  });
  for (const RunKey& run : bounded(std::move(runs), k_most_uses)) {
    if (full()) return;
    follow_down(run_vertex(run), step.depth);
  }
}

}  // namespace wf
