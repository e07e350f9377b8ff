#include "core/base/text.hpp"
#include "core/definition/draft.hpp"
#include "core/definition/name.hpp"

namespace wf {

namespace {

// What a node, a case or a hook runs: one thing.
class RunsReader {
 public:
  RunsReader(Decoder& decoder, const FindUsed& find_used, Draft& draft)
      : decoder_(decoder), find_used_(find_used), draft_(draft) {}

  void read(Node& node, NodeDraft& node_draft, std::initializer_list<std::string_view> choices) {
    const NodeKeys& keys = node_draft.keys;
    std::vector<std::pair<std::string_view, YamlId>> given;
    for (auto [name, at] : {std::pair<std::string_view, YamlId>{"task", keys.task},
                            {"workflow", keys.workflow},
                            {"switch", keys.cases},
                            {"gate", keys.gate},
                            {"fail", keys.fail}}) {
      if (at != k_no_yaml) given.emplace_back(name, at);
    }
    if (given.empty()) return report_nothing(node, node_draft.key, choices);
    if (given.size() > 1) report_two(node, given[0], given[1]);
    if (keys.task != k_no_yaml) return find_task(keys.task, node, node_draft);
    if (keys.workflow != k_no_yaml) node.used = find_used_(Use::workflow, keys.workflow);
    if (keys.cases != k_no_yaml) read_cases(node, node_draft);
    if (keys.gate != k_no_yaml) {
      read_gate(decoder_, keys.gate, node, node_draft);
      refuse_inputs(node, node_draft, "waits and takes no inputs", "put what it needs to know into 'approve'");
    }
    if (keys.fail != k_no_yaml) read_message(keys.fail, node.fail.emplace());
  }

 private:
  // Told as it stands.
  void read_message(YamlId at, std::string& message) {
    if (!decoder_.expect_text(at, message, "the message")) return;
    if (message.empty()) bad(at, "an empty message tells nobody why", "say what does not fit");
    if (message.find("$(") == std::string::npos) return;
    bad(at, "a message takes no references: it is told as it stands", "leave '$(…)' out, or run a task that fails and says it");
  }

  void find_task(YamlId at, Node& node, NodeDraft& node_draft) {
    std::string name;
    if (!decoder_.expect_text(at, name, "the name of a task")) return;
    if (is_version_reference(name)) {
      node.used = find_used_(Use::task, at);
      return;
    }
    auto found = draft_.task_index.find(name);
    if (found == draft_.task_index.end()) return find_outer_task(at, name, node);
    node.task = std::move(name);
    node_draft.task = found->second;
    draft_.tasks[found->second].used = true;
  }

  void find_outer_task(YamlId at, const std::string& name, Node& node) const {
    auto used = draft_.outer ? use_task(*draft_.outer, name) : std::nullopt;
    if (used) {
      node.used = std::make_shared<const UsedVersion>(std::move(*used));
      return;
    }
    const std::vector<Task>& own = draft_.workflow.tasks;
    const std::vector<Task> none;
    const std::vector<Task>& outer = draft_.outer ? draft_.outer->workflow->tasks : none;
    decoder_.error_unknown(at, codes::k_unknown_task, cat("there is no task '", name, "'"), own.size() + outer.size(),
                           [&] {
                             std::vector<std::string> known = names_of(own);
                             for (const Task& task : outer) known.push_back(task.name);
                             return known;
                           });
  }

  void report_nothing(const Node& node, YamlId at, std::initializer_list<std::string_view> choices) {
    decoder_.error(at, {codes::k_runs_nothing,
                        cat("node '", node.name, "' has neither ", join_or(choices)),
                        {},
                        "say what it runs: 'task: NAME', or 'workflow: FILE'"});
  }

  static std::string join_or(std::initializer_list<std::string_view> choices) {
    std::string out;
    for (auto one = choices.begin(); one != choices.end(); ++one)
      out += cat(one == choices.begin() ? "" : one + 1 == choices.end() ? " nor " : ", ", "'", *one, "'");
    return out;
  }

  void report_two(const Node& node, const std::pair<std::string_view, YamlId>& one,
                  const std::pair<std::string_view, YamlId>& other) {
    decoder_.error(other.second, {codes::k_runs_two,
                                  cat("node '", node.name, "' has both '", one.first, "' and '", other.first, "'"),
                                  {},
                                  "keep one of them; the other can be a node of its own",
                                  {decoder_.note(one.second, cat("the ", one.first))}});
  }

  void read_cases(Node& node, NodeDraft& node_draft) {
    YamlId at = node_draft.keys.cases;
    if (!decoder_.expect(at, YamlKind::sequence, "a list of cases, the last one without 'when'")) return;
    std::size_t count = decoder_.tree[at].count;
    if (count < 2) bad(at, cat("a switch of ", count, count == 1 ? " case" : " cases"), "it needs two or more");
    node.cases.reserve(count);
    node_draft.cases.reserve(count);
    decoder_.tree.each_item(at, [&](YamlId item) { read_case(item, node, node_draft); });
    check_total(node_draft);
    refuse_inputs(node, node_draft, "chooses among cases and takes no inputs of its own",
                  node_draft.mapped ? "put the switch into a workflow of its own, and map over that"
                                    : "put 'with' into each case");
  }

  void refuse_inputs(const Node& node, const NodeDraft& node_draft, std::string_view what, std::string hint) {
    if (!node_draft.mapped && node_draft.keys.with == k_no_yaml) return;
    decoder_.error(node_draft.mapped ? node_draft.keys.map : node_draft.keys.with,
                   {codes::k_switch_inputs, cat("node '", node.name, "' ", what), {}, std::move(hint)});
  }

  void read_case(YamlId item, Node& node, NodeDraft& node_draft) {
    Node& one = node.cases.emplace_back();
    NodeDraft& draft = node_draft.cases.emplace_back();
    one.name = node.name;
    draft.key = item;
    if (!decoder_.expect(item, YamlKind::mapping, "a mapping with when, and task or workflow")) return;
    decode_record(decoder_, item, case_record(), draft.keys);
    read(one, draft, {"task", "workflow", "fail"});
  }

  // Every case but the last has a condition, and only the last may fail.
  void check_total(const NodeDraft& node_draft) {
    for (std::size_t i = 0; i < node_draft.cases.size(); ++i) {
      const NodeKeys& keys = node_draft.cases[i].keys;
      bool last = i + 1 == node_draft.cases.size();
      if (last && keys.when != k_no_yaml)
        bad(keys.when, "the last case has a condition, so that none may fit",
            "add a last case without 'when': what else is run, or 'fail: MESSAGE'");
      if (!last && keys.when == k_no_yaml)
        bad(node_draft.cases[i].key, "a case before the last one has no condition: the later ones are never run",
            "give it a 'when', or make it the last");
      if (!last && keys.fail != k_no_yaml)
        bad(keys.fail, "a case before the last one fails: only the last may, where none fits",
            "turn the conditions round, or run a task that fails");
    }
  }

  void bad(YamlId at, std::string message, std::string hint) {
    decoder_.error(at, {codes::k_bad_switch, std::move(message), {}, std::move(hint)});
  }

  Decoder& decoder_;
  const FindUsed& find_used_;
  Draft& draft_;
};

}  // namespace

void read_runs(Decoder& decoder, const FindUsed& find_used, Draft& draft, Node& node, NodeDraft& node_draft,
               std::initializer_list<std::string_view> choices) {
  RunsReader(decoder, find_used, draft).read(node, node_draft, choices);
}

}  // namespace wf
