#include <algorithm>
#include <span>

#include "core/base/text.hpp"
#include "core/definition/bindings.hpp"
#include "core/definition/constants.hpp"
#include "core/definition/constraints.hpp"
#include "core/definition/name.hpp"
#include "core/definition/run_size.hpp"

namespace wf {

namespace {

std::size_t place_of(const std::vector<Port>& ports, std::string_view name) {
  const Port* found = find_port(ports, name);
  return found == nullptr ? PortIndex::npos : static_cast<std::size_t>(found - ports.data());
}

// What a node with cases gives: they have to agree.
void settle_outputs(Decoder& decoder, const Draft& draft, Node& node, NodeDraft& node_draft) {
  if (node.cases.empty()) return;
  node_draft.gives_unknown = true;
  for (std::size_t i = 0; i < node.cases.size(); ++i) {
    const NodeDraft& one = node_draft.cases[i];
    if (!draft.interface_of(node.cases[i], one)) return;
    const std::vector<PortDraft>* ports = one.task < draft.tasks.size() ? &draft.tasks[one.task].outputs : nullptr;
    bool typed = ports == nullptr || std::all_of(ports->begin(), ports->end(), [](const PortDraft& p) { return p.typed; });
    if (!typed) return;
  }
  std::pair<Port, Port> conflict;
  auto outputs = outputs_of_cases(draft.workflow, node, &conflict);
  if (outputs) {
    node.outputs = std::move(*outputs);
    node_draft.gives_unknown = false;
    return;
  }
  decoder.error(node_draft.keys.cases,
                {codes::k_case_types,
                 cat("the cases of node '", node.name, "' give '", conflict.first.name, "' different types: ",
                     conflict.first.type.text(), " and ", conflict.second.type.text()),
                 {},
                 "give both the same type, or one of them another name"});
}

// Only a task is tried. A workflow is run once: all its time is that of this one attempt.
void read_node_attempts(Decoder& decoder, Node& node, const NodeDraft& node_draft) {
  NodeKeys keys = node_draft.keys;
  if (keys.task == k_no_yaml && keys.workflow != k_no_yaml && keys.timeout != k_no_yaml) {
    AttemptPolicy whole;
    whole.total_timeout_ns = read_duration(decoder, keys.timeout, 1, codes::k_bad_attempts);
    node.attempts = std::make_shared<const AttemptPolicy>(std::move(whole));
    keys.timeout = k_no_yaml;
  } else {
    node.attempts = read_attempts(decoder, keys);
  }
  if (keys.task != k_no_yaml) return;
  for (YamlId at : keys.all()) {
    if (at == k_no_yaml) continue;
    decoder.error(at, {codes::k_no_attempts, cat("node '", node.name, "' runs no task that could be tried"),
                       {},
                       "say it at the tasks: those of a workflow, and those of cases, keep what they say"});
    return;
  }
}

void read_after(Decoder& decoder, Draft& draft, std::size_t index) {
  YamlId at = draft.nodes[index].keys.after;
  if (at == k_no_yaml || !decoder.expect(at, YamlKind::sequence, "a list of names of nodes")) return;
  std::vector<std::string>& after = draft.workflow.nodes[index].after;
  decoder.tree.each_item(at, [&](YamlId item) {
    std::string name;
    if (!decoder.expect_text(item, name, "the name of a node")) return;
    auto found = draft.node_index.find(name);
    if (found == draft.node_index.end()) {
      const std::vector<Node>& nodes = draft.workflow.nodes;
      decoder.error_unknown(item, codes::k_unknown_reference, cat("there is no node '", name, "'"), nodes.size(),
                            [&] { return names_of(nodes); });
      return;
    }
    draft.edges.push_back({index, found->second, item});
    after.push_back(std::move(name));
  });
  std::sort(after.begin(), after.end());
  after.erase(std::unique(after.begin(), after.end()), after.end());
}

// Reads `with` and `map` of one node against the inputs of what it runs.
class NodeBinder {
 public:
  // `node` is the one at `index`, or a case of it.
  NodeBinder(Decoder& decoder, Draft& draft, std::size_t index, Node& node, NodeDraft& node_draft)
      : decoder_(decoder),
        draft_(draft),
        reader_(decoder, draft),
        index_(index),
        node_(node),
        draft_node_(node_draft) {}

