#include "core/lineage/explorer.hpp"

#include <algorithm>
#include <numeric>
#include <utility>

#include "core/base/text.hpp"
#include "core/catalog/codes.hpp"
#include "core/lineage/codes.hpp"
#include "core/lineage/vertex_text.hpp"

namespace wf {

void throw_no_node(const RunKey& run, const NodePath& node, const std::vector<std::string>& names) {
  std::string near = did_you_mean(node.node, names);
  std::string what = near.empty() ? cat("it has ", join(names, ", ")) : near;
  throw Error(codes::k_node_not_found, cat("nothing of '", node.text(), "' ran in run ", run.id.tail()),
              names.empty() ? "none of its nodes has started" : what);
}

std::string_view reuse_word(bool reused, bool recovered) {
  return recovered ? ", recovered" : reused ? ", reused" : "";
}

Elements all_elements(const std::vector<NodeRow>& rows) {
  std::vector<std::int64_t> elements;
  for (const NodeRow& row : rows) elements.push_back(row.element);
  return Elements(std::move(elements));
}

std::vector<Elements> Explorer::detailed(const Elements& elements) const {
  if (limits_.detail == Detail::grouped) return {elements};
  std::vector<Elements> single;
  for (std::int64_t element : elements.list()) single.emplace_back(element);
  return single;
}

// One vertex too many shows that the answer must be cut.
bool Explorer::full() const { return graph_.vertices().size() > limits_.vertices; }

void Explorer::root(VertexId id) {
  if (const auto run = vertex_run(graph_.vertices()[id]); run && project_.empty()) {
    project_ = run->project;
    domain_ = run->domain;
  }
  graph_.roots.push_back(id);
  follow_up(id, 0);
  follow_down(id, 0);
}

void Explorer::follow_up(VertexId id, std::int64_t depth) {
  if (limits_.up == 0) return;
  if (up_seen_.size() <= id) up_seen_.resize(id + 1);
  if (up_seen_[id]) return;
  up_seen_[id] = true;
  up_queue_.push_back({id, depth});
}

void Explorer::follow_down(VertexId id, std::int64_t depth) {
  if (limits_.down == 0) return;
  if (down_seen_.size() <= id) down_seen_.resize(id + 1);
  if (down_seen_[id]) return;
  down_seen_[id] = true;
  down_queue_.push_back({id, depth});
}

// The artifacts of a node's executions in `run`, those of one producing run and node together.
std::vector<Explorer::Group> Explorer::groups_of(const RunKey& run, const std::string& node,
                                                 const Elements* only) {
  std::vector<Group> groups;
  const std::vector<NodeRow>& rows = history_->rows(run, node);
  auto take = [&](const NodeRow& row) {
    if (!row.artifact) return;
    auto same = [&](const Group& g) { return g.producer == row.producer && g.node == row.made_by.node; };
    auto group = std::find_if(groups.begin(), groups.end(), same);
    if (group == groups.end()) {
      groups.push_back({row.producer, row.made_by.node, {}, row.reused(), row.recovered()});
      group = groups.end() - 1;
    }
    group->made.emplace_back(row.made_by.element, *row.artifact);
  };
  if (only != nullptr)
    each_row(rows, *only, take);
  else
    std::for_each(rows.begin(), rows.end(), take);
  for (Group& group : groups) {
    std::sort(group.made.begin(), group.made.end());
    group.made.erase(std::unique(group.made.begin(), group.made.end()), group.made.end());
  }
  return split_for_detail(std::move(groups));
}

std::vector<Explorer::Group> Explorer::split_for_detail(std::vector<Group> groups) const {
  if (limits_.detail == Detail::grouped) return groups;
  std::vector<Group> single;
  for (const Group& group : groups) {
    for (const auto& made : group.made)
      single.push_back({group.producer, group.node, {made}, group.reused, group.recovered});
  }
  return single;
}

void Explorer::start_at_content(const ContentVertex& content, const std::string& project,
                                const std::string& domain) {
  project_ = project;
  domain_ = domain;
  root(content_vertex(content));
}

void Explorer::start_at_data(const RunKey& run, const NodePath& node, const std::string& output) {
  Elements one(node.element);
  bool whole = node.element < 0;
  std::vector<Group> groups = groups_of(run, node.node, whole ? nullptr : &one);
  if (groups.empty()) throw_no_node(run, node, history_->node_names(run));
  for (const Group& group : groups) root(data_vertex(group, output));
  if (limits_.up > 0 && limits_.reuses == Reuses::own_too)
    for (const Elements& set : reusing(run, node.node, whole ? nullptr : &one))
      root(execution_vertex(run, node.node, set));
}

std::vector<Elements> Explorer::reusing(const RunKey& run, const std::string& node, const Elements* only) {
  std::vector<std::int64_t> elements;
  for (const NodeRow& row : history_->rows(run, node))
    if (row.reused() && (only == nullptr || only->contains(row.element))) elements.push_back(row.element);
  return elements.empty() ? std::vector<Elements>() : detailed(Elements(std::move(elements)));
}

void Explorer::start_at_execution(const RunKey& run, const NodePath& node) {
  const std::vector<NodeRow>& rows = history_->rows(run, node.node);
  if (rows.empty() && start_at_workflow(run, node)) return;
  Elements all = rows.empty() ? Elements() : all_elements(rows);
  bool known = node.element < 0 ? !rows.empty() : all.contains(node.element);
  if (!known) throw_no_node(run, node, history_->node_names(run));
  root(execution_vertex(run, node.node, node.element < 0 ? all : Elements(node.element)));
}

// Of a node that runs a workflow: all that is in it.
bool Explorer::start_at_workflow(const RunKey& run, const NodePath& node) {
  auto [frame, name] = split_path(node.node);
  bool found = false;
  for (const FrameRow& one : history_->frames(run, frame, name)) {
    if (node.element >= 0 && one.element != node.element) continue;
    for (const std::string& inner : history_->node_names(run)) {
      if (!inner.starts_with(one.path + ".")) continue;
      found = true;
      start_at_execution(run, {inner, -1});
    }
  }
  return found;
}

void Explorer::start_at_input(const RunKey& run, const std::string& name) { root(input_vertex(run, name)); }

void Explorer::start_at_output(const RunKey& run, const std::string& name) { root(output_vertex(run, name)); }

// A run is asked about through what it gave, and then through what else it did.
void Explorer::start_at_run(const RunKey& run) {
  std::vector<std::string> outputs = history_->output_names(run);
  bool through_outputs = !outputs.empty() && limits_.down == 0;
  if (through_outputs) {
    for (const std::string& name : outputs) start_at_output(run, name);
    rest_of_ = run;
  } else {
    for (const std::string& node : history_->node_names(run)) start_at_execution(run, {node, -1});
  }
  run_vertex(run);
}

void Explorer::start_at_version(const VersionVertex& version) {
  project_ = version.project;
  domain_ = version.domain;
  VertexId id = version_vertex(version);
  add_registrations(id, 0);
  root(id);
}

// Whether there was more: nodes that nothing found so far has come from.
bool Explorer::start_with_rest(const RunKey& run) {
  if (graph_.truncated()) return false;  // what was not reached may lie beyond the bounds
  know_makers(up_seen_);
  bool found = false;
  for (const std::string& node : history_->node_names(run)) {
    std::vector<std::int64_t> rest;
    for (const NodeRow& row : history_->rows(run, node))
      if (row.state != "skipped" && !knows_maker(row)) rest.push_back(row.element);
    if (rest.empty()) continue;
    root(execution_vertex(run, node, Elements(std::move(rest))));
    found = true;
  }
  return found;
}

// Executions that have been followed, by run and node.
void Explorer::know_makers(const std::vector<bool>& seen) {
  for (; makers_known_ < graph_.vertices().size(); ++makers_known_) {
    const auto* execution = std::get_if<ExecutionVertex>(&graph_.vertices()[makers_known_]);
    if (execution != nullptr && makers_known_ < seen.size() && seen[makers_known_])
      makers_[cat(execution->run.id.view(), execution->node)].push_back(makers_known_);
  }
}

bool Explorer::knows_maker(const NodeRow& row) const {
  auto found = makers_.find(cat(row.producer.id.view(), row.made_by.node));
  return found != makers_.end() && std::any_of(found->second.begin(), found->second.end(), [&](VertexId id) {
           return std::get<ExecutionVertex>(graph_.vertices()[id]).elements.contains(row.made_by.element);
         });
}

Graph Explorer::walk() {
  do {
    while (!up_queue_.empty()) {
      Step step = up_queue_.front();
      up_queue_.pop_front();
      up(step);
    }
  } while (rest_of_ && start_with_rest(*std::exchange(rest_of_, std::nullopt)));
  makers_.clear();
  makers_known_ = 0;
  do {
    while (!down_queue_.empty()) {
      Step step = down_queue_.front();
      down_queue_.pop_front();
      down(step);
    }
  } while (down_from_reuses());
  if (graph_.vertices().size() <= limits_.vertices) return std::move(graph_);
  graph_.cut(Bound::vertices);
  std::vector<VertexId> first(limits_.vertices);
  std::iota(first.begin(), first.end(), VertexId{0});
  return subgraph(std::move(graph_), first);
}

}  // namespace wf
