#include <algorithm>
#include <functional>

#include "core/base/text.hpp"
#include "core/definition/arguments.hpp"
#include "core/definition/constants.hpp"
#include "core/definition/draft.hpp"
#include "core/definition/image_reference.hpp"
#include "core/definition/name.hpp"

namespace wf {

namespace {

constexpr std::string_view k_an_input = "an input of the task";

// Whether a script for sh has a pipe outside quotes and comments: sh looks at the last command's status only.
bool has_pipe(std::string_view script) {
  char quote = '\0';
  char before = '\n';
  for (std::size_t at = 0; at < script.size(); ++at) {
    char c = script[at];
    if (quote == '#') {
      if (c == '\n') quote = '\0';
    } else if (quote != '\0') {
      if (c == quote) quote = '\0';
    } else if (c == '\\') {
      ++at;
    } else if (c == '"' || c == '\'' ||
               (c == '#' && std::string_view(" \t\n;").find(before) != std::string_view::npos)) {
      quote = c;
    } else if (c == '|' && before != '|' && before != '>' &&
               (at + 1 == script.size() || script[at + 1] != '|')) {
      return true;
    }
    before = c;
  }
  return false;
}

bool is_never_there(const CommandItem& item) {
  const auto* some = std::get_if<ConditionalItems>(&item.value);
  bool never = some != nullptr && constant_truth(some->condition) == false;
  return never || (some != nullptr && std::all_of(some->args.begin(), some->args.end(), is_never_there));
}

class TaskReader {
 public:
  TaskReader(Decoder& decoder, Bundle& bundle, Task& task, TaskDraft& draft)
      : decoder_(decoder), bundle_(bundle), task_(task), draft_(draft) {}

  void read(YamlId key, YamlId value) {
    draft_.key = key;
    task_.name = decoder_.tree.text(key);
    if (!decoder_.expect(value, YamlKind::mapping, "a mapping with command or script")) return;
    decode_record(decoder_, value, task_record(), keys_);
    if (keys_.description != k_no_yaml) decoder_.expect_text(keys_.description, task_.description, "text");
    read_interface();
    if (keys_.sources != k_no_yaml) task_.sources = bundle_.read_sources(keys_.sources);
    read_action();
    read_env();
    read_secrets();
    if (keys_.cache != k_no_yaml) read_cache(keys_.cache);
    task_.attempts = read_attempts(decoder_, keys_);
    if (keys_.checkpoint != k_no_yaml) decoder_.expect_bool(keys_.checkpoint, task_.checkpoint);
    task_.sandbox = read_sandbox(decoder_, keys_.sandbox);
    if (keys_.image != k_no_yaml) read_image();
    if (keys_.network != k_no_yaml) read_network();
    if (keys_.partitions != k_no_yaml) read_partitions(keys_.partitions);
  }

 private:
  void read_interface() {
    read_ports(decoder_, bundle_, keys_.inputs, PortRole::task_input, task_.inputs, draft_.inputs);
    bool dynamic = false;
    if (keys_.dynamic != k_no_yaml) decoder_.expect_bool(keys_.dynamic, dynamic);
    if (dynamic) task_.promised.emplace();
    std::vector<Port>& outputs = dynamic ? *task_.promised : task_.outputs;
    read_ports(decoder_, bundle_, keys_.outputs, PortRole::task_output, outputs, draft_.outputs);
    draft_.input_index = PortIndex(task_.inputs, draft_.inputs);
    draft_.output_index = PortIndex(outputs, draft_.outputs);
    if (dynamic)
      check_definition_name();
    else
      check_output_names();
  }

  void check_definition_name() {
    task_.outputs.push_back(definition_port());
    for (std::size_t i = 0; i < task_.promised->size(); ++i) {
      if (!(*task_.promised)[i].temporary) continue;
      decoder_.error(draft_.outputs[i].key,
                     {codes::k_bad_constraint,
                      cat("'", (*task_.promised)[i].name, "' cannot be temporary: it is made by what '", task_.name,
                          "' emits"),
                      {},
                      "say it there, of what a task makes"});
    }
    std::size_t input = draft_.input_index.find(k_definition_output);
    if (input == PortIndex::npos) return;
    decoder_.error(draft_.inputs[input].key,
                   {codes::k_input_is_output,
                    cat("'", k_definition_output, "' is what the dynamic task '", task_.name, "' writes"),
                    {},
                    "rename the input: both become variables of the same environment",
                    {decoder_.note(keys_.dynamic, "dynamic")}});
  }