  void bind() {
    runs_ = draft_.interface_of(node_, draft_node_);
    if (runs_) bound_.assign(runs_->inputs->size(), k_no_yaml);
    read(draft_node_.keys.with, Form::with, node_.with);
    read(draft_node_.keys.map, Form::map, node_.map);
    if (draft_node_.keys.when != k_no_yaml) node_.when = reader_.read_condition(draft_node_.keys.when, index_);
    for (std::size_t i = 0; i < node_.cases.size(); ++i)
      NodeBinder(decoder_, draft_, index_, node_.cases[i], draft_node_.cases[i]).bind();
    check_lengths();
    if (runs_) check_all_bound();
  }

 private:
  enum class Form { with, map };

  void read(YamlId mapping, Form form, std::vector<std::pair<std::string, Binding>>& out) {
    if (mapping == k_no_yaml || decoder_.tree.kind(mapping) == YamlKind::null) return;
    if (!decoder_.expect(mapping, YamlKind::mapping,
                         "a mapping from inputs to what they are given"))
      return;
    out.reserve(decoder_.tree[mapping].count / 2);
    decoder_.tree.each_member(mapping, [&](YamlId key, YamlId value) {
      if (!decoder_.tree.is_scalar(key)) return;
      std::string name(decoder_.tree.text(key));
      auto binding = read_one(key, value, form, name);
      if (binding) out.emplace_back(std::move(name), std::move(*binding));
    });
  }

  std::optional<Binding> read_one(YamlId key, YamlId value, Form form, const std::string& name) {
    if (!runs_) return reader_.read_input(value, nullptr, index_, name);
    std::size_t i = runs_->find_input(name);
    if (i == PortIndex::npos) {
      report_unknown_input(key, name);
      return std::nullopt;
    }
    if (bound_[i] != k_no_yaml) {
      // A second time in one mapping is a duplicate key, which has been reported.
      if (form == Form::map) report_bound_twice(key, name, bound_[i]);
      return std::nullopt;
    }
    bound_[i] = key;
    std::string what = cat("input '", name, "' of ", runs_->what());
    const Port& port = (*runs_->inputs)[i];
    const Type* declared = runs_->input_typed(i) ? &port.type : nullptr;
    bool whole = form == Form::with || declared == nullptr;
    auto binding =
        whole ? reader_.read_input(value, declared, index_, what) : read_mapped(value, *declared, what);
    if (binding && declared != nullptr && port.limits.any()) check_allowed(value, port, form, *binding);
    if (binding && declared != nullptr && runs_->kind == "task") check_handed(value, port, form, *binding);
    return binding;
  }

  // What is known before any run.
  void check_allowed(YamlId at, const Port& port, Form form, const Binding& binding) {
    const auto* list = form == Form::map ? std::get_if<BindingList>(&binding.value) : nullptr;
    if (list != nullptr) {
      for (const Binding& item : list->items) check_allowed(at, port, Form::with, item);
      return;
    }
    auto found = constant_of(binding, form == Form::map ? Type::list(port.type) : port.type);
    const Json* constant = found ? std::get_if<Json>(&*found) : nullptr;
    if (constant == nullptr) return;
    bool each = form == Form::map && constant->is_array();
    std::span<const Json> values =
        each ? std::span<const Json>(constant->as_array()) : std::span(constant, 1);
    for (const Json& value : values) {
      if (auto broken = violation(port, value))
        decoder_.error(at, {codes::k_constraint_broken,
                            cat("input '", port.name, "' of ", runs_->what(), ": ", broken->message)});
    }
  }

