// wf artifact get, verify: the contents of what node executions made.
#include <memory>

#include "cli/artifact_views.hpp"
#include "cli/codes.hpp"
#include "cli/commands.hpp"
#include "cli/list_arguments.hpp"
#include "cli/output.hpp"
#include "cli/store_access.hpp"
#include "core/base/file.hpp"
#include "core/base/json_members.hpp"
#include "core/base/text.hpp"
#include "core/base/time.hpp"
#include "core/catalog/artifact_files.hpp"
#include "core/catalog/artifact_list.hpp"
#include "core/catalog/codes.hpp"
#include "core/catalog/freed.hpp"
#include "core/catalog/reference.hpp"

namespace wf::cli {

namespace {

struct Options {
  std::string reference;
  std::optional<std::string> only;
  std::optional<std::string> path;
  bool force = false;
  ListArguments filters{artifact_filters(), {"-created"}};
};

ArtifactArgument find(Context& context, Store& store, const std::string& reference) {
  Scope scope = context.scope();
  return find_artifact_argument(store, scope.project, scope.domain, reference);
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
struct FoundData {
  ArtifactData data;
  RunKey run;  // that made it, or had it
  NodePath node;
};

FoundData find_data(Context& context, Store& store, const std::string& text) {
  Scope scope = context.scope();
  auto reference = find_data_reference(store.database(), scope.project, scope.domain, text);
  if (!reference) {
    ArtifactArgument argument = find(context, store, text);
    return {choose_data(store.database(), argument), argument.artifact.run, argument.artifact.node};
  }
  ResolvedData found = resolve_data(store, *reference);
  return {{found.output, found.type.text(), found.value}, found.run, found.node};
}

void require_bytes(Store& store, const FoundData& found) {
  std::variant<Type, TypeError> type = parse_type(found.data.type);
  if (!std::holds_alternative<Type>(type)) return;
  auto at = freed_us(store.blobs(), std::get<Type>(type), found.data.value);
  if (!at) return;
  bool given = found.node.node == k_run_inputs;
  throw Error(codes::k_output_freed,
              cat("'", found.data.name, "' was freed on ", date_of(*at), "; it was ",
                  given ? "given to " : "made by ", found.run.id.text(), "/", found.node.text()),
              remake_hint(store, found.run));
}

Exit get(Context& context, const Options& options) {
  std::unique_ptr<Store> store = open_store(context, Access::read_only);
  FoundData found = find_data(context, *store, options.reference);
  require_bytes(*store, found);
  const ArtifactData& data = found.data;
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
    if (options.filters.has_any()) {
      throw Error(codes::k_usage, cat("'", *options.only, "' is one artifact, and options choose others"),
                  "leave out the artifact or the options");
    }
    std::vector<Artifact> one;
    one.push_back(find(context, store, *options.only).artifact);
    return one;
  }
  ListRequest request = options.filters.request(context, store.database());
  request.limit = -1;
  return list_artifacts(store.database(), request).items;
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
    row.add("state", damage_json(damage).at("state")).add("by", damage.artifact.producer());
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

}  // namespace

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
  command.options = options->filters.filter_options();
  command.formats = k_show_formats;
  command.run = [options](Context& context) { return verify(context, *options); };
  return command;
}

}  // namespace wf::cli
