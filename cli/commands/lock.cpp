// wf lock: pins the registered versions that definitions name, in wf.lock beside them.
#include <algorithm>
#include <map>
#include <memory>
#include <set>

#include "cli/codes.hpp"
#include "cli/commands.hpp"
#include "cli/output.hpp"
#include "cli/store_access.hpp"
#include "core/base/file.hpp"
#include "core/base/text.hpp"
#include "core/definition/lock.hpp"
#include "core/definition/name.hpp"
#include "core/registry/codes.hpp"
#include "core/registry/registry.hpp"

namespace wf::cli {

namespace {

struct Options {
  std::vector<std::string> paths;
  bool check = false;
};

struct Pinned {
  std::string lock_path;
  std::string reference;
  Digest version;
  std::string result;  // new, changed, unchanged
};

// By file, each reference once.
std::map<std::string, std::set<std::string>> references_of(const std::vector<std::string>& paths) {
  std::map<std::string, std::set<std::string>> found;
  for (const std::string& path : paths) {
    for (const VersionUse& use : load_definition(path).uses) found[use.lock_path].insert(use.reference);
  }
  return found;
}

UsedVersion task_of(const UsedVersion& whole, const std::string& name, const std::string& reference) {
  if (auto used = use_task(whole, name)) return std::move(*used);
  std::vector<std::string> known;
  for (const Task& task : whole.workflow->tasks) known.push_back(task.name);
  throw Error(codes::k_unknown_task_of_version, cat("'", reference, "': the workflow '", whole.name, "' has no task '", name, "'"),
              known.empty() ? "it has none at all" : cat("its tasks are ", join(known, ", ")));
}

std::shared_ptr<const UsedVersion> resolve(Database& database, VersionReader& versions, const Scope& scope,
                                           const std::string& reference) {
  if (reference.ends_with("@latest")) {
    throw Error(codes::k_usage, cat("'", reference, "' cannot be pinned: it means another version after each registration"),
                "name a label or a digest in the definition, as 'wf version list' prints them");
  }
  TaskReference parts = split_task_reference(reference);
  std::shared_ptr<const UsedVersion> whole = versions.read(resolve_version(database, scope, parts.version).version);
  if (parts.task.empty()) return whole;
  return std::make_shared<const UsedVersion>(task_of(*whole, parts.task, reference));
}

// A lock that cannot be read is written anew.
Lock lock_at(const Context& context, const std::string& path) {
  std::variant<Lock, std::string> read = read_lock(path);
  if (auto* lock = std::get_if<Lock>(&read)) return std::move(*lock);
  if (exists(path) && !context.globals.quiet)
    print_error(cat("wf: warning: '", escape_terminal(path),
                    "' is no lock: ", escape_terminal(std::get<std::string>(read)), "\n"));
  return {};
}

std::string result_of(const Lock& before, const std::string& reference, const UsedVersion& used) {
  auto known = before.versions.find(reference);
  if (known == before.versions.end()) return "new";
  return same_entry(*known->second, used) ? "unchanged" : "changed";
}

Json pinned_json(const Pinned& one) {
  return Json::object()
      .add("lock", one.lock_path)
      .add("reference", one.reference)
      .add("version", one.version.text())
      .add("result", one.result);
}

Exit lock(const Context& context, const Options& options) {
  auto store = open_store(context, Access::read_only);
  VersionReader versions(store->database());
  std::vector<Pinned> all;
  bool differs = false;
  for (const auto& [path, references] : references_of(options.paths)) {
    const Lock before = lock_at(context, path);
    Lock after = before;
    for (const std::string& reference : references) {
      auto used = resolve(store->database(), versions, context.scope(), reference);
      all.push_back({path, reference, used->version, result_of(before, reference, *used)});
      after.versions[reference] = used;
    }
    std::string text = lock_text(after);
    bool same = exists(path) && lock_text(before) == text;  // however it is laid out
    differs = differs || !same;
    if (!same && !options.check) replace_file_durably(path, text, 0644);
  }
  Listing listing{"references",
                  {{"reference", "REFERENCE"}, {"version", "VERSION", short_version}, {"result", "RESULT"}, {"lock", "IN"}},
                  {},
                  "nothing to pin: no node runs anything of a registered version"};
  for (const Pinned& one : all) listing.rows.push_back(pinned_json(one));
  print_listing(context, listing);
  return options.check && differs ? Exit::differs : Exit::ok;
}

}  // namespace

Command make_lock() {
  auto options = std::make_shared<Options>();
  Command command;
  command.name = "lock";
  command.summary = "Pin the registered versions that definitions name";
  command.details =
      "Nodes may run registered workflows, 'workflow: prep@v1', and single tasks of them, 'task: prep#clean@v1'. "
      "Which versions these are is written into wf.lock, "
      "beside the definition, with their interfaces: so a definition has its version without any store, and the "
      "same one everywhere. Commit the file. References without a project are looked for in that of -p and -d. "
      "What wf.lock pins for other definitions of the folder stays.";
  command.examples = {{"wf lock train.yaml", "write wf.lock beside it"},
                      {"wf lock --check *.yaml", "in CI: exit 11 when a lock is missing or not up to date"}};
  command.positionals = {{"FILE", "a definition", &options->paths}};
  command.options = {{"--check", "", "write nothing; exit 11 when something would be written", &options->check}};
  command.formats = k_list_formats;
  command.run = [options](Context& context) { return lock(context, *options); };
  return command;
}

}  // namespace wf::cli
