// What the names in bindings stand for.
#include <algorithm>

#include "core/base/text.hpp"
#include "core/definition/access.hpp"
#include "core/definition/bindings.hpp"
#include "core/definition/handed_on.hpp"
#include "core/definition/lookalike.hpp"

namespace wf {

// Where the name stands, if it does in an expression; else at all of the scalar.
void BindingReader::report(YamlId at, Decoder::Fault fault) {
  if (inside_)
    decoder_.error_inside(at, inside_->offset, std::max<std::size_t>(1, inside_->length), std::move(fault));
  else
    decoder_.error(at, std::move(fault));
}

bool BindingReader::is_known(const Reference& reference) const {
  if (reference.root == "inputs") return draft_.input_index.find(reference.name) != PortIndex::npos;
  auto node = draft_.node_index.find(reference.root);
  if (node == draft_.node_index.end()) return false;
  auto runs = draft_.interface_of(draft_.workflow.nodes[node->second], draft_.nodes[node->second]);
  return runs && runs->find_output(reference.name) != PortIndex::npos;
}

// Of a text that is such a name, without '$'.
std::optional<Reference> BindingReader::known_name(YamlId at) const {
  if (!decoder_.tree.is_scalar(at)) return std::nullopt;
  auto name = parse_bare_reference(decoder_.tree.text(at));
  return name && is_known(*name) ? name : std::nullopt;
}

// What is known where the first or second word of an unknown name does not belong there: $nodes.n.y,
// $n.outputs.y, or the task of a node.
std::string BindingReader::meant_by(const Reference& reference) const {
  auto said = [](const Reference& meant) { return cat("did you mean '", meant.text(), "'?"); };
  if (draft_.task_index.contains(reference.root) && decoder_.may_look_at(draft_.workflow.nodes.size())) {
    for (const Node& node : draft_.workflow.nodes) {
      Reference meant{node.name, reference.name, reference.path};
      if (node.task == reference.root && is_known(meant))
        return cat("'", reference.root, "' is a task, and '", node.name, "' runs it: ", said(meant));
    }
  }
  if (reference.path.empty()) return {};
  const std::vector<std::string> rest(reference.path.begin() + 1, reference.path.end());
  for (const Reference& meant : {Reference{reference.root, reference.path.front(), rest},
                                 Reference{reference.name, reference.path.front(), rest}})
    if (is_known(meant)) return said(meant);
  return {};
}

// Names that are known and stay text.
void BindingReader::warn_lookalikes(YamlId at) {
  std::string_view text = decoder_.tree.text(at);
  for (const auto& [place, reference] : lookalikes(text)) {
    if (!is_known(reference)) continue;
    std::string_view written = text.substr(place.offset, place.length);
    std::string name = reference.text();
    std::string wanted = place.length == text.size() ? cat("$", name) : cat("$(", name, ")");
    decoder_.warning_inside(at, place.offset, place.length,
                            {codes::k_text_like_reference,
                             cat("'", written, "' is text here, and no reference"),
                             {},
                             cat("write ", wanted, ", or $('", written, "') where the text is meant")});
  }
}

// `$node` or `$inputs` alone, of which one was meant.
bool BindingReader::refuse_root_alone(YamlId at) {
  std::string_view text = decoder_.tree.text(at);
  std::string_view root = text.substr(std::min<std::size_t>(1, text.size()));
  auto node = draft_.node_index.find(root);
  if (!text.starts_with('$') || (root != "inputs" && node == draft_.node_index.end())) return false;
  std::optional<Interface> runs;
  if (node != draft_.node_index.end())
    runs = draft_.interface_of(draft_.workflow.nodes[node->second], draft_.nodes[node->second]);
  std::vector<std::string> names;
  for (const Port& port : root == "inputs" ? draft_.workflow.inputs
                          : runs           ? *runs->outputs
                                           : std::vector<Port>())
    names.push_back(cat(text, ".", port.name));
  Decoder::Near near = decoder_.near(text, names.size(), [&] { return names; });
  report(at, {codes::k_unknown_reference, cat("'", text, "' alone names nothing"), std::move(near.expected),
              cat("say which: ", text, ".NAME")});
  return true;
}

template <typename Named>
BindingReader::Resolved BindingReader::unknown(YamlId at, const Reference& reference,
                                               const std::vector<Named>& known, std::string hint) {
  Decoder::Near near = decoder_.near(reference.text(), known.size(), [&] {
    std::vector<std::string> names;
    for (const Named& one : known) names.push_back(cat(reference.root, ".", one.name));
    return names;
  });
  report(at,
         {codes::k_unknown_reference, cat("nothing is called '", reference.root, ".", reference.name, "'"),
          std::move(near.expected), hint.empty() ? std::move(near.hint) : std::move(hint)});
  return {};
}

BindingReader::Resolved BindingReader::resolve_input(YamlId at, const Reference& reference) {
  const std::vector<Port>& inputs = draft_.workflow.inputs;
  std::size_t i = draft_.input_index.find(reference.name);
  if (i != PortIndex::npos) {
    if (!draft_.inputs[i].typed) return {true, std::nullopt};
    return {true, inputs[i].type};
  }
  return unknown(at, reference, inputs);
}

// What a test expects of a run: that may have failed before it made anything.
BindingReader::Resolved BindingReader::resolve_output(YamlId at, const Reference& reference) {
  for (const WorkflowOutput& output : draft_.workflow.outputs)
    if (output.name == reference.name) return {true, Type::optional(output.type)};
  return unknown(at, reference, draft_.workflow.outputs);
}

BindingReader::Resolved BindingReader::resolve_node(YamlId at, const Reference& reference, std::size_t node,
                                                    const Target& target) {
  std::optional<Interface> runs = draft_.interface_of(draft_.workflow.nodes[node], draft_.nodes[node]);
  if (!runs) return {true, std::nullopt};
  std::size_t i = runs->find_output(reference.name);
  if (i == PortIndex::npos) return unknown(at, reference, *runs->outputs, meant_by(reference));
  if (!runs->output_typed(i)) return {true, std::nullopt};
  const Type& type = (*runs->outputs)[i].type;
  const Type whole = draft_.nodes[node].mapped ? mapped_type(type, draft_.workflow.nodes[node].each) : type;
  const Node* reader = target.node == no_node ? nullptr : &draft_.workflow.nodes[target.node];
  bool may_be_null = reader == nullptr && (draft_.skippable[node] || target.sees_outputs);
  return {true, seen_type(whole, may_be_null, reader)};
}

// What failed first, as on_failure and on_exit see it.
BindingReader::Resolved BindingReader::resolve_error(YamlId at, const Reference& reference,
                                                     const Target& target) {
  Hook hook = target.node == no_node ? Hook::none : draft_.workflow.nodes[target.node].hook;
  if (hook == Hook::none) {
    report(at, {codes::k_error_outside, "'error' is known only when all nodes have ended",
                "in on_failure or on_exit", "let a node with 'run_if: any_failed' look at what others gave"});
    return {};
  }
  struct Member {
    std::string_view name;
  };
  const std::vector<Member> members{{"code"}, {"message"}, {"node"}};
  bool known =
      std::any_of(members.begin(), members.end(), [&](Member one) { return one.name == reference.name; });
  if (!known) return unknown(at, reference, members);
  return {true, hook == Hook::on_failure ? Type(Kind::string) : Type::optional(Type(Kind::string))};
}

BindingReader::Resolved BindingReader::resolve(YamlId at, const Reference& reference, const Target& target) {
  Resolved whole = resolve_whole(at, reference, target);
  if (!whole.type || reference.path.empty()) return whole;
  auto inside = accessed_type(*whole.type, reference);
  if (auto* type = std::get_if<Type>(&inside)) return {true, std::move(*type)};
  auto& fault = std::get<AccessFault>(inside);
  report(at, {codes::k_bad_access, std::move(fault.message), {}, std::move(fault.hint)});
  return {};
}

BindingReader::Resolved BindingReader::resolve_whole(YamlId at, const Reference& reference,
                                                     const Target& target) {
  if (reference.root == "inputs") return resolve_input(at, reference);
  if (reference.root == "outputs" && target.sees_outputs) return resolve_output(at, reference);
  if (reference.root == "error") return resolve_error(at, reference, target);
  auto node = draft_.node_index.find(reference.root);
  if (node != draft_.node_index.end()) {
    if (target.node != no_node) draft_.edges.push_back({target.node, node->second, at});
    bool nested = false;
    bool emits = false;
    each_choice(draft_.workflow.nodes[node->second], [&](const Node& one) {
      nested = nested || runs_workflow(draft_.workflow, one);
      emits = emits || (runs_workflow(draft_.workflow, one) && used_workflow(one) == nullptr);
    });
    if (target.sees_outputs && nested) {
      report(at, {codes::k_unknown_reference,
                  cat("the outputs of '", reference.root, "' are made by nodes of the ",
                      emits ? "definition that its task emits" : "workflow that it runs"),
                  "outputs of gates and of nodes that run a task alone",
                  cat("make it an output of this workflow, and compare outputs.", reference.name)});
      return {};
    }
    return resolve_node(at, reference, node->second, target);
  }
  if (hook_of(reference.root) != Hook::none) {
    report(at, {codes::k_unknown_reference,
                cat("what ", reference.root, " gives cannot be named: it is run after all nodes"),
                "$inputs.name or $node.output",
                {}});
    return {};
  }
  Decoder::Near near = decoder_.near(reference.root, draft_.workflow.nodes.size(), [&] {
    std::vector<std::string> roots{"inputs"};
    for (const Node& one : draft_.workflow.nodes)
      if (one.hook == Hook::none) roots.push_back(one.name);
    return roots;
  });
  std::string meant = meant_by(reference);
  report(at, {codes::k_unknown_reference, cat("there is no node '", reference.root, "'"),
              "$inputs.name or $node.output", meant.empty() ? std::move(near.hint) : std::move(meant)});
  return {};
}

}  // namespace wf
