#include "core/lineage/wiring.hpp"

#include <optional>
#include <utility>

#include "core/base/text.hpp"
#include "core/registry/edges.hpp"

namespace wf {

namespace {

// Whether what stands at the place is, or is in, that of an element; -1: of what has no elements.
bool takes(const ValuePlace& place, std::int64_t element) {
  return element < 0 || place.empty() || place.front().items.contains(element);
}

ValuePlace inside(const ValuePlace& place, std::int64_t element) {
  return element < 0 || place.empty() ? place : ValuePlace(place.begin() + 1, place.end());
}

ValuePlace in_element(std::int64_t element, const ValuePlace& place) {
  return element < 0 ? place : behind({place_step(Elements(element))}, place);
}

ValuePlace of_elements(const Elements& elements) {
  return elements.plain() ? ValuePlace() : ValuePlace{place_step(elements)};
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
        if (feed.mode == k_feed_when) follow(place.parent, feed, {}, wire, visit);
      });
    at = place.parent;
  }
}

void Wiring::each_source(const std::string& node, const Elements& elements, const Visit& visit) {
  auto [frame, name] = split_path(node);
  if (!name.empty() && !frame.empty()) visit_emitter(frame, {{}, {}, {}, {}, Wire::End::definition}, visit);
  if (!history_->has_frame(run_, frame)) return;
  if (!name.empty()) follow_conditions(frame, visit);
  each_feed(frame, name, [&, frame = frame, name = name](const Feed& feed) {
    Wire::End fed = feed.mode == k_feed_when ? Wire::End::condition : Wire::End::input;
    Wire wire{feed.input, {}, {}, {}, name.empty() ? Wire::End::output : fed};
    if (!feed.by_element()) wire.at = feed.item;
    follow(frame, feed, items_of(frame, name, feed, elements), wire, visit);
  });
}

void Wiring::each_source_of_output(const std::string& output, const ValuePlace& place, const Visit& visit) {
  each_feed({}, {}, [&](const Feed& feed) {
    if (feed.input == output) follow({}, feed, place, {feed.input, {}, {}, {}, Wire::End::output}, visit);
  });
}

// Of what is given as a whole, or in an order that is not known, each element may take any.
ValuePlace Wiring::items_of(const std::string& frame, const std::string& node, const Feed& feed,
                            const Elements& elements) {
  if (!feed.by_element() || elements.plain()) return {};
  if (feed.mode == k_feed_map) return of_elements(elements);
  std::optional<Stride> stride = history_->stride(run_, frame, node, feed.input);
  return stride ? of_elements(stride->items_of(elements)) : ValuePlace();
}

ValuePlace Wiring::elements_with(const std::string& frame, const std::string& node, const Feed& feed,
                                 const ValuePlace& items) {
  if (!feed.by_element() || items.empty()) return {};
  if (feed.mode == k_feed_map) return {items.front()};
  std::optional<Stride> stride = history_->stride(run_, frame, node, feed.input);
  return stride ? of_elements(stride->elements_with(items.front().items)) : ValuePlace();
}

// `place` is where in what the feed gives.
void Wiring::follow(const std::string& frame, const Feed& feed, const ValuePlace& place, const Wire& wire,
                    const Visit& visit) {
  if (auto given = in_part(place, feed.item))
    trace_up(frame, {feed.source, feed.output}, feed.made ? feed.part : behind(feed.part, *given), wire,
             visit);
}

void Wiring::trace_up(const std::string& frame, const Source& source, const ValuePlace& place, Wire wire,
                      const Visit& visit) {
  if (source.node.empty() && !frame.empty()) {
    FramePath around = frame_path(frame);
    bool given = false;
    each_feed(around.parent, around.node, [&](const Feed& feed) {
      if (feed.input != source.output) return;
      given = true;
      ValuePlace item = items_of(around.parent, around.node, feed, Elements(around.element));
      bool unknown = feed.by_element() && around.element >= 0 && item.empty();
      follow(around.parent, feed, unknown ? ValuePlace() : behind(item, place), wire, visit);
    });
    if (!given && is_default(frame, source.output)) visit_emitter(frame, wire, visit);
    return;
  }
  const std::vector<FrameRow>& frames = history_->frames(run_, frame, source.node);
  for (const FrameRow& one : frames) {
    if (!takes(place, one.element)) continue;
    bool given = false;
    for (const Feed& feed : history_->feeds_into(one.version, "")) {
      if (feed.input != source.output) continue;
      given = true;
      follow(one.path, feed, inside(place, one.element), wire, visit);
    }
    if (!given) visit_emitter(one.path, wire, visit);  // a literal of what was emitted
  }
  if (!frames.empty()) return;
  wire.node = joined_path(frame, source.node);
  wire.name = source.output;
  wire.place = place;
  visit(wire);
}

// The dynamic task that has emitted what is at work in a frame or, where none has, in those around it.
void Wiring::visit_emitter(const std::string& frame, const Wire& fed, const Visit& visit) {
  for (std::string at = frame; !at.empty();) {
    FramePath place = frame_path(at);
    if (is_emitted(at)) {
      Wire wire = fed;
      wire.node = joined_path(place.parent, place.node);
      wire.name = k_definition_output;
      wire.place = of_elements(Elements(place.element));
      return visit(wire);
    }
    at = place.parent;
  }
}

void Wiring::each_user(const std::string& node, const std::string& output, const Elements& elements,
                       const ValuePlace& place, const Visit& visit) {
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
      if (!refers) trace_down(frame, name, given.name, of_elements(Elements(one.element)), visit);
    }
  }
  trace_down(frame, name, output, behind(of_elements(elements), place), visit);
}

void Wiring::trace_down(const std::string& frame, const std::string& source, const std::string& output,
                        const ValuePlace& place, const Visit& visit) {
  for (const Feed& feed : history_->feeds_from(history_->version_of(run_, frame), source, output))
    if (auto taken = in_part(place, feed.part))
      trace_feed(frame, feed, feed.made ? feed.item : behind(feed.item, *taken), visit);
}

void Wiring::trace_feed(const std::string& frame, const Feed& feed, const ValuePlace& place,
                        const Visit& visit) {
  if (feed.node.empty()) {
    if (frame.empty()) return visit({feed.input, {}, feed.input, place, Wire::End::output});
    FramePath around = frame_path(frame);
    return trace_down(around.parent, around.node, feed.input, in_element(around.element, place), visit);
  }
  // One of the cases of a node; the others took nothing.
  std::string node = feed.node.substr(0, feed.node.find('?'));
  auto chosen = history_->choice(run_, joined_path(frame, node));
  if (node != feed.node && (!chosen || case_name(node, *chosen) != feed.node)) return;
  const std::vector<FrameRow>& frames = history_->frames(run_, frame, node);
  bool condition = feed.mode == k_feed_when;
  bool runs_itself = frames.empty() || is_emitted(frames.front().path);
  ValuePlace elements = elements_with(frame, node, feed, place);
  for (const FrameRow& one : frames) {
    if (condition && !runs_itself) each_inside(one.path, Wire::End::condition, visit);
    if (!condition && takes(elements, one.element))
      trace_down(one.path, {}, feed.input, feed.by_element() ? inside(place, one.element) : place, visit);
  }
  if (runs_itself)
    visit({feed.input, joined_path(frame, node), feed.input, elements,
           condition ? Wire::End::condition : Wire::End::input});
}

}  // namespace wf
