#include "core/definition/used_definitions.hpp"

#include <algorithm>

#include "core/base/file.hpp"
#include "core/base/text.hpp"
#include "core/definition/name.hpp"
#include "core/definition/read_file.hpp"

namespace wf {

namespace {

constexpr std::size_t k_most_levels = 32;

std::string beside(const std::string& user, const std::string& name) {
  std::string folder = parent_folder(user);
  std::string path = folder.empty() || folder == "." ? name : cat(folder, "/", name);
  return normalize_relative(path).value_or(path);
}

// Whether it is of the workflow and the task that the reference names.
bool is_entry_of(const UsedVersion& entry, const std::string& reference) {
  TaskReference parts = split_task_reference(reference);
  std::string name = parts.version.substr(0, parts.version.find('@'));
  return entry.task == parts.task && entry.name == name.substr(name.rfind('/') + 1);
}

// What is wrong with a reference as a text; "" when nothing is. No store is asked.
std::string reference_fault(const std::string& reference) {
  TaskReference whole = split_task_reference(reference);
  bool task = reference.find('#') != std::string::npos;
  if (task && check_identifier(whole.task) != NameFault::none)
    return cat("'", whole.task, "' is no task: ", k_identifier_grammar);
  std::variant<NameParts, std::string_view> split = split_named_reference(whole.version);
  if (const auto* why = std::get_if<std::string_view>(&split)) return std::string(*why);
  const NameParts& parts = std::get<NameParts>(split);
  std::vector<std::string_view> names{parts.name};
  if (!parts.project.empty()) names = {parts.project, parts.domain, parts.name};
  for (std::string_view name : names)
    if (!is_workflow_name(name)) return cat("'", name, "' is no name: ", k_workflow_name_grammar);
  if (is_label_name(parts.selector) || digest_prefix(parts.selector)) return {};
  return cat("'", parts.selector, "' is neither a label nor a digest: a label ", k_label_grammar);
}

}  // namespace

std::shared_ptr<const UsedVersion> UsedDefinitions::find(Decoder& decoder, Bundle& bundle,
                                                         const std::string& user, Use use, YamlId at) {
  std::string text;
  if (!decoder.expect_text(at, text, "the path of a definition, or name@version")) return nullptr;
  if (!bundle.can_reach(at)) return nullptr;
  if (is_version_reference(text)) {
    bool whole = split_task_reference(text).task.empty();
    if (whole == (use == Use::workflow)) return find_locked(decoder, user, text, at);
    decoder.error(at, {codes::k_workflow_reference,
                       cat("'", text, "' names ", whole ? "a workflow, and no task" : "a task, and no workflow"),
                       {},
                       whole ? std::string("a task of it is NAME#TASK@VERSION; all of it is 'workflow: NAME@VERSION'")
                             : cat("write 'task: ", text, "'")});
    return nullptr;
  }
  auto path = bundle.find_definition(at, text);
  return path ? find_file(decoder, *path, beside(user, text), at) : nullptr;
}

bool UsedDefinitions::can_open(Decoder& decoder, const std::string& path, YamlId at) {
  auto begin = std::find(open_.begin(), open_.end(), path);
  if (begin != open_.end()) {
    std::string chain;
    for (auto one = begin; one != open_.end(); ++one) chain += cat(base_name(*one), " -> ");
    decoder.error(at, {codes::k_workflow_cycle,
                       cat("definitions use each other: ", chain, base_name(path)),
                       {},
                       "take one of these uses away: a workflow cannot run itself"});
    return false;
  }
  if (open_.size() < k_most_levels) return true;
  decoder.error(at, {codes::k_workflow_depth,
                     cat("workflows are nested more than ", k_most_levels, " deep"),
                     {},
                     "bring the steps of some of them together"});
  return false;
}

std::shared_ptr<const UsedVersion> UsedDefinitions::find_file(Decoder& decoder, const std::string& path,
                                                               const std::string& shown, YamlId at) {
  if (!can_open(decoder, path, at)) return nullptr;
  auto known = files_.find(path);
  if (known != files_.end()) return known->second;
  open_.push_back(path);
  std::shared_ptr<const UsedVersion> used;
  try {
    LoadedDefinition loaded = parse_(shown, read_regular(path));
    diagnostics_.add(loaded.diagnostics);
    if (loaded.workflow)
      used = std::make_shared<const UsedVersion>(use_workflow(std::move(*loaded.workflow)));
  } catch (const Error& error) {
    decoder.error(at, {codes::k_unusable_file, error.message(), {}, error.hint()});
  }
  open_.pop_back();
  files_.emplace(path, used);
  return used;
}

const std::variant<Lock, std::string>& UsedDefinitions::lock_at(const std::string& path) {
  auto known = locks_.find(path);
  return known != locks_.end() ? known->second : locks_.emplace(path, read_lock(path)).first->second;
}

std::shared_ptr<const UsedVersion> UsedDefinitions::find_locked(Decoder& decoder, const std::string& user,
                                                                 const std::string& reference, YamlId at) {
  if (std::string fault = reference_fault(reference); !fault.empty()) {
    decoder.error(at, {codes::k_workflow_reference, cat("'", reference, "' names no version: ", fault),
                       "[PROJECT/DOMAIN/]NAME@LABEL, or NAME@DIGEST; of a task NAME#TASK@VERSION"});
    return nullptr;
  }
  std::string path = beside(user, std::string(k_lock_name));
  uses_.push_back({path, reference});
  if (reference.ends_with("@latest")) {
    decoder.error(at, {codes::k_workflow_reference,
                       "'latest' means another version after each registration",
                       "a label, or sha256:… as 'wf version list' prints it",
                       "name the version: a definition means the same for ever"});
    return nullptr;
  }
  const std::variant<Lock, std::string>& lock = lock_at(path);
  if (const auto* fault = std::get_if<std::string>(&lock)) {
    decoder.error(at, {codes::k_bad_lock, cat("'", path, "' cannot be read: ", *fault), {},
                       cat("write it again: wf lock ", user)});
    return nullptr;
  }
  const auto& entries = std::get<Lock>(lock).versions;
  auto entry = entries.find(reference);
  if (entry != entries.end() && is_entry_of(*entry->second, reference)) return entry->second;
  if (entry != entries.end()) {
    decoder.error(at, {codes::k_bad_lock, cat("the entry of '", reference, "' in '", path, "' is of another workflow or task"),
                       {},
                       cat("write it again: wf lock ", user)});
    return nullptr;
  }
  decoder.error(at, {codes::k_not_locked,
                     cat("'", reference, "' is not in '", path, "'"),
                     {},
                     cat("pin it, and commit the file: wf lock ", user)});
  return nullptr;
}

}  // namespace wf
