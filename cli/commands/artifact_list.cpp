// wf artifact list, find, show, and wf catalog artifact list, show: the same under the names of Flyte's Data
// Catalog.
#include <memory>

#include "cli/artifact_views.hpp"
#include "cli/codes.hpp"
#include "cli/commands.hpp"
#include "cli/output.hpp"
#include "cli/store_access.hpp"
#include "cli/unknown_names.hpp"
#include "core/base/text.hpp"
#include "core/catalog/artifact_list.hpp"

namespace wf::cli {

namespace {

struct Options {
  std::vector<std::string> partitions;
  std::string reference;
  ListArguments filters{artifact_filters(), {"-created", "created", "name"}};
};

using View = Json (*)(Database&, const Artifact&);

Filter partition_filter(const std::string& text) {
  std::size_t equals = text.find('=');
  if (equals == std::string::npos || equals == 0) {
    throw Error(codes::k_usage, cat("'", text, "' is no partition"),
                "write NAME=VALUE, as in day=2026-01-31; 'wf catalog dataset list' shows which there are");
  }
  std::string value = text.substr(equals + 1);
  return {cat("partition:", text.substr(0, equals)), value, value};
}

Exit list(Context& context, const Options& options, View view) {
  std::unique_ptr<Store> store = open_store(context, Access::read_only);
  ListRequest request = options.filters.request(context, store->database());
  for (const std::string& text : options.partitions) request.filters.push_back(partition_filter(text));
  Page<Artifact> page = list_artifacts(store->database(), request);
  History history(store->database());
  Listing listing{"artifacts",
                  {{"artifact", "ARTIFACT"},
                   {"task", "TASK"},
                   {"by", "MADE BY"},
                   {"created", "CREATED"},
                   {"data", "DATA"}},
                  {},
                  request.filters.empty() ? "no artifacts here" : "no artifact matches"};
  bool table = context.is_format("table");
  for (const Artifact& artifact : page.items)
    listing.rows.push_back(table ? artifact_row(history, artifact) : view(store->database(), artifact));
  tell_unknown_names(context, store->database(), request, listing);
  listing.next = next_of(page);
  print_listing(context, listing);
  return Exit::ok;
}

Exit show(Context& context, const Options& options, View view) {
  std::unique_ptr<Store> store = open_store(context, Access::read_only);
  Scope scope = context.scope();
  Artifact artifact = find_artifact_argument(*store, scope.project, scope.domain, options.reference).artifact;
  print_object(context, artifact_text(store->database(), artifact), view(store->database(), artifact));
  return Exit::ok;
}

// `details` say what is meant by the name.
Command list_command(std::string name, std::string summary, std::string details, View view) {
  auto options = std::make_shared<Options>();
  Command command{std::move(name), std::move(summary), std::move(details)};
  command.positionals = {
      {"NAME=VALUE", "only with this partition", &options->partitions, false, {Kind::partition}}};
  command.options = options->filters.options();
  command.formats = k_list_formats;
  command.run = [options, view](Context& context) { return list(context, *options, view); };
  return command;
}

Command show_command(std::string name, std::string details, View view) {
  auto options = std::make_shared<Options>();
  Command command{std::move(name), "Show one artifact", std::move(details)};
  command.examples = {
      {cat("wf ", command.name, " 5c3e12ab90ff/best"), "what a node of a run made or was given"},
      {cat("wf ", command.name, " 'iris#best:prod'"), "what a tag names"}};
  command.positionals = {{"ARTIFACT", k_artifact_help, &options->reference}};
  command.formats = k_show_formats;
  command.run = [options, view](Context& context) { return show(context, *options, view); };
  return command;
}

}  // namespace

Command make_artifact_list() {
  Command command = list_command(
      "artifact list", "List what node executions made, the newest first",
      "An artifact is the outputs of one node execution that ran; a reuse makes none.", artifact_json);
  command.examples = {
      {"wf artifact list --run 5c3e12ab90ff", "what one run made"},
      {"wf artifact list --workflow iris --task score -o json", "all of a task, for a script"}};
  return command;
}

Command make_artifact_find() {
  Command command = list_command(
      "artifact find", "Find artifacts by their partitions, producers, outputs, tags and time",
      "All that is given must hold. A value of a partition may be spelled in any way its type allows (1m is "
      "60s). TIME "
      "is when the artifact was recorded, to the millisecond. The next page goes on behind the last one: what is added meanwhile "
      "neither repeats nor hides anything.",
      artifact_json);
  command.examples = {
      {"wf artifact find day=2026-01-31 region=eu", "what was made for one day and region"},
      {"wf artifact find --type file --tag prod", "files with a tag that begins with prod"},
      {"wf artifact find day=2026-01-31 --sort name -o jsonl", "for a script, by workflow and task"}};
  return command;
}

Command make_artifact_show() {
  return show_command("artifact show", "Its producer, its cache key, its partitions, its tags and its data.",
                      artifact_json);
}

Command make_catalog_artifact_list() {
  Command command = list_command(
      "catalog artifact list", "List artifacts, as Flyte's Data Catalog names their parts",
      "The same as 'wf artifact find' but for the members in JSON and YAML.", catalog_artifact_json);
  command.examples = {{"wf catalog artifact list day=2026-01-31 -o json", "those of a partition"}};
  return command;
}

Command make_catalog_artifact_show() {
  return show_command("catalog artifact show",
                      "The same as 'wf artifact show' but for the members in JSON and YAML.",
                      catalog_artifact_json);
}

}  // namespace wf::cli