  void check_output_names() {
    for (std::size_t i = 0; i < task_.outputs.size(); ++i) {
      std::size_t input = draft_.input_index.find(task_.outputs[i].name);
      if (input == PortIndex::npos) continue;
      decoder_.error(
          draft_.outputs[i].key,
          {codes::k_input_is_output,
           cat("'", task_.outputs[i].name, "' is both an input and an output of task '", task_.name, "'"),
           {},
           "rename one of them: both become variables of the same environment",
           {decoder_.note(draft_.inputs[input].key, "the input")}});
    }
  }

  void read_action() {
    bool command = keys_.command != k_no_yaml;
    bool script = keys_.script != k_no_yaml;
    if (!command && !script) {
      decoder_.error(draft_.key, {codes::k_no_command,
                                  cat("task '", task_.name, "' has neither 'command' nor 'script'"),
                                  {},
                                  "add 'command: [program, argument, …]' or 'script: |'"});
    }
    if (command && script) {
      decoder_.error(keys_.script, {codes::k_command_and_script,
                                    cat("task '", task_.name, "' has both 'command' and 'script'"),
                                    {},
                                    "keep one of them"});
    }
    if (command) read_command();
    if (script) read_script();
    if (keys_.shell != k_no_yaml) read_shell(script);
    warn_about_pipes();
  }

  void read_command() {
    if (!decoder_.expect(keys_.command, YamlKind::sequence,
                         "a list: [program, argument, …]; a shell line is 'script: …'"))
      return;
    task_.command = ArgumentReader(decoder_, task_, draft_).read_items(keys_.command);
    bool always_empty =
        !task_.command.empty() && std::all_of(task_.command.begin(), task_.command.end(), is_never_there);
    if (always_empty)
      decoder_.error(keys_.command,
                     {codes::k_no_command, "'command' is always empty: no condition in it is ever true"});
    if (decoder_.tree[keys_.command].count == 0) {
      decoder_.error(keys_.command,
                     {codes::k_no_command, "'command' is empty", "a list: [program, argument, …]"});
    }
  }

  void read_script() {
    if (!decoder_.expect_text(keys_.script, task_.script, "the text of a script")) return;
    task_.shell = {"sh", "-eu"};
    if (!trim(task_.script).empty()) return;
    decoder_.error(keys_.script, {codes::k_no_command, "'script' is empty", "the text of a script"});
  }

  void read_shell(bool script) {
    if (!script) {
      decoder_.error(keys_.shell, {codes::k_shell_without_script,
                                   "'shell' runs a 'script', and the task has none",
                                   {},
                                   "remove 'shell', or name the interpreter first in 'command'"});
    }
    if (!decoder_.expect(keys_.shell, YamlKind::sequence, "a list: [bash, -euo, pipefail]")) return;
    std::vector<std::string> shell;
    decoder_.tree.each_item(keys_.shell,
                            [&](YamlId item) { decoder_.expect_text(item, shell.emplace_back(), "text"); });
    if (shell.empty()) {
      decoder_.error(keys_.shell,
                     {codes::k_wrong_kind, "'shell' is empty", "a list: [bash, -euo, pipefail]"});
    } else if (script) {
      task_.shell = std::move(shell);
    }
  }

  void warn_about_pipes() {
    if (keys_.shell != k_no_yaml || !has_pipe(task_.script)) return;
    decoder_.warning(keys_.script, {codes::k_pipe_in_sh,
                                    "sh sees only the last command of a pipe fail",
                                    {},
                                    "add 'shell: [bash, -euo, pipefail]'"});
  }

  void read_env() {
    if (keys_.env == k_no_yaml || decoder_.tree.kind(keys_.env) == YamlKind::null) return;
    if (!decoder_.expect(keys_.env, YamlKind::mapping, "a mapping from variables to their values")) return;
    ArgumentReader reader(decoder_, task_, draft_);
    std::unordered_set<std::string_view> seen;
    decoder_.tree.each_member(keys_.env, [&](YamlId key, YamlId value) {
      if (!decoder_.tree.is_scalar(key) || !seen.insert(decoder_.tree.text(key)).second) return;
      if (!check_variable(key)) return;
      auto argument = reader.read(value, ArgumentUse::env);
      if (argument) task_.env.emplace_back(decoder_.tree.text(key), std::move(*argument));
    });
  }

