// wf catalog dataset and tag: list, show. Their members have the names of Flyte's Data Catalog.
#include <memory>

#include "cli/artifact_views.hpp"
#include "cli/codes.hpp"
#include "cli/commands.hpp"
#include "cli/output.hpp"
#include "cli/store_access.hpp"
#include "cli/unknown_names.hpp"
#include "core/base/text.hpp"
#include "core/catalog/codes.hpp"
#include "core/catalog/dataset_list.hpp"
#include "core/catalog/tags.hpp"
#include "core/lineage/tree_text.hpp"

namespace wf::cli {

namespace {

std::vector<FilterOption> dataset_filters() {
  return {{"workflow", "--workflow", "WORKFLOW", "only of this workflow"},
          {"task", "--task", "TASK", "only of this task"},
          {"prefix", "--prefix", "TEXT", "only those whose WORKFLOW/TASK begins so"},
          {"node", "--node", "NODE", "only with artifacts of this node"},
          {"output", "--data", "NAME", "only with outputs of this name"},
          {"type", "--type", "TYPE", "only with outputs of this type", Reading::type},
          {"partition", "--partition", "NAME", "only with this partition"},
          k_since_option,
          k_until_option};
}

std::vector<FilterOption> tag_filters() {
  return {{"workflow", "--workflow", "WORKFLOW", "only on artifacts of this workflow"},
          {"task", "--task", "TASK", "only on artifacts of this task"},
          {"prefix", "--prefix", "TEXT", "only those that begin so"},
          {"since", "--since", "TIME", "only those set at TIME or later: 10m ago, or 2026-01-31T10:00:00Z",
           Reading::microseconds},
          {"until", "--until", "TIME", "only those set before TIME", Reading::microseconds}};
}

struct Options {
  std::string reference;
  std::shared_ptr<ListArguments> filters;
};

Json dataset_row(Database& database, const Dataset& dataset) {
  Json row = Json::object();
  row.add("name", dataset.name());
  row.add("partitions", join(partition_keys(database, dataset), ", "));
  row.add("created", short_time(dataset.created_us));
  return row;
}

Exit list_all_datasets(Context& context, const Options& options) {
  std::unique_ptr<Store> store = open_store(context, Access::read_only);
  const ListRequest request = options.filters->request(context, store->database());
  Page<Dataset> page = list_datasets(store->database(), request);
  Listing listing{"datasets",
                  {{"name", "DATASET"}, {"created", "CREATED"}, {"partitions", "PARTITIONS"}},
                  {},
                  options.filters->has_any() ? "no dataset matches" : "no datasets here"};
  bool table = context.is_format("table");
  for (const Dataset& dataset : page.items)
    listing.rows.push_back(table ? dataset_row(store->database(), dataset)
                                 : catalog_dataset_json(store->database(), dataset));
  tell_unknown_names(context, store->database(), request, listing);
  listing.next = next_of(page);
  print_listing(context, listing);
  return Exit::ok;
}

Dataset require_dataset(Database& database, const Scope& scope, const std::string& name) {
  require_scope(database, scope);
  std::size_t at = name.find_first_of("/#");
  if (at != std::string::npos) {
    auto found = find_dataset(database, scope.project, scope.domain, name.substr(0, at), name.substr(at + 1));
    if (found) return *found;
  }
  std::vector<std::string> names;
  for (const Dataset& dataset : list_datasets(database, {scope.project, scope.domain}).items)
    names.push_back(dataset.name());
  std::string near = did_you_mean(name, names);
  throw Error(codes::k_dataset_not_found,
              cat("no dataset '", name, "' in project '", scope.project, "', domain '", scope.domain, "'"),
              near.empty() ? "write WORKFLOW/TASK; see 'wf catalog dataset list'" : near);
}

std::string dataset_text(const Dataset& dataset, const std::vector<std::string>& keys,
                         const DatasetContents& contents) {
  std::string out = cat("dataset ", dataset.name(), "\n  id         ", dataset.id.text(), "\n  created    ",
                        short_time(dataset.created_us), "\n  artifacts  ", contents.artifacts, "\n");
  if (contents.newest)
    out += cat("  newest     ", contents.newest->id.text(), ", made by ", contents.newest->producer(), ", ",
               short_time(contents.newest->created_us), "\n");
  if (!keys.empty()) out += cat("  partitions ", join(keys, ", "), "\n");
  return out;
}

Exit show_dataset(Context& context, const Options& options) {
  std::unique_ptr<Store> store = open_store(context, Access::read_only);
  Database& database = store->database();
  Dataset dataset = require_dataset(database, context.scope(), options.reference);
  DatasetContents contents = contents_of(database, dataset);
  Json json = catalog_dataset_json(database, dataset);
  json.add("artifact_count", contents.artifacts);
  json.add("newest_artifact", contents.newest ? catalog_artifact_json(database, *contents.newest) : Json());
  print_object(context, dataset_text(dataset, partition_keys(database, dataset), contents), json);
  return Exit::ok;
}

Json tag_row(const Tag& tag) {
  Json row = Json::object();
  row.add("tag", TagReference{tag.workflow, tag.task, tag.name}.text());
  row.add("artifact", tag.artifact.text());
  row.add("created", short_time(tag.created_us));
  row.add("by", tag.created_by.value_or(""));
  return row;
}

Json tag_json(Database& database, const Scope& scope, const Tag& tag) {
  return catalog_tag_json(dataset_of(database, scope.project, scope.domain, tag.workflow, tag.task), tag);
}

Exit list_all_tags(Context& context, const Options& options) {
  std::unique_ptr<Store> store = open_store(context, Access::read_only);
  const ListRequest request = options.filters->request(context, store->database());
  Page<Tag> page = list_tags(store->database(), request);
  Listing listing{"tags",
                  {{"tag", "TAG"}, {"artifact", "ARTIFACT"}, {"created", "SET"}, {"by", "BY"}},
                  {},
                  options.filters->has_any() ? "no tag matches" : "no tags here; 'wf artifact tag' sets one"};
  bool table = context.is_format("table");
  for (const Tag& tag : page.items)
    listing.rows.push_back(table ? tag_row(tag) : tag_json(store->database(), context.scope(), tag));
  tell_unknown_names(context, store->database(), request, listing);
  listing.next = next_of(page);
  print_listing(context, listing);
  return Exit::ok;
}

Exit show_tag(Context& context, const Options& options) {
  std::unique_ptr<Store> store = open_store(context, Access::read_only);
  Scope scope = context.scope();
  require_scope(store->database(), scope);
  auto reference = parse_tag_reference(options.reference);
  if (!reference || reference->rest) {
    throw Error(codes::k_usage, cat("'", options.reference, "' is no tag"),
                "write WORKFLOW#TASK:TAG; see 'wf catalog tag list'");
  }
  Tag tag = require_tag(store->database(), scope.project, scope.domain, *reference);
  std::string by = tag.created_by ? cat("by ", escape_terminal(*tag.created_by)) : "by the cache";
  print_object(context,
               cat(options.reference, "\n  artifact ", tag.artifact.text(), "\n  set      ",
                   short_time(tag.created_us), " ", by, "\n"),
               tag_json(store->database(), scope, tag));
  return Exit::ok;
}

using Action = Exit (*)(Context&, const Options&);

Command list_command(std::string name, std::string summary, std::string details,
                     std::vector<FilterOption> filters, std::vector<std::string> orders, Action action) {
  Options options{{}, std::make_shared<ListArguments>(std::move(filters), std::move(orders))};
  Command command{std::move(name), std::move(summary), std::move(details)};
  command.options = options.filters->options();
  command.formats = k_list_formats;
  command.run = [options, action](Context& context) { return action(context, options); };
  return command;
}

Command show_command(std::string name, std::string summary, std::string details, Positional positional,
                     Action action) {
  auto options = std::make_shared<Options>();
  Command command{std::move(name), std::move(summary), std::move(details)};
  positional.target = &options->reference;
  command.positionals = {std::move(positional)};
  command.formats = k_show_formats;
  command.run = [options, action](Context& context) { return action(context, *options); };
  return command;
}

}  // namespace

Command make_catalog_dataset_list() {
  Command command =
      list_command("catalog dataset list", "List datasets, by name",
                   "A dataset is all artifacts of one task of a workflow. Its name is WORKFLOW/TASK.",
                   dataset_filters(), {"name", "created", "-created"}, list_all_datasets);
  command.examples = {{"wf catalog dataset list --partition day", "those that are partitioned by day"}};
  return command;
}

Command make_catalog_dataset_show() {
  Command command = show_command("catalog dataset show", "Show one dataset",
                                 "How many artifacts it has, the newest of them, and its partitions.",
                                 {"DATASET", "the dataset: WORKFLOW/TASK", {}, true}, show_dataset);
  command.examples = {{"wf catalog dataset show iris/train", "what 'train' of the workflow 'iris' made"}};
  return command;
}

Command make_catalog_tag_list() {
  Command command = list_command("catalog tag list", "List the tags that people set, by name",
                                 "The cache's own tags, one for each result, are shown with their artifacts.",
                                 tag_filters(), {"name", "created", "-created"}, list_all_tags);
  command.examples = {{"wf catalog tag list --workflow iris", "those on artifacts of a workflow"}};
  return command;
}

Command make_catalog_tag_show() {
  Command command =
      show_command("catalog tag show", "Show one tag", "Which artifact it names, since when, by whom.",
                   {"TAG", "the tag: WORKFLOW#TASK:TAG", {}, true, {Kind::tag}}, show_tag);
  command.examples = {{"wf catalog tag show 'iris#train:prod'", "one tag"}};
  return command;
}

}  // namespace wf::cli
