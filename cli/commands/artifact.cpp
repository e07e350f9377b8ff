// wf artifact list, show, get, verify: what node executions made.
#include <memory>

#include "cli/commands.hpp"
#include "cli/output.hpp"
#include "cli/store_access.hpp"
#include "core/base/file.hpp"
#include "core/base/json_members.hpp"
#include "core/base/text.hpp"
#include "core/base/time.hpp"
#include "core/catalog/artifact_files.hpp"
#include "core/catalog/codes.hpp"
#include "core/catalog/reference.hpp"
#include "core/definition/value.hpp"
#include "core/lineage/history.hpp"
#include "core/lineage/tree_text.hpp"

namespace wf::cli {

namespace {

constexpr const char* k_artifact_help =
    "an artifact's id or the last 12 digits of it, RUN/NODE, or wf:PROJECT/DOMAIN/RUN/NODE/OUTPUT; a further "
    "/OUTPUT names one output";

struct Options {
  std::string reference;
  std::optional<std::string> only;
  std::optional<std::string> path;
  std::optional<std::string> workflow;
  std::optional<std::string> task;
  std::optional<std::string> node;
  std::optional<std::string> run;
  std::int64_t limit = 20;
  bool force = false;
};

std::string producer_text(const Artifact& artifact) {
  return cat(artifact.run.id.tail(), "/", artifact.node.text());
}

Json data_json(const std::vector<ArtifactData>& data) {
  Json json = Json::object();
  for (const ArtifactData& one : data) {
    Json item = Json::object();
    json.add(one.name, item.add("type", one.type).add("value", printed_value(one.type, one.value)));
  }
  return json;
}

Json artifact_json(Database& database, const Artifact& artifact) {
  Json json = Json::object();
  json.add("artifact", artifact.id.text());
  json.add("project", artifact.run.project);
  json.add("domain", artifact.run.domain);
  json.add("workflow", artifact.workflow);
  json.add("task", artifact.task);
  json.add("version", artifact.version.text());
  json.add("run", artifact.run.id.text());
  add_node(json, artifact.node.node, artifact.node.element);
  json.add("attempt", artifact.attempt);
  json.add("cache_key", text_or_null(artifact.cache_key));
  json.add("created", format_wall_us(artifact.created_us));
  json.add("data", data_json(data_of(database, artifact)));
  return json.add("tags",
                  list_json(tags_of(database, artifact), [](const Tag& tag) { return Json(tag.name); }));
}

std::string data_line(History& history, const ArtifactData& data) {
  return cat(data.name, " ", value_text(data.type, data.value, history.size_of(data.value)));
}

Json artifact_row(History& history, const Artifact& artifact) {
  std::vector<std::string> data;
  for (const ArtifactData& one : data_of(history.database(), artifact))
    data.push_back(data_line(history, one));
  Json row = Json::object();
  row.add("artifact", artifact.id.tail());
  row.add("task", cat(artifact.workflow, "#", artifact.task));
  row.add("by", producer_text(artifact));
  row.add("created", short_time(artifact.created_us));
  row.add("data", join(data, ", "));
  return row;
}

ArtifactFilter filter_of(Context& context, Database& database, const Options& options) {
  Scope scope = context.scope();
  require_scope(database, scope);
  ArtifactFilter filter{scope.project, scope.domain, options.workflow, options.task,
                        options.node,  {},           options.limit};
  if (options.run) filter.run = find_run(database, scope.project, scope.domain, *options.run).id;
  return filter;
}

ArtifactArgument find(Context& context, Store& store, const std::string& reference) {
  Scope scope = context.scope();
  return find_artifact_argument(store, scope.project, scope.domain, reference);
}

Exit list(Context& context, const Options& options) {
  std::unique_ptr<Store> store = open_store(context, Access::read_only);
  History history(store->database());
  Listing listing{"artifacts",
                  {{"artifact", "ARTIFACT"},
                   {"task", "TASK"},
                   {"by", "MADE BY"},
                   {"created", "CREATED"},
                   {"data", "DATA"}},
                  {},
                  "no artifacts here"};
  bool table = context.is_format("table");
  for (const Artifact& artifact :
       list_artifacts(store->database(), filter_of(context, store->database(), options))) {
    listing.rows.push_back(table ? artifact_row(history, artifact)
                                 : artifact_json(store->database(), artifact));
  }
  print_listing(context, listing);
  return Exit::ok;
}

std::string artifact_text(Database& database, const Artifact& artifact) {
  History history(database);
  std::string out =
      cat("artifact ", artifact.id.text(), "\n  task      ", artifact.workflow, "#", artifact.task,
          " of version ", artifact.version.short_hex(), "\n  made by   ", producer_text(artifact),
          ", attempt ", artifact.attempt, ", ", short_time(artifact.created_us), "\n");
  if (artifact.cache_key) out += cat("  cache key ", artifact.cache_key->text(), "\n");
  for (const Tag& tag : tags_of(database, artifact))
    out += cat("  tag       ", escape_terminal(tag.name), "\n");
  std::vector<ArtifactData> data = data_of(database, artifact);
  Json::Array rows;
  for (const ArtifactData& one : data) {
    Json row = Json::object();
    row.add("name", one.name);
    row.add("type", one.type);
    row.add("value", value_text(one.type, one.value, history.size_of(one.value)));
    rows.push_back(std::move(row));
  }
  if (rows.empty()) return out;
  return cat(out, "\n", render_table({{"name", "DATA"}, {"type", "TYPE"}, {"value", "VALUE"}}, rows));
}

Exit show(Context& context, const Options& options) {
  std::unique_ptr<Store> store = open_store(context, Access::read_only);
  Artifact artifact = find(context, *store, options.reference).artifact;
  print_object(context, artifact_text(store->database(), artifact),
               artifact_json(store->database(), artifact));
  return Exit::ok;
}

// The output that was named, or the only one there is.
ArtifactData choose_data(Database& database, const ArtifactArgument& argument) {
  std::vector<ArtifactData> data = data_of(database, argument.artifact);
  std::vector<std::string> names;
  for (const ArtifactData& one : data) {
    if (one.name == argument.data || (!argument.data && data.size() == 1)) return one;
    names.push_back(one.name);
  }
  std::string node = argument.artifact.node.text();
  if (argument.data) {
    throw Error(codes::k_output_not_found, cat("node '", node, "' has no output '", *argument.data, "'"),
                names.empty() ? "it has none" : cat("it has ", join(names, ", ")));
  }
  throw Error(codes::k_output_not_found, cat("node '", node, "' has ", data.size(), " outputs: which one?"),
              names.empty() ? "" : cat("add one of them: …/", join(names, ", …/")));
}

// One output of an artifact, or what a reference to a run leads to: also its own inputs and outputs, and a
// mapped node as a whole.
ArtifactData find_data(Context& context, Store& store, const std::string& text) {
  Scope scope = context.scope();
  auto reference = find_data_reference(store.database(), scope.project, scope.domain, text);
  if (!reference) return choose_data(store.database(), find(context, store, text));
  ResolvedData found = resolve_data(store, *reference);
  return {found.output, found.type.text(), found.value};
}

Exit get(Context& context, const Options& options) {
  std::unique_ptr<Store> store = open_store(context, Access::read_only);
  ArtifactData data = find_data(context, *store, options.reference);
  if (!options.path || *options.path == "-") {
    print(data_bytes(*store, data));
    return Exit::ok;
  }
  Written written = write_data(*store, data, *options.path, options.force ? Overwrite::yes : Overwrite::no);
  if (!context.globals.quiet) {
    print_error(
        cat(escape_terminal(*options.path), written == Written::same ? " has it already\n" : " written\n"));
  }
  return Exit::ok;
}

std::vector<Artifact> chosen(Context& context, Store& store, const Options& options) {
  if (options.only) {
    std::vector<Artifact> one;
    one.push_back(find(context, store, *options.only).artifact);
    return one;
  }
  ArtifactFilter filter = filter_of(context, store.database(), options);
  filter.limit = -1;  // all of them
  return list_artifacts(store.database(), filter);
}

Json damage_json(const Damage& damage) {
  Json json = Json::object();
  json.add("artifact", damage.artifact.id.text()).add("run", damage.artifact.run.id.text());
  add_node(json, damage.artifact.node.node, damage.artifact.node.element);
  json.add("data", damage.data).add("item", or_null(damage.item)).add("digest", damage.digest.text());
  return json.add("state", damage.state == BlobState::missing ? "missing" : "damaged");
}

std::string damage_table(const std::vector<Damage>& damages) {
  Json::Array rows;
  for (const Damage& damage : damages) {
    Json row = Json::object();
    row.add("state", damage_json(damage).at("state")).add("by", producer_text(damage.artifact));
    row.add("data", damage.data + damage.item).add("digest", damage.digest.text());
    rows.push_back(row.add("artifact", damage.artifact.id.tail()));
  }
  return render_table({{"state", "STATE"},
                       {"by", "MADE BY"},
                       {"data", "DATA"},
                       {"digest", "DIGEST"},
                       {"artifact", "ARTIFACT"}},
                      rows);
}

Exit verify(Context& context, const Options& options) {
  std::unique_ptr<Store> store = open_store(context, Access::read_only);
  std::vector<Artifact> artifacts = chosen(context, *store, options);
  std::vector<Damage> damages;
  for (const Artifact& artifact : artifacts) {
    for (Damage& damage : verify_artifact(*store, artifact)) damages.push_back(std::move(damage));
  }
  auto count = static_cast<std::int64_t>(artifacts.size());
  std::string whole = cat(count, count == 1 ? " artifact is whole\n" : " artifacts are whole\n");
  Json json = Json::object();
  json.add("checked", count).add("damaged", list_json(damages, damage_json));
  print_object(context, damages.empty() ? whole : damage_table(damages), json);
  return damages.empty() ? Exit::ok : Exit::verification_failed;
}

std::vector<Option> filter_options(Options& options) {
  return {{"--workflow", "WORKFLOW", "only of this workflow", &options.workflow},
          {"--task", "TASK", "only of this task", &options.task},
          {"--node", "NODE", "only of this node", &options.node},
          {"--run", "RUN", "only of this run", &options.run}};
}

}  // namespace

Command make_artifact_list() {
  auto options = std::make_shared<Options>();
  Command command;
  command.name = "artifact list";
  command.summary = "List what node executions made, the newest first";
  command.details = "An artifact is the outputs of one node execution that ran; a reuse makes none.";
  command.examples = {
      {"wf artifact list --run 5c3e12ab90ff", "what one run made"},
      {"wf artifact list --workflow iris --task score -o json", "all of a task, for a script"}};
  command.options = filter_options(*options);
  command.options.push_back({"-n,--limit", "N", "at most so many (default: 20)", &options->limit});
  command.formats = k_list_formats;
  command.run = [options](Context& context) { return list(context, *options); };
  return command;
}

Command make_artifact_show() {
  auto options = std::make_shared<Options>();
  Command command;
  command.name = "artifact show";
  command.summary = "Show one artifact";
  command.details = "Its producer, its cache key, its tags and its data.";
  command.examples = {{"wf artifact show 5c3e12ab90ff/best", "what a node of a run made or was given"}};
  command.positionals = {{"ARTIFACT", k_artifact_help, &options->reference}};
  command.formats = k_show_formats;
  command.run = [options](Context& context) { return show(context, *options); };
  return command;
}

Command make_artifact_get() {
  auto options = std::make_shared<Options>();
  Command command;
  command.name = "artifact get";
  command.summary = "Write one output of an artifact to a file, a folder or standard output";
  command.details =
      "A file keeps its bytes; a value is written as text, other than scalars as JSON; a list or map of "
      "files "
      "becomes a folder. What is there and differs stays unless --force is given. 'outputs' and 'inputs' in "
      "the place of NODE stand for those of the run.";
  command.examples = {{"wf artifact get 5c3e12ab90ff/report/page report.html", "one output of a node"},
                      {"wf artifact get 5c3e12ab90ff/best/k", "a value, to standard output"},
                      {"wf artifact get nightly/outputs/report report.html", "an output of a run"}};
  command.positionals = {{"ARTIFACT", k_artifact_help, &options->reference},
                         {"PATH", "where to; '-' or nothing is standard output", &options->path, false}};
  command.options = {{"--force", "", "replace what is there and differs", &options->force}};
  command.run = [options](Context& context) { return get(context, *options); };
  return command;
}

Command make_artifact_verify() {
  auto options = std::make_shared<Options>();
  Command command;
  command.name = "artifact verify";
  command.summary = "Hash the contents of artifacts again and compare";
  command.details =
      "Of one artifact, of those that the options name, or of all. Damaged and missing contents are "
      "listed with the node that made them, and the exit status is 9.";
  command.examples = {{"wf artifact verify", "all of the project and domain"},
                      {"wf artifact verify 5c3e12ab90ff/report", "what one node made"}};
  command.positionals = {{"ARTIFACT", k_artifact_help, &options->only, false}};
  command.options = filter_options(*options);
  command.formats = k_show_formats;
  command.run = [options](Context& context) { return verify(context, *options); };
  return command;
}

}  // namespace wf::cli
