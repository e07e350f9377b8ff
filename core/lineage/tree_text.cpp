#include "core/lineage/tree_text.hpp"

#include <algorithm>
#include <deque>

#include "core/base/text.hpp"
#include "core/base/time.hpp"
#include "core/lineage/fields.hpp"
#include "core/lineage/vertex_text.hpp"

namespace wf {

namespace {

using Cells = std::vector<std::string>;

constexpr std::int64_t k_day_us = 86'400'000'000;  // of UTC, which short_time() has
constexpr std::size_t k_deep = 40;  // levels

// A vertex as a child of another one.
struct Child {
  VertexId id = 0;
  std::string label;  // the input it feeds or the place it has
  std::string word;
};

class TreeWriter {
 public:
  TreeWriter(const Graph& graph, Direction direction, const std::vector<std::string>& fields)
      : graph_(&graph),
        direction_(direction),
        fields_(&fields),
        shown_(graph.vertices().size()),
        values_(graph.vertices().size()) {}

  std::string write() {
    later_.assign(graph_->roots.begin(), graph_->roots.end());
    while (!later_.empty()) {
      VertexId next = later_.front();
      later_.pop_front();
      write_root(next);
    }
    return std::move(out_);
  }

 private:
  void write_root(VertexId id);
  void write_children(VertexId id);
  std::optional<VertexId> write_level(VertexId id);  // what goes on at the same indent
  // Edges to and from what stands below it, as indexes into those of the graph.
  std::vector<std::size_t> edges_below(VertexId id) const;
  bool is_leaf(VertexId id) const { return edges_below(id).empty(); }
  std::vector<Child> children_of(VertexId id) const;
  Child child_up(const Edge& edge) const;
  // Upstream, what was made and what made it share a line: the execution behind data.
  std::optional<VertexId> maker_of(VertexId id) const;
  VertexId expanded(VertexId id) const { return maker_of(id).value_or(id); }

  const std::string& value_of(VertexId id);
  Cells cells_of(const Child& child);
  std::string how(VertexId id, const std::string& word);
  std::string ran(VertexId id, const ExecutionVertex& execution, const std::string& word) const;
  std::string with_sources(VertexId execution) const;
  std::string given(VertexId id) const;
  const RunVertex* run_of(const RunKey& key) const;

