#include "core/lineage/wiring.hpp"

#include <optional>
#include <utility>

#include "core/base/text.hpp"
#include "core/registry/edges.hpp"

namespace wf {

namespace {

using Items = std::vector<Elements>;

Items without_first(const Items& items) {
  return items.empty() ? items : Items(items.begin() + 1, items.end());
}

Items behind(Elements first, const Items& items) {
  Items all{std::move(first)};
  all.insert(all.end(), items.begin(), items.end());
  return all;
}

bool takes(const Items& items, std::int64_t element) {
  return element < 0 || items.empty() || items.front().contains(element);
}

Items inside(const Items& items, std::int64_t element) { return element < 0 ? items : without_first(items); }

// Of a list and of one place in it, -1 being all: the items there, nullopt where they are elsewhere.
std::optional<Items> at_place(const Items& items, std::int64_t place) {
  if (!takes(items, place)) return std::nullopt;
  return inside(items, place);
}

// And back: the items of one thing as those of the list in which it has the place.
Items from_place(Items items, std::int64_t place) {
  return place < 0 ? items : behind(Elements(place), items);
}

}  // namespace

std::string_view Wire::word() const {
  if (fed == End::output) return "output";
  if (fed == End::definition) return k_definition_output;
  return fed == End::condition ? "condition" : "input";
}

// Of a node with cases those of the chosen one too.
void Wiring::each_feed(const std::string& frame, const std::string& node,
                       const std::function<void(const Feed&)>& visit) {
  const Digest& version = history_->version_of(run_, frame);
  for (const Feed& feed : history_->feeds_into(version, node)) visit(feed);
  if (auto chosen = history_->choice(run_, joined_path(frame, node)))
    for (const Feed& feed : history_->feeds_into(version, case_name(node, *chosen))) visit(feed);
}

// Whether a dynamic task has emitted what is at work in a frame: then it has run itself where the frame is.
bool Wiring::is_emitted(const std::string& frame) {
  FramePath place = frame_path(frame);
  const Node* node = history_->node(run_, joined_path(place.parent, place.node));
  return node != nullptr && used_workflow(*node) == nullptr;
}

// Whether an input of what was emitted has its own default there: the task that emitted it has no such input.
bool Wiring::is_default(const std::string& frame, const std::string& input) {
  if (!is_emitted(frame)) return false;
  FramePath place = frame_path(frame);
  const Workflow& around = history_->workflow(history_->version_of(run_, place.parent));
  const Node* node = history_->node(run_, joined_path(place.parent, place.node));
  return find_port(task_of(around, *node)->inputs, input) == nullptr;
}

// All that is in a frame, what emits in it included, but not what is emitted there.
void Wiring::each_inside(const std::string& frame, Wire::End fed, const Visit& visit) {
  for (const Node& node : history_->workflow(history_->version_of(run_, frame)).nodes) {
    std::string path = joined_path(frame, node.name);
    const std::vector<FrameRow>& frames = history_->frames(run_, frame, node.name);
    bool runs_itself = frames.empty() || is_emitted(frames.front().path);
    if (runs_itself) visit({{}, path, {}, {}, fed});
    for (const FrameRow& one : frames) {
      if (!runs_itself) each_inside(one.path, fed, visit);
    }
  }
}

// Of the nodes that run the workflows around: what is in them has run on these conditions too.
void Wiring::follow_conditions(const std::string& frame, const Visit& visit) {
  for (std::string at = frame; !at.empty();) {
    FramePath place = frame_path(at);
    // A dynamic task has been asked itself.
    if (!is_emitted(at))
      each_feed(place.parent, place.node, [&](const Feed& feed) {
        Wire wire{feed.input, {}, {}, {}, Wire::End::condition};
        if (feed.mode == "when") follow(place.parent, feed, {}, wire, visit);
      });
    at = place.parent;
  }
}

void Wiring::each_source(const std::string& node, const Elements& elements, const Visit& visit) {
  auto [frame, name] = split_path(node);
  if (!name.empty() && !frame.empty()) visit_emitter(frame, {{}, {}, {}, {}, Wire::End::definition}, visit);
  if (!history_->has_frame(run_, frame)) return;
  if (!name.empty()) follow_conditions(frame, visit);
  each_feed(frame, name, [&, frame = frame, outputs = node.empty()](const Feed& feed) {
    Items items;
    if (feed.mode == "map" && !elements.plain()) items.push_back(elements);
    Wire::End fed = feed.mode == "when" ? Wire::End::condition : Wire::End::input;
    Wire wire{feed.input, {}, {}, {}, outputs ? Wire::End::output : fed};
    follow(frame, feed, items, wire, visit);
  });
}

// `items` are of what the feed leads to.
void Wiring::follow(const std::string& frame, const Feed& feed, const Items& items, const Wire& wire,
                    const Visit& visit) {
  if (auto given = at_place(items, feed.item))
    trace_up(frame, {feed.source, feed.output}, from_place(std::move(*given), feed.part), wire, visit);
}

void Wiring::trace_up(const std::string& frame, const Source& source, const Items& items, Wire wire,
                      const Visit& visit) {
  if (source.node.empty() && !frame.empty()) {
    FramePath place = frame_path(frame);
    bool given = false;
    each_feed(place.parent, place.node, [&](const Feed& feed) {
      if (feed.input != source.output) return;
      given = true;
      bool apart = feed.mode == "map" && place.element >= 0;
      follow(place.parent, feed, apart ? behind(Elements(place.element), items) : items, wire, visit);
    });
    if (!given && is_default(frame, source.output)) visit_emitter(frame, wire, visit);
    return;
  }
  const std::vector<FrameRow>& frames = history_->frames(run_, frame, source.node);
  for (const FrameRow& one : frames) {
    if (!takes(items, one.element)) continue;
    bool given = false;
    for (const Feed& feed : history_->feeds_into(one.version, "")) {
      if (feed.input != source.output) continue;
      given = true;
      follow(one.path, feed, inside(items, one.element), wire, visit);
    }
    if (!given) visit_emitter(one.path, wire, visit);  // a literal of what was emitted
  }
  if (!frames.empty()) return;
  wire.node = joined_path(frame, source.node);
  wire.name = source.output;
  wire.items = items;
  visit(wire);
}

// The dynamic task that has emitted what is at work in a frame or, where none has, in those around it.
void Wiring::visit_emitter(const std::string& frame, const Wire& fed, const Visit& visit) {
  for (std::string at = frame; !at.empty();) {
    FramePath place = frame_path(at);
    if (is_emitted(at)) {
      Items items;
      if (place.element >= 0) items.push_back(Elements(place.element));
      Wire wire = fed;
      wire.node = joined_path(place.parent, place.node);
      wire.name = k_definition_output;
      wire.items = items;
      return visit(wire);
    }
    at = place.parent;
  }
}

void Wiring::each_user(const std::string& node, const std::string& output, const Elements& elements,
                       const Visit& visit) {
  auto [frame, name] = split_path(node);
  if (!history_->has_frame(run_, frame)) return;
  for (const FrameRow& one : history_->frames(run_, frame, name)) {
    if (output != k_definition_output || !elements.contains(one.element)) continue;
    each_inside(one.path, Wire::End::definition, visit);
    // What it says itself: defaults, and outputs that refer to nothing.
    const Workflow& emitted = history_->workflow(one.version);
    for (const Port& input : emitted.inputs)
      if (is_default(one.path, input.name)) trace_down(one.path, {}, input.name, {}, visit);
    for (const WorkflowOutput& given : emitted.outputs) {
      bool refers = false;
      each_reference(given.binding, [&](const Reference&) { refers = true; });
      Items items;
      if (one.element >= 0) items.push_back(Elements(one.element));
      if (!refers) trace_down(frame, name, given.name, items, visit);
    }
  }
  Items items;
  if (!elements.plain()) items.push_back(elements);
  trace_down(frame, name, output, items, visit);
}

void Wiring::trace_down(const std::string& frame, const std::string& source, const std::string& output,
                        const Items& items, const Visit& visit) {
  for (const Feed& feed : history_->feeds_from(history_->version_of(run_, frame), source, output))
    if (auto taken = at_place(items, feed.part))
      trace_feed(frame, feed, from_place(std::move(*taken), feed.item), visit);
}

void Wiring::trace_feed(const std::string& frame, const Feed& feed, const Items& items, const Visit& visit) {
  if (feed.node.empty()) {
    if (frame.empty()) return visit({feed.input, {}, feed.input, items, Wire::End::output});
    FramePath place = frame_path(frame);
    return trace_down(place.parent, place.node, feed.input,
                      place.element < 0 ? items : behind(Elements(place.element), items), visit);
  }
  // One of the cases of a node; the others took nothing.
  std::string node = feed.node.substr(0, feed.node.find('?'));
  auto chosen = history_->choice(run_, joined_path(frame, node));
  if (node != feed.node && (!chosen || case_name(node, *chosen) != feed.node)) return;
  const std::vector<FrameRow>& frames = history_->frames(run_, frame, node);
  bool apart = feed.mode == "map";
  bool condition = feed.mode == "when";
  bool runs_itself = frames.empty() || is_emitted(frames.front().path);
  for (const FrameRow& one : frames) {
    if (condition && !runs_itself) each_inside(one.path, Wire::End::condition, visit);
    if (!condition && (!apart || takes(items, one.element)))
      trace_down(one.path, {}, feed.input, apart ? inside(items, one.element) : items, visit);
  }
  if (runs_itself)
    visit({feed.input, joined_path(frame, node), feed.input, apart ? items : Items(),
           condition ? Wire::End::condition : Wire::End::input});
}

}  // namespace wf