  void read_secrets() {
    if (keys_.secrets == k_no_yaml || decoder_.tree.kind(keys_.secrets) == YamlKind::null) return;
    if (!decoder_.expect(keys_.secrets, YamlKind::mapping, "a mapping from variables to secrets")) return;
    std::unordered_set<std::string_view> seen;
    decoder_.tree.each_member(keys_.secrets, [&](YamlId key, YamlId value) {
      if (!decoder_.tree.is_scalar(key) || !seen.insert(decoder_.tree.text(key)).second) return;
      if (!check_variable(key) || !check_not_in_env(key)) return;
      SecretUse use{std::string(decoder_.tree.text(key)), {}, {}};
      if (read_secret(value, use)) task_.secrets.push_back(std::move(use));
    });
    std::sort(task_.secrets.begin(), task_.secrets.end(),
              [](const SecretUse& a, const SecretUse& b) { return a.variable < b.variable; });
  }

  bool check_not_in_env(YamlId key) {
    if (keys_.env == k_no_yaml) return true;
    const YamlMember other = find_member(decoder_.tree, keys_.env, decoder_.tree.text(key));
    if (other.key == k_no_yaml) return true;
    decoder_.error(key, {codes::k_bad_env_name,
                         cat("'", decoder_.tree.text(key), "' stands under 'env' too"),
                         {},
                         "keep one of them",
                         {decoder_.note(other.key, "under 'env'")}});
    return false;
  }

  bool read_secret(YamlId at, SecretUse& use) {
    SecretKeys keys;
    keys.name = at;
    if (decoder_.tree.kind(at) == YamlKind::mapping) {
      keys.name = k_no_yaml;
      decode_record(decoder_, at, secret_record(), keys);
      if (keys.name == k_no_yaml) return false;  // which has been told
    }
    if (keys.version != k_no_yaml) decoder_.expect_text(keys.version, use.version, "text");
    if (!decoder_.expect_text(keys.name, use.name, "the name of a secret")) return false;
    if (is_workflow_name(use.name)) return true;
    decoder_.error(keys.name, {codes::k_bad_secret, cat("'", use.name, "' cannot name a secret"),
                               std::string(k_workflow_name_grammar),
                               "here stands the name of a secret, never its value: 'wf secret set' says where that is"});
    return false;
  }

  bool check_variable(YamlId key) {
    std::string name(decoder_.tree.text(key));
    std::string message;
    if (!is_variable_name(name)) {
      message = cat("'", name, "' cannot name a variable");
    } else if (is_reserved_variable(name)) {
      message = cat("wf sets '", name, "' itself");
    } else if (draft_.input_index.find(name) != PortIndex::npos || find_port(task_.outputs, name) != nullptr) {
      message = cat("'", name, "' is a variable already: an input or output of the task");
    }
    if (message.empty()) return true;
    decoder_.error(
        key, {codes::k_bad_env_name, std::move(message),
              "letters, digits and _, no digit first; not HOME, TMPDIR or WF_…", "choose another name"});
    return false;
  }

  void read_cache(YamlId at) {
    if (decoder_.tree.is_scalar(at)) {
      decoder_.expect_bool(at, task_.cache.enabled);
      return;
    }
    if (!decoder_.expect(at, YamlKind::mapping, "false, or a mapping with version, ignore, allow_empty"))
      return;
    CacheKeys keys;
    decode_record(decoder_, at, cache_record(), keys);
    if (keys.version != k_no_yaml) decoder_.expect_text(keys.version, task_.cache.version, "text");
    if (keys.allow_empty != k_no_yaml) decoder_.expect_bool(keys.allow_empty, task_.cache.allow_empty);
    if (keys.ignore != k_no_yaml) read_ignore(keys.ignore);
  }

  void read_ignore(YamlId at) {
    if (!decoder_.expect(at, YamlKind::mapping, "a mapping with inputs, parts")) return;
    IgnoreKeys keys;
    decode_record(decoder_, at, ignore_record(), keys);
    std::vector<std::string> parts(cache_parts().begin(), cache_parts().end());
    if (keys.inputs != k_no_yaml)
      task_.cache.ignore_inputs = read_set(keys.inputs, k_an_input, codes::k_bad_cache_policy, input_names());
    if (keys.parts != k_no_yaml)
      task_.cache.ignore_parts = read_set(keys.parts, "a part of a task", codes::k_bad_cache_policy, parts);
  }