  const Graph* graph_;
  Direction direction_;
  const std::vector<std::string>* fields_;
  enum class Shown : std::uint8_t { no, here, below };
  std::vector<Shown> shown_;
  std::deque<VertexId> later_;  // each is to stand at the left edge, with what is below it
  // What a thing is, wherever it stands: a map's list is shown beside each of its elements.
  std::vector<std::optional<std::string>> values_;
  std::string out_;
  std::string indent_;  // of the children that are being written
  std::size_t level_ = 0;
  RunKey context_;      // the run that the lines above speak of
  mutable const RunVertex* last_run_ = nullptr;  // that was asked for
};

std::string how_it_ended(const std::string& state) { return state == "succeeded" ? "ran" : state; }

// "ran"; of several elements "3 elements, ran", or "3 elements: 2 ran, 1 failed,".
std::string state_text(const ExecutionVertex& execution) {
  std::string word = how_it_ended(execution.state);
  if (execution.elements.single()) return word;
  std::string count = cat(grouped(execution.elements.list().size()), " elements");
  if (execution.states.size() < 2) return cat(count, ", ", word);
  std::vector<std::string> parts;
  for (const char* state : {"succeeded", "reused", "recovered", "failed", "aborted", "running", "skipped"}) {
    auto found = execution.states.find(state);
    if (found != execution.states.end()) parts.push_back(cat(grouped(found->second), " ", how_it_ended(state)));
  }
  return cat(count, ": ", join(parts, ", "), ",");
}

std::optional<VertexId> TreeWriter::maker_of(VertexId id) const {
  if (direction_ == Direction::down) return std::nullopt;
  for (std::size_t index : graph_->edges_from(id)) {
    if (graph_->edges()[index].word == "made by") return graph_->edges()[index].to;
  }
  return std::nullopt;
}

std::vector<std::size_t> TreeWriter::edges_below(VertexId id) const {
  const VertexBody& body = graph_->vertices()[id];
  std::vector<std::size_t> below;
  if (direction_ == Direction::up || std::holds_alternative<ContentVertex>(body)) {
    for (std::size_t index : graph_->edges_from(expanded(id))) {
      const Edge& edge = graph_->edges()[index];
      // Sources are named beside what ran; they stand below it where they came from something themselves.
      const bool is_beside = edge.word == "source" && graph_->edges_from(edge.to).empty();
      if (!is_context(edge) && !is_beside) below.push_back(index);
    }
  }
  if (direction_ == Direction::up) return below;
  bool version = std::holds_alternative<VersionVertex>(body);
  for (std::size_t index : graph_->edges_to(id)) {
    const Edge& edge = graph_->edges()[index];
    // What was asked about stands above already.
    if (std::holds_alternative<ContentVertex>(graph_->vertices()[edge.from])) continue;
    bool run_of_version = version && edge.word == "of version";
    if (!is_context(edge) || run_of_version) below.push_back(index);
  }
  return below;
}

Child TreeWriter::child_up(const Edge& edge) const {
  std::string label = edge.word == "reuses" || edge.word == "recovers" ? "result of" : edge.label;
  // Where its name does not say so.
  if (!edge.item.empty() && !vertex_place(graph_->vertices()[edge.to]).ends_with(edge.item))
    label += cat(label.empty() ? "at " : "", escape_terminal(edge.item));
  return {edge.to, label, edge.word};
}

std::vector<Child> TreeWriter::children_of(VertexId id) const {
  std::vector<Child> children;
  for (std::size_t index : edges_below(id)) {
    const Edge& edge = graph_->edges()[index];
    bool feeds = edge.word.starts_with("input");
    if (edge.to == id && direction_ == Direction::down)
      children.push_back({edge.from, feeds ? cat("as ", edge.label) : std::string(), edge.word});
    else
      children.push_back(child_up(edge));
  }
  return children;
}

const RunVertex* TreeWriter::run_of(const RunKey& key) const {
  if (last_run_ != nullptr && last_run_->run == key) return last_run_;
  std::optional<VertexId> id = graph_->find(cat("run:", key.id.text()));
  return last_run_ = id ? std::get_if<RunVertex>(&graph_->vertices()[*id]) : nullptr;
}

// ", with a.py, b.py", as far as a line holds them.
std::string TreeWriter::with_sources(VertexId execution) const {
  constexpr std::size_t k_most = 3;
  std::vector<std::string> names;
  for (std::size_t index : graph_->edges_from(execution)) {
    const Edge& edge = graph_->edges()[index];
    const auto* source = std::get_if<SourceVertex>(&graph_->vertices()[edge.to]);
    if (source != nullptr && edge.word == "source") names.push_back(escape_terminal(source->path));
  }
  if (names.empty()) return {};
  std::string more = names.size() > k_most ? cat(" and ", names.size() - k_most, " more") : std::string();
  names.resize(std::min(names.size(), k_most));
  return cat(", with ", join(names, ", "), more);
}

std::string TreeWriter::ran(VertexId id, const ExecutionVertex& execution, const std::string& word) const {
  const RunVertex* run = run_of(execution.run);
  std::string when = short_time(execution.started_us);
  bool same_day = run != nullptr && execution.run == context_ &&
                  execution.started_us / k_day_us == run->created_us / k_day_us;
  std::string text = cat(state_text(execution), " ", same_day ? std::string_view(when).substr(11) : when);
  if (execution.duration_us > 0) text += cat(", ", human_duration_us(execution.duration_us));
  if (!execution.elements.single()) text += " in all";
  bool retried = execution.elements.single() && execution.attempts > 1;
  if (retried) text += cat(", attempt ", execution.attempts);
  if (run != nullptr && execution.host != run->host && !execution.host.empty()) {
    text += cat(" on ", escape_terminal(execution.host));
  }
  if (execution.run != context_) text += cat(", in ", run_short(execution.run));
  text += with_sources(id);
  // Downstream the word is of what this was given.
  if (direction_ == Direction::down) return text;
  for (std::string_view how : {"reused", "recovered"})
    if (word.ends_with(cat(", ", how))) return cat(how, ": ", text);
  return text;
}

std::string TreeWriter::given(VertexId id) const {
  const VertexBody& body = graph_->vertices()[id];
  const auto* input = std::get_if<InputVertex>(&body);
  std::string text;
  if (input != nullptr && input->given == "default") text = "the version's default";
  if (input != nullptr && input->given == "plan") text = "from the launch plan";
  if (input != nullptr && input->given == "value") text = "given";
  if (input != nullptr && input->given == "file") {
    text = input->origin ? cat("read from ", escape_terminal(*input->origin)) : "given as files";
  }
  if (input != nullptr && input->given == "reference") text = "given as a reference";
  std::optional<RunKey> run = vertex_run(body);
  if (!run || *run == context_) return text;
  const RunVertex* other = run_of(*run);
  std::string place =
      other == nullptr ? run_short(*run)
                       : cat(run_short(*run), " of ", other->workflow, ", ", short_time(other->created_us));
  return text.empty() ? place : cat(text, ", ", place);
}

std::string TreeWriter::how(VertexId id, const std::string& word) {
  const VertexBody& body = graph_->vertices()[expanded(id)];
  std::string text;
  if (const auto* execution = std::get_if<ExecutionVertex>(&body)) {
    text = ran(expanded(id), *execution, word);
  } else if (const auto* run = std::get_if<RunVertex>(&body)) {
    text = cat(run->state, ", ", short_time(run->created_us));
  } else if (!std::holds_alternative<DataVertex>(body)) {
    text = given(id);
  }
  const auto* data = std::get_if<DataVertex>(&graph_->vertices()[id]);
  if (data != nullptr && !data->published.empty()) {
    text = cat("output ", join(data->published, " and "), " · ", text);
  }
  if (word == "same bytes as" && !std::holds_alternative<DataVertex>(graph_->vertices()[id])) {
    text += " (by equal bytes)";
  } else if (word == "same bytes as" && context_ != RunKey{}) {
    text += " (by equal bytes)";
  }
  return text;
}

const std::string& TreeWriter::value_of(VertexId id) {
  std::optional<std::string>& value = values_[id];
  if (!value) value = vertex_value(graph_->vertices()[id]);
  return *value;
}

Cells TreeWriter::cells_of(const Child& child) {
  const VertexBody& body = graph_->vertices()[child.id];
  std::string what = vertex_name(body);
  std::string label = child.label;
  // The input it feeds leads a line; the place of equal bytes, and what is downstream, is led by the thing
  // itself.
  bool thing_first = direction_ == Direction::down || child.word == "same bytes as";
  if (thing_first) std::swap(what, label);
  Cells cells{label, what};
  if (fields_->empty()) {
    cells.push_back(value_of(child.id));
    cells.push_back(how(child.id, child.word));
  } else {
    for (std::string& text : field_texts(*graph_, {child.id, expanded(child.id)}, *fields_))
      cells.push_back(std::move(text));
  }
  return cells;
}

void pad(std::string& text, std::size_t width) {
  std::size_t has = display_width(text);
  if (has < width) text.append(width - has, ' ');
}

// Cells side by side, columns that are empty in all siblings left out but for what refers elsewhere.
std::string line_of(const Cells& cells, const std::vector<std::size_t>& widths) {
  std::string line;
  for (std::size_t c = 0; c < cells.size(); ++c) {
    if (widths[c] == 0 && cells[c].empty()) continue;
    if (!line.empty()) line += "  ";
    std::string cell = cells[c];
    pad(cell, widths[c]);
    line += cell;
  }
  line.erase(line.find_last_not_of(' ') + 1);
  return line;
}

void TreeWriter::write_children(VertexId id) {
  RunKey before = context_;
  for (std::optional<VertexId> at = id; at;) at = write_level(*at);
  context_ = before;
}

// A long chain would be as wide as it is long: deep down, an only child stands under its parent, and goes on
// from there; what has brothers goes on below, at the left edge.
std::optional<VertexId> TreeWriter::write_level(VertexId id) {
  std::vector<Child> children = children_of(id);
  std::vector<Cells> lines;
  std::vector<std::size_t> widths;
  for (const Child& child : children) lines.push_back(cells_of(child));
  for (const Cells& cells : lines) {
    widths.resize(cells.size());
    for (std::size_t c = 0; c < cells.size(); ++c) widths[c] = std::max(widths[c], display_width(cells[c]));
  }
  bool deep = level_ >= k_deep;
  bool straight = deep && children.size() == 1;
  for (std::size_t i = 0; i < children.size(); ++i) {
    bool last = i + 1 == children.size();
    VertexId next = expanded(children[i].id);
    Shown before = shown_[next];
    bool leaf = is_leaf(children[i].id);
    bool put_off = deep && !straight && !leaf && before == Shown::no;
    if (!leaf && before == Shown::here) lines[i].back() = "(see above)";
    if (put_off || before == Shown::below) lines[i].back() = "(see below)";
    out_ += cat(indent_, last ? "└─ " : "├─ ", line_of(lines[i], widths), "\n");
    if (before != Shown::no) continue;
    shown_[next] = put_off ? Shown::below : Shown::here;
    if (put_off) later_.push_back(children[i].id);
    if (put_off || leaf) continue;
    RunKey around = context_;
    if (std::optional<RunKey> run = vertex_run(graph_->vertices()[next])) context_ = *run;
    if (straight) return children[i].id;
    std::size_t length = indent_.size();
    indent_ += last ? "   " : "│  ";
    ++level_;
    write_children(children[i].id);
    --level_;
    indent_.resize(length);
    context_ = around;
  }
  return std::nullopt;
}

void TreeWriter::write_root(VertexId id) {
  Cells cells = cells_of({id, {}, {}});
  std::vector<std::size_t> widths;
  for (const std::string& cell : cells) widths.push_back(display_width(cell));
  VertexId next = expanded(id);
  bool repeated = shown_[next] == Shown::here && !is_leaf(id);
  if (repeated) cells.back() = "(see above)";
  out_ += line_of(cells, widths) + "\n";
  if (repeated) return;
  shown_[next] = Shown::here;
  context_ = vertex_run(graph_->vertices()[next]).value_or(RunKey{});
  write_children(id);
  context_ = {};
}

}  // namespace

std::string render_tree(const Graph& graph, Direction direction, const std::vector<std::string>& fields) {
  return TreeWriter(graph, direction, fields).write();
}

}  // namespace wf