  // What no task can be given in a variable, or in a folder.
  void check_handed(YamlId at, const Port& port, Form form, const Binding& binding) {
    const Type& type = without_optional(port.type);
    const auto* literal = std::get_if<Json>(&binding.value);
    const auto* members = std::get_if<BindingMap>(&binding.value);
    if (literal != nullptr && type.is_scalar()) {
      bool listed = form == Form::map && literal->is_array();
      for (const Json& one : listed ? std::span<const Json>(literal->as_array()) : std::span(literal, 1))
        check_variable(at, port, one);
    }
    if (members == nullptr || form == Form::map || !type.is_content_collection()) return;
    for (const BindingMember& member : members->members) {
      if (!is_staged_name(member.name))
        decoder_.error(at, {codes::k_bad_staged_name,
                            cat("the key '", member.name, "' cannot name a file that a task is given"),
                            "letters, digits, '.', '_' and '-', at most 200, not '.' or '..'"});
    }
  }

  void check_variable(YamlId at, const Port& port, const Json& value) {
    if (!value.is_string()) return;
    const std::string& text = value.as_string();
    if (text.size() <= k_most_variable_bytes && text.find('\0') == std::string::npos) return;
    bool long_one = text.size() > k_most_variable_bytes;
    decoder_.error(at, {codes::k_bad_value,
                        cat("input '", port.name, "' of ", runs_->what(), ": ",
                            long_one ? cat("its text has ", text.size(), " bytes, and ",
                                           k_most_variable_bytes, " fit an environment variable")
                                     : "its text contains a NUL byte"),
                        {},
                        "declare it as json or file"});
  }

  std::optional<Binding> read_mapped(YamlId value, const Type& declared, const std::string& what) {
    bool written_out =
        decoder_.tree.kind(value) == YamlKind::mapping || decoder_.tree.kind(value) == YamlKind::null;
    bool literal =
        decoder_.tree.is_scalar(value) && decoder_.tree.text(value).find('$') == std::string_view::npos;
    if (written_out || literal) {
      decoder_.error(value,
                     {codes::k_map_needs_list,
                      cat(what, " is under 'map' and is given ", kind_name(decoder_.tree.kind(value))),
                      "a list, one element for each time that it runs", "put single values under 'with'"});
      return std::nullopt;
    }
    Type list = Type::list(declared);
    return reader_.read_input(value, &list, index_, cat(what, " (under 'map', one element each)"));
  }

  void report_unknown_input(YamlId key, const std::string& name) {
    decoder_.error_unknown(key, codes::k_unknown_input, cat(runs_->what(), " has no input '", name, "'"),
                           runs_->inputs->size(), [&] { return names_of(*runs_->inputs); });
  }

  void report_bound_twice(YamlId key, const std::string& name, YamlId first) {
    decoder_.error(key, {codes::k_bound_twice,
                         cat("input '", name, "' is bound under both 'with' and 'map'"),
                         {},
                         "keep one of them",
                         {decoder_.note(first, "first bound here")}});
  }

  struct MappedList {
    YamlMember at;
    std::int64_t length;
  };

  // Those under `map` whose length is the same in every run.
  std::vector<MappedList> known_lists() const {
    std::vector<MappedList> lists;
    decoder_.tree.each_member(draft_node_.keys.map, [&](YamlId key, YamlId value) {
      if (!decoder_.tree.is_scalar(key)) return;
      const Binding* binding = find_binding(node_.map, decoder_.tree.text(key));
      auto length = binding == nullptr ? std::nullopt : length_of(*binding);
      if (decoder_.tree.kind(value) == YamlKind::sequence) length = decoder_.tree[value].count;
      if (length) lists.push_back({{key, value}, *length});
    });
    return lists;
  }

