// From a thing to what depends on it.
#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include "core/base/text.hpp"
#include "core/catalog/reference.hpp"
#include "core/lineage/explorer.hpp"

namespace wf {

namespace {

constexpr std::int64_t k_most_uses = 10'000;

}  // namespace

void Explorer::down(const Step& step) {
  if (full()) return;
  std::visit(
      [&](const auto& vertex) {
        if constexpr (requires { down_from(step, vertex); }) down_from(step, vertex);
      },
      graph_.vertices()[step.id]);
}

void Explorer::down_from(const Step& step, const ContentVertex& content) {
  std::vector<Held> held = bounded(held_by(project_, domain_, content.digest, k_most_uses), k_most_uses);
  for (const Held& one : held) {
    if (full()) break;
    VertexId data = held_vertex(one);
    std::string item = one.holding.path.empty() ? one.holding.item : one.holding.path;
    graph_.connect({step.id, data, Certainty::matched, "same bytes as", {}, item});
    follow_down(data, step.depth);
  }
  // Inputs that were the bytes of such an artifact are reached through it.
  down_to_uses(step, uses_before(content, held, k_most_uses), Certainty::matched, {});
  down_to_sources(step, content.digest, 0);
}

void Explorer::down_to_sources(const Step& step, const Digest& digest, std::int64_t after_us) {
  for (const VersionVertex& version : versions_with(digest, after_us)) {
    for (const Task& task : history_->workflow(version.version).tasks) {
      for (const Source& source : task.sources) {
        if (source.digest != digest) continue;
        VertexId id = source_vertex(
            {version.version, digest, source.path, history_->size_of(file_value(digest)).bytes});
        graph_.connect({id, step.id, Certainty::matched, "same bytes as", {}, {}});
        follow_down(id, step.depth);
      }
    }
  }
}

void Explorer::down_from(const Step& step, const SourceVertex& source) {
  VersionVertex version{project_, domain_, {}, source.version, {}};
  each_node_with_task_of(version, [&](const RunKey& run, const std::string& path, const Node& node) {
    const Workflow& tasks = history_->workflow(source.version);
    const Task* task = tasks.find_task(node.used ? node.used->task : node.task);
    bool takes =
        task != nullptr && std::any_of(task->sources.begin(), task->sources.end(), [&](const Source& one) {
          return one.digest == source.digest && one.path == source.path;
        });
    if (takes) down_to_node(step, run, path, "source");
  });
}

void Explorer::each_node_with_task_of(const VersionVertex& version, const VisitNode& visit) {
  auto look_in = [&](const Digest& around) {
    VersionVertex at = version;
    at.version = around;
    const Workflow& workflow = history_->workflow(around);
    for (const History::Workplace& place : bounded(history_->workplaces(at, k_most_uses + 1), k_most_uses)) {
      for (const Node& defined : workflow.nodes) {
        if (full()) return;
        std::string path = joined_path(place.frame, defined.name);
        const Node* node = history_->node(place.run, path);
        const Digest& of = node->used ? node->used->version : around;
        bool runs_task = node->used ? !node->used->task.empty() : !node->task.empty();
        if (runs_task && of == version.version) visit(place.run, path, *node);
      }
    }
  };
  look_in(version.version);
  for (const Digest& user : history_->users(version.version)) look_in(user);
}

void Explorer::down_to_node(const Step& step, const RunKey& run, const std::string& path,
                            std::string_view word) {
  if (history_->rows(run, path).empty()) return;
  if (step.depth >= limits_.down) return graph_.cut(Bound::depth);
  for (const Elements& set : detailed(all_elements(history_->rows(run, path)))) {
    VertexId id = execution_vertex(run, path, set);
    graph_.connect({id, step.id, Certainty::asserted, std::string(word), {}, {}});
    follow_down(id, step.depth + 1);
  }
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
    down_through(step, run, node, data.name, set, data.place);
    for (std::int64_t element : elements) {
      down_to_uses(step, history_->uses_by_reference(run, {node, element}, data.name, data.place),
                   Certainty::asserted, run);
    }
  }
  down_by_bytes(step, data);
}

// Runs that began later and were given the same bytes, and versions that need them, without saying where
// from.
void Explorer::down_by_bytes(const Step& step, const DataVertex& data) {
  auto follow = [&](const Json& value) {
    for (const Content& content : telling_contents(data.type, value)) {
      down_to_uses(step, uses_of(data.run, content.digest), Certainty::matched, data.run);
      if (!content.directory) down_to_sources(step, content.digest, history_->run(data.run).created_us);
    }
  };
  if (data.artifacts.size() == 1) return follow(data.value);
  for (const Uuid& artifact : data.artifacts) {
    if (auto value = history_->data_at(data.run, artifact, data.name, data.place)) follow(value->value);
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
    VertexId input = input_vertex(use);
    bool referenced = std::get<InputVertex>(graph_.vertices()[input]).given == "reference";
    if (matched && timed && referenced) continue;
    std::string word = matched ? "same bytes as" : "given as";
    std::string item = cat(use.item, use.item.empty() && !use.file.empty() ? use.file.substr(1) : use.file);
    graph_.connect({input, step.id, certainty, word, {}, item});
    follow_down(input, step.depth);
  }
}