  std::vector<std::string> input_names() const {
    std::vector<std::string> names;
    for (const Port& port : task_.inputs) names.push_back(port.name);
    return names;
  }

  void read_image() {
    if (!decoder_.expect_text(keys_.image, task_.image, "the name of an image")) return;
    if (is_image_reference(task_.image)) return;
    decoder_.error(keys_.image, {codes::k_bad_image, cat("'", task_.image, "' cannot name an image"),
                                 "[registry/]name[:tag][@sha256:…], as in python:3.12-slim", {}});
  }

  void read_network() {
    if (!decoder_.expect_bool(keys_.network, task_.network) || !task_.network || keys_.image != k_no_yaml) return;
    decoder_.error(keys_.network, {codes::k_bad_image,
                                   "'network' is of containers, and the task has no 'image'",
                                   {},
                                   "leave it out: on this machine a task has the network unless its sandbox says otherwise"});
  }

  // Each must have a value that one text stands for, and that a reused result shares with who reuses it.
  void read_partitions(YamlId at) {
    task_.partitions = read_set(
        at, k_an_input, codes::k_bad_partition, input_names(), [this](YamlId item, const auto& name) {
          std::size_t input = draft_.input_index.find(name);
          if (!draft_.inputs[input].typed) return;
          const Type& type = task_.inputs[input].type;
          if (!can_partition(type)) {
            decoder_.error(item, {codes::k_bad_partition,
                                  cat("'", name, "' is of type ", type.text(), " and cannot be a partition"),
                                  "int, bool, string, enum, datetime or duration"});
          }
          const std::vector<std::string>& ignored = task_.cache.ignore_inputs;
          if (std::find(ignored.begin(), ignored.end(), name) != ignored.end()) {
            decoder_.error(item,
                           {codes::k_bad_partition,
                            cat("'", name, "' is ignored by the cache and cannot be a partition"),
                            {},
                            "a result would be reused under a partition it was not made for: take it out "
                            "of 'partitions' or of 'cache.ignore.inputs'"});
          }
        });
  }

  static bool can_partition(const Type& type) {
    bool plain = type.kind() != Kind::optional && type.kind() != Kind::one_of;
    return plain && type.is_scalar() && type.kind() != Kind::floating;
  }

  // A sorted list of known names; `check` has something more to say about each.
  std::vector<std::string> read_set(
      YamlId at, std::string_view what, std::string_view code, const std::vector<std::string>& known,
      const std::function<void(YamlId, const std::string&)>& check = [](YamlId, const std::string&) {}) {
    std::vector<std::string> out;
    if (!decoder_.expect(at, YamlKind::sequence, cat("a list, each item ", what))) return out;
    decoder_.tree.each_item(at, [&](YamlId item) {
      std::string name;
      if (!decoder_.expect_text(item, name, what)) return;
      if (std::find(known.begin(), known.end(), name) == known.end()) {
        decoder_.error_unknown(item, code, cat("'", name, "' is not ", what), known.size(), [&] { return known; });
      } else {
        check(item, name);
      }
      out.push_back(std::move(name));
    });
    std::sort(out.begin(), out.end());
    out.erase(std::unique(out.begin(), out.end()), out.end());
    return out;
  }

  Decoder& decoder_;
  Bundle& bundle_;
  Task& task_;
  TaskDraft& draft_;
  TaskKeys keys_;
};

}  // namespace

void read_tasks(Decoder& decoder, Bundle& bundle, YamlId mapping, Draft& draft) {
  if (!has_members(decoder, mapping, "a task")) return;
  // The indexes of ports point into these vectors: they must not move.
  std::size_t count = decoder.tree[mapping].count / 2;
  draft.workflow.tasks.reserve(count);
  draft.tasks.reserve(count);
  each_named(decoder, mapping, "a task", [&](YamlId key, YamlId value, std::string_view name) {
    draft.task_index.emplace(name, draft.tasks.size());
    TaskReader(decoder, bundle, draft.workflow.tasks.emplace_back(), draft.tasks.emplace_back())
        .read(key, value);
  });
}

}  // namespace wf