  // Such that differ in length, are too short or too long, would fail every run.
  void check_lengths() {
    if (!draft_node_.mapped) return;
    const std::vector<MappedList> lists = known_lists();
    if (lists.empty()) return;
    bool product = node_.each.combine == Each::Combine::product;
    bool all = lists.size() == decoder_.tree[draft_node_.keys.map].count / 2;
    double combined = 1;
    for (const MappedList& list : lists) {
      combined *= static_cast<double>(list.length);
      if (!product && list.length != lists.front().length) report_lengths(list, lists.front());
    }
    if (product && !all) return;
    check_amount(lists.front().at, product ? combined : static_cast<double>(lists.front().length));
  }

  void check_amount(const YamlMember& list, double elements) {
    if (elements > static_cast<double>(k_most_elements))
      decoder_.error(draft_node_.keys.map,
                     {codes::k_too_large_run,
                      cat("node '", node_.name, "' is mapped over more than ", k_most_elements, " elements"),
                      {},
                      "map over fewer, and let each do more"});
    const std::optional<std::int64_t>& needed = node_.each.min_success;
    if (!needed || static_cast<double>(*needed) <= elements) return;
    decoder_.error(draft_node_.keys.each,
                   {codes::k_bad_each,
                    cat("'min_success' asks for ", *needed, " elements that succeed, and there are ",
                        static_cast<std::int64_t>(elements)),
                    {},
                    "ask for fewer, or for a 'min_success_ratio'",
                    {decoder_.note(list.value, "the list")}});
  }

  void report_lengths(const MappedList& one, const MappedList& first) {
    auto length = [&](const MappedList& list) {
      return cat("'", decoder_.tree.text(list.at.key), "' has ", list.length);
    };
    decoder_.error(one.at.value,
                   {codes::k_unequal_map,
                    cat("the lists mapped over differ in length: ", length(first), ", ", length(one)),
                    "one element of each for each time that it runs",
                    "give lists of one length",
                    {decoder_.note(first.at.value, "the other list")}});
  }

  void check_all_bound() {
    for (std::size_t i = 0; i < bound_.size(); ++i) {
      const Port& port = (*runs_->inputs)[i];
      if (bound_[i] != k_no_yaml || port.default_value || port.type.kind() == Kind::optional) continue;
      if (!runs_->input_typed(i)) continue;
      decoder_.error(
          draft_node_.key,
          {codes::k_unbound_input,
           cat("node '", node_.name, "' gives nothing to input '", port.name,
               "' of ", runs_->what()),
           port.type.text(), cat("add '", port.name, ": …' under 'with', or give the input a default")});
    }
  }