// What `source.output` of `elements` feeds inside its own run.
void Explorer::down_through(const Step& step, const RunKey& run, const std::string& source,
                            const std::string& output, const Elements& elements, const ValuePlace& place) {
  // The same words as on the way up, where the same edges are found.
  const auto* data = std::get_if<DataVertex>(&graph_.vertices()[step.id]);
  const bool is_own = data == nullptr || data->run == run;
  const std::string_view how =
      is_own ? "" : reuse_word(true, history_->rows(run, source).front().recovered());
  Wiring(*history_, run).each_user(source, output, elements, place, [&](const Wire& wire) {
    if (full()) return;
    const std::string word = cat(wire.word(), how);
    if (wire.fed != Wire::End::output) {
      down_to_execution(step, run, wire, word);
    } else if (history_->output(run, wire.input) != nullptr) {
      VertexId id = output_vertex(run, wire.input, wire.place);
      graph_.connect({id, step.id, Certainty::asserted, word, wire.input, {}});
      follow_down(id, step.depth);
    }
  });
}

void Explorer::down_to_execution(const Step& step, const RunKey& run, const Wire& wire,
                                 const std::string& word) {
  if (step.depth >= limits_.down) {
    graph_.cut(Bound::depth);
    return;
  }
  std::vector<std::int64_t> fed;
  auto take = [&](const NodeRow& row) { fed.push_back(row.element); };
  const std::vector<NodeRow>& rows = history_->rows(run, wire.node);
  if (wire.place.empty())
    std::for_each(rows.begin(), rows.end(), take);
  else
    each_row(rows, wire.place.front().items, take);
  if (fed.empty()) return;
  for (const Elements& set : detailed(Elements(std::move(fed)))) {
    VertexId id = execution_vertex(run, wire.node, set);
    graph_.connect({id, step.id, Certainty::asserted, word, wire.input, {}});
    follow_down(id, step.depth + 1);
  }
}

// What a gate was told is in no catalog. A reuse made nothing: most often it was given the same as the
// execution that made the result, and what was given that is reached through it.
void Explorer::down_from(const Step& step, const ExecutionVertex& execution) {
  if (is_gate(execution.run, execution.node))
    return down_through(step, execution.run, execution.node, "value", Elements(), {});
  for (const Group& group : groups_of(execution.run, execution.node, &execution.elements)) {
    if (group.reused) reuses_.push_back(step);
    if (group.producer != execution.run || group.reused) continue;
    for (const NamedValue& value : history_->data(group.producer, group.made.front().second)) {
      if (full()) return;
      VertexId id = data_vertex(group, value.name, {}, &value);
      graph_.connect({id, step.id, Certainty::asserted, "made by", {}, {}});
      follow_down(id, step.depth);
    }
  }
}

bool Explorer::down_from_reuses() {
  know_makers(down_seen_);
  for (const Step& step : std::exchange(reuses_, {})) {
    const ExecutionVertex execution = std::get<ExecutionVertex>(graph_.vertices()[step.id]);
    std::vector<std::int64_t> left;
    each_row(history_->rows(execution.run, execution.node), execution.elements, [&](const NodeRow& row) {
      if (row.reused() && row.artifact && !knows_maker(row)) left.push_back(row.element);
    });
    if (!left.empty()) down_from_reuse(step, execution.run, execution.node, Elements(std::move(left)));
  }
  return !down_queue_.empty();
}

void Explorer::down_from_reuse(const Step& step, const RunKey& run, const std::string& node,
                               const Elements& elements) {
  std::set<std::string> names;
  each_row(history_->rows(run, node), elements, [&](const NodeRow& row) {
    for (const NamedValue& value : history_->data(row.producer, *row.artifact)) {
      names.insert(value.name);
      down_to_uses(step, history_->uses_by_reference(run, {node, row.element}, value.name, {}),
                   Certainty::asserted, run);
      for (const Content& content : telling_contents(value.type, value.value))
        down_to_uses(step, uses_of(run, content.digest), Certainty::matched, run);
    }
  });
  for (const std::string& name : names) down_through(step, run, node, name, elements, {});
}

void Explorer::down_from(const Step& step, const InputVertex& input) {
  down_through(step, input.run, "", input.name, Elements(), input.place);
  NodePath own{std::string(k_run_inputs), -1};
  down_to_uses(step, history_->uses_by_reference(input.run, own, input.name, input.place),
               Certainty::asserted, input.run);
}

void Explorer::down_from(const Step& step, const OutputVertex& output) {
  NodePath own{std::string(k_run_outputs), -1};
  down_to_uses(step, history_->uses_by_reference(output.run, own, output.name, output.place),
               Certainty::asserted, output.run);
}

void Explorer::down_from(const Step& step, const RunVertex& run) {
  for (const std::string& name : history_->output_names(run.run)) {
    VertexId id = output_vertex(run.run, name);
    graph_.connect({id, step.id, Certainty::asserted, "output of", {}, {}});
    follow_down(id, step.depth);
  }
}

void Explorer::down_from(const Step& step, const VersionVertex& version) {
  for (const History::Workplace& place :
       bounded(history_->workplaces(version, k_most_uses + 1), k_most_uses)) {
    if (full()) return;
    if (place.frame.empty()) follow_down(run_vertex(place.run), step.depth);
  }
  // What ran of it inside of other runs.
  each_node_with_task_of(version, [&](const RunKey& run, const std::string& path, const Node&) {
    if (history_->run(run).version != version.version) down_to_node(step, run, path, "of version");
  });
}

}  // namespace wf
