// What feeds what inside a run, the workflows that its nodes run taken apart: at the ends of a wire there are
// nodes that run tasks, and the run's own inputs and outputs.
#pragma once
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "core/lineage/history.hpp"

namespace wf {

struct Wire {
  std::string input;  // at the end that is fed: the input of a node, or the run's output
  std::string node;   // at the other end; "" for the run itself
  std::string name;   // there: an output of the node, or of the run its input upstream and its output downstream
  // Upstream, what of the other end's value is taken; downstream, where in the run's output the source is, or
  // which elements of the node take it. What a mapped node gives is a list of what its elements do. Empty:
  // all.
  ValuePlace place;
  // Of a node; of the run; of the condition of a node, or of one that runs the workflow it is in; the node
  // itself, which stands in a definition that the other end has emitted.
  enum class End : std::uint8_t { input, output, condition, definition } fed = End::input;
  // Upstream, where in the input it goes; empty: it is all of it, or may be anywhere in it.
  ValuePlace at = {};
  std::string_view word() const;
};

class Wiring {
 public:
  using Visit = std::function<void(const Wire&)>;
  Wiring(History& history, RunKey run) : history_(&history), run_(std::move(run)) {}

  // What these elements of a node are given; of the run's outputs where `node` is "".
  void each_source(const std::string& node, const Elements& elements, const Visit& visit);
  // What is given what is at a place of the run's output `output`.
  void each_source_of_output(const std::string& output, const ValuePlace& place, const Visit& visit);
  // What is given what is at a place of an output of these elements of a node; of an input of the run where
  // `node` is "".
  void each_user(const std::string& node, const std::string& output, const Elements& elements,
                 const ValuePlace& place, const Visit& visit);

 private:
  struct Source {
    std::string node;
    std::string output;
  };
  void each_feed(const std::string& frame, const std::string& node,
                 const std::function<void(const Feed&)>& visit);
  bool is_emitted(const std::string& frame);
  bool is_default(const std::string& frame, const std::string& input);
  void each_inside(const std::string& frame, Wire::End fed, const Visit& visit);
  void follow_conditions(const std::string& frame, const Visit& visit);
  void visit_emitter(const std::string& frame, const Wire& fed, const Visit& visit);
  // Which items of the lists that a node is mapped over its elements take, and back.
  ValuePlace items_of(const std::string& frame, const std::string& node, const Feed& feed,
                      const Elements& elements);
  ValuePlace elements_with(const std::string& frame, const std::string& node, const Feed& feed,
                           const ValuePlace& items);
  void follow(const std::string& frame, const Feed& feed, const ValuePlace& place, const Wire& wire,
              const Visit& visit);
  void trace_up(const std::string& frame, const Source& source, const ValuePlace& place, Wire wire,
                const Visit& visit);
  void trace_down(const std::string& frame, const std::string& source, const std::string& output,
                  const ValuePlace& place, const Visit& visit);
  void trace_feed(const std::string& frame, const Feed& feed, const ValuePlace& place, const Visit& visit);

  History* history_;
  RunKey run_;
};

}  // namespace wf
