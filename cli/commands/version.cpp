// wf version: the versions of a workflow, and what differs between two.
#include <memory>
#include <set>

#include "cli/commands.hpp"
#include "cli/output.hpp"
#include "cli/registry_views.hpp"
#include "cli/store_access.hpp"
#include "core/base/text.hpp"
#include "core/lineage/tree_text.hpp"
#include "core/registry/difference.hpp"
#include "core/registry/versions.hpp"
#include "core/store/version.hpp"

namespace wf::cli {

namespace {

// "1a2b3c4d on main", "… + changes", "unknown", "-".
std::string git_text(const Json& git) {
  if (!git.is_object()) return "-";
  if (const Json* reason = git.find("unknown")) return cat("unknown: ", reason->as_string());
  auto text = [&](std::string_view key) {
    const Json* value = git.find(key);
    return value != nullptr && value->is_string() ? value->as_string() : std::string();
  };
  std::string commit = text("commit");
  std::string out = commit.empty() ? "no commit" : commit.substr(0, 12);
  if (!text("branch").empty()) out += cat(" on ", text("branch"));
  const Json* dirty = git.find("dirty");
  if (dirty != nullptr && *dirty == Json(true)) out += " + changes";
  return out;
}

Exit list(const Context& context, const std::string& name) {
  auto store = open_store(context, Access::read_only);
  Scope scope = context.scope();
  require_scope(store->database(), scope);
  auto labels = list_labels(store->database(), scope, name);
  Listing listing{"registrations",
                  {{"registration", "#"},
                   {"version", "VERSION", short_version},
                   {"labels", "LABELS", words},
                   {"registered", "REGISTERED", short_instant},
                   {"registered_by", "BY"},
                   {"git", "GIT", git_text}},
                  {}};
  for (const RegistrationEntry& entry : list_registrations(store->database(), scope, name)) {
    listing.rows.push_back(registration_json(scope, name, entry, labels));
  }
  print_listing(context, listing);
  return Exit::ok;
}

std::string show_text(const ResolvedVersion& found, const Json& json, const RegistrationEntry& newest) {
  std::string text = cat(found.name, " in ", found.scope.project, '/', found.scope.domain,
                         "\nversion:    ", found.version.text(), "\nlabels:     ", words(json.at("labels")),
                         "\nregistered: ", short_time(newest.registered_us), " by ", newest.registered_by,
                         " (registration ", newest.seq, ")\nsource:     ", newest.source_path, " (",
                         newest.source.text(), ")\ngit:        ", git_text(newest.git), '\n');
  if (newest.promoted_from.is_object()) {
    text += cat("promoted:   from ", newest.promoted_from.at("project").as_string(), '/',
                newest.promoted_from.at("domain").as_string(), " (registration ",
                newest.promoted_from.at("registration").as_int(), ")\n");
  }
  if (newest.git.is_object()) {
    const Json* remote = newest.git.find("remote");
    if (remote != nullptr && remote->is_string()) text += cat("remote:     ", remote->as_string(), '\n');
  }
  return escape_terminal(text, Lines::multiline);
}

struct ShowOptions {
  std::string reference;
  bool resolved = false;
};

// What a version uses, those ones' own before them, each once.
void add_uses(Database& database, const Workflow& workflow, std::set<Digest>& seen, Json& uses) {
  for (const auto& used : used_versions(workflow)) {
    if (!seen.insert(used->version).second) continue;
    add_uses(database, *used->workflow, seen, uses);
    uses.push(Json::object()
                  .add("version", used->version.text())
                  .add("workflow", used->name)
                  .add("definition", version_body(database, used->version)));
  }
}

Json uses_of(Database& database, const Digest& version) {
  std::set<Digest> seen;
  Json uses = Json::array();
  add_uses(database, load_version(database, version), seen, uses);
  return uses;
}

std::string uses_text(const Json& uses) {
  std::string text;
  for (const Json& one : uses.as_array()) {
    text += cat(text.empty() ? "uses:       " : "            ", one.at("workflow").as_string(), "  ",
                one.at("version").as_string(), '\n');
  }
  return text.empty() ? "uses:       nothing else\n" : text;
}

Exit show(const Context& context, const ShowOptions& options) {
  auto store = open_store(context, Access::read_only);
  ResolvedVersion found = resolve_version(store->database(), context.scope(), options.reference);
  auto labels = list_labels(store->database(), found.scope, found.name);
  Json registrations = Json::array();
  std::optional<RegistrationEntry> newest;
  for (const RegistrationEntry& entry : list_registrations(store->database(), found.scope, found.name)) {
    if (entry.version != found.version) continue;
    if (!newest) newest = entry;
    registrations.push(registration_json(found.scope, found.name, entry, labels));
  }
  Json json = Json::object();
  json.add("project", found.scope.project);
  json.add("domain", found.scope.domain);
  json.add("workflow", found.name);
  json.add("version", found.version.text());
  json.add("labels", labels_of(labels, found.version));
  json.add("registrations", std::move(registrations));
  json.add("descriptions", newest->descriptions);
  json.add("definition", version_body(store->database(), found.version));
  std::string text = show_text(found, json, *newest);
  json.add("uses", options.resolved ? uses_of(store->database(), found.version) : Json());
  if (options.resolved) text += uses_text(json.at("uses"));
  print_object(context, text, json);
  return Exit::ok;
}

struct DiffOptions {
  std::string before;
  std::string after;
};

Exit diff(const Context& context, const DiffOptions& options) {
  auto store = open_store(context, Access::read_only);
  ResolvedVersion before = resolve_version(store->database(), context.scope(), options.before);
  ResolvedVersion after = resolve_version(store->database(), context.scope(), options.after);
  auto changes = difference_of_versions(*store, before.version, after.version);
  return print_changes(context, before.version, after.version, changes);
}

}  // namespace

Command make_version_list() {
  auto name = std::make_shared<std::string>();
  Command command{"version list",
                  "List what was registered under a name, newest first",
                  "One line for each registration: its version, labels, time, author and git state.",
                  {{"wf version list iris", "the history of iris"}}};
  command.positionals = {{"WORKFLOW", "a workflow", name.get()}};
  command.formats = k_list_formats;
  command.run = [name](Context& context) { return list(context, *name); };
  return command;
}

Command make_version_show() {
  auto options = std::make_shared<ShowOptions>();
  Command command{"version show",
                  "Show one version: where it came from and what it is",
                  "JSON and YAML also hold the canonical definition and every registration of the version. With "
                  "--resolved they hold the definitions of all versions that it uses, too: then nothing about what "
                  "it runs has to be looked up elsewhere.",
                  {{"wf version show iris@v1", "by label"},
                   {"wf version show iris@7f3a9c12", "by digest"},
                   {"wf version show train@v1 --resolved -o yaml", "with the workflows and tasks that its nodes run"}}};
  command.positionals = {
      {"NAME@VERSION", "a label, a digest of 8 or more digits, or latest", &options->reference}};
  command.options = {{"--resolved", "", "also show the versions that it uses, and those that they use",
                      &options->resolved}};
  command.formats = k_show_formats;
  command.run = [options](Context& context) { return show(context, *options); };
  return command;
}

Command make_version_diff() {
  auto options = std::make_shared<DiffOptions>();
  Command command{
      "version diff",
      "Show what differs between two versions",
      "One line for each value that was added (+), removed (-) or changed (~), with the line of the "
      "definition where it stands.\n\nExit status: 0 without differences, 11 with differences.",
      {{"wf version diff iris@v1 iris@latest", "what changed since v1"}}};
  command.positionals = {{"BEFORE", "one version, as NAME@VERSION", &options->before, true, {Kind::version}},
                         {"AFTER", "the other one", &options->after, true, {Kind::version}}};
  command.formats = k_show_formats;
  command.run = [options](Context& context) { return diff(context, *options); };
  return command;
}

}  // namespace wf::cli