  Decoder& decoder_;
  Draft& draft_;
  BindingReader reader_;
  std::size_t index_;
  Node& node_;
  NodeDraft& draft_node_;
  std::optional<Interface> runs_;
  std::vector<YamlId> bound_;
};

}  // namespace

std::string Interface::what() const { return cat(kind, " '", name, "'"); }

std::size_t Interface::find_input(std::string_view wanted) const {
  return task != nullptr ? task->input_index.find(wanted) : place_of(*inputs, wanted);
}

std::size_t Interface::find_output(std::string_view wanted) const {
  return task != nullptr ? task->output_index.find(wanted) : place_of(*outputs, wanted);
}

std::optional<Interface> Draft::interface_of(const Node& node, const NodeDraft& draft) const {
  static const std::vector<Port> k_none;
  if (node.used) {
    const UsedVersion& used = *node.used;
    if (used.task.empty()) return Interface{"workflow", used.name, &used.inputs, &used.outputs, nullptr};
    return Interface{"task", used.task, &used.inputs, &used.outputs, nullptr};
  }
  if (node.fail) return Interface{"case", "fail", &k_none, &k_none, nullptr};
  if (draft.gives_unknown) return std::nullopt;
  if (!node.cases.empty() || node.gate) return Interface{"node", node.name, &k_none, &node.outputs, nullptr};
  std::size_t task = draft.task;
  if (task >= tasks.size()) return std::nullopt;
  const Task& model_task = workflow.tasks[task];
  return Interface{"task", model_task.name, &model_task.inputs, &outputs_of(model_task), &tasks[task]};
}

void read_nodes(Decoder& decoder, YamlId mapping, const FindUsed& find_used, Draft& draft) {
  if (!has_members(decoder, mapping, "a node")) return;
  std::size_t count = decoder.tree[mapping].count / 2;
  draft.workflow.nodes.reserve(count + 2);
  draft.nodes.reserve(count + 2);
  draft.node_index.reserve(count);
  each_named(decoder, mapping, "a node", [&](YamlId key, YamlId value, std::string_view name) {
    draft.node_index.emplace(name, draft.nodes.size());
    Node& node = draft.workflow.nodes.emplace_back();
    NodeDraft& node_draft = draft.nodes.emplace_back();
    node.name = name;
    node_draft.key = key;
    if (hook_of(name) != Hook::none) {
      decoder.error(key, {codes::k_reserved_name,
                          cat("'", name, "' cannot name a node: it is what is run after all nodes"),
                          {},
                          cat("write it beside 'nodes', or choose another name")});
    }
    if (!decoder.expect(value, YamlKind::mapping, "a mapping with task or workflow, with, map")) return;
    decode_record(decoder, value, node_record(), node_draft.keys);
    if (node_draft.keys.description != k_no_yaml) {
      decoder.expect_text(node_draft.keys.description, node.description, "text");
    }
    YamlId map = node_draft.keys.map;
    node_draft.mapped =
        map != k_no_yaml && decoder.tree.kind(map) == YamlKind::mapping && decoder.tree[map].count > 0;
    read_runs(decoder, find_used, draft, node, node_draft, {"task", "workflow", "switch", "gate"});
    settle_outputs(decoder, draft, node, node_draft);
    read_choice(decoder, node_draft.keys.run_if, k_run_if_names, node.run_if);
    read_node_attempts(decoder, node, node_draft);
    if (node_draft.keys.each == k_no_yaml) return;
    if (!node_draft.mapped) {
      decoder.error(node_draft.keys.each,
                    {codes::k_each_without_map, "'each' stands at a node without 'map'"});
    }
    read_each(decoder, node_draft.keys.each, node.each);
  });
  for (std::size_t i = 0; i < draft.nodes.size(); ++i) read_after(decoder, draft, i);
}

void read_hook(Decoder& decoder, YamlId at, Hook hook, const FindUsed& find_used, Draft& draft) {
  if (at == k_no_yaml || !decoder.expect(at, YamlKind::mapping, "a mapping with task or workflow, with")) return;
  Node& node = draft.workflow.nodes.emplace_back();
  NodeDraft& node_draft = draft.nodes.emplace_back();
  make_hook(node, hook);
  node_draft.key = at;
  decode_record(decoder, at, hook_record(), node_draft.keys);
  if (node_draft.keys.description != k_no_yaml)
    decoder.expect_text(node_draft.keys.description, node.description, "text");
  read_runs(decoder, find_used, draft, node, node_draft, {"task", "workflow"});
}

void read_bindings(Decoder& decoder, Draft& draft) {
  for (std::size_t i = 0; i < draft.nodes.size(); ++i) {
    NodeBinder(decoder, draft, i, draft.workflow.nodes[i], draft.nodes[i]).bind();
    bind_gate(decoder, draft, i);
  }
}

void read_outputs(Decoder& decoder, YamlId mapping, Draft& draft, const std::vector<Port>& promised) {
  BindingReader reader(decoder, draft);
  each_named(decoder, mapping, "an output", [&](YamlId, YamlId value, std::string_view name) {
    auto output = reader.read_output(value, std::string(name), find_port(promised, name));
    if (output) draft.workflow.outputs.push_back(std::move(*output));
  });
}

}  // namespace wf
