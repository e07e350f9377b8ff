// wf gc: what nothing keeps, condemned and then freed.
#include <memory>

#include "cli/backends.hpp"
#include "cli/codes.hpp"
#include "cli/commands.hpp"
#include "cli/output.hpp"
#include "cli/settings.hpp"
#include "cli/store_access.hpp"
#include "core/base/json_members.hpp"
#include "core/base/text.hpp"
#include "core/base/time.hpp"
#include "core/gc/collect.hpp"
#include "core/lineage/tree_text.hpp"

namespace wf::cli {

namespace {

constexpr std::int64_t k_us = 1000;  // nanoseconds

struct Options {
  std::optional<std::int64_t> keep_last;
  std::optional<std::string> keep_within;
  std::optional<std::string> keep_labels;
  std::optional<std::string> grace;
  bool dry_run = false;
};

std::int64_t duration_us(const Settings& settings, const std::optional<std::string>& given,
                         std::string_view key, std::string_view flag) {
  if (!given) return settings.duration_ns(key) / k_us;
  std::optional<std::int64_t> ns = parse_duration(*given);
  if (ns && *ns >= 0) return *ns / k_us;
  throw Error(codes::k_usage, cat(flag, " is '", *given, "'"),
              cat("expected ", expected_text(SettingType::duration)));
}

KeepRules rules_of(const Context& context, const Options& options) {
  const Settings& settings = context.settings();
  KeepRules rules;
  rules.keep_last = options.keep_last ? *options.keep_last : settings.count(k_keep_last_setting);
  if (rules.keep_last < 0)
    throw Error(codes::k_usage, cat("--keep-last is ", rules.keep_last), "it is a number of runs, 0 or more");
  rules.keep_within_us = duration_us(settings, options.keep_within, k_keep_within_setting, "--keep-within");
  const std::string labels = options.keep_labels.value_or(settings.text(k_keep_labels_setting));
  if (!is_valid(SettingType::labels, labels))
    throw Error(codes::k_usage, cat("--keep-labels is '", labels, "'"),
                cat("expected ", expected_text(SettingType::labels)));
  for (std::string_view label : split(labels, ','))
    if (!label.empty()) rules.keep_labels.emplace_back(label);
  rules.grace_us = duration_us(settings, options.grace, k_grace_setting, "--grace");
  return rules;
}

std::string duration_text(std::int64_t us) { return format_duration(us * k_us); }

Json amount_json(const BlobAmount& amount) {
  return Json::object().add("count", amount.count).add("bytes", amount.bytes);
}

Json group_json(const FateGroup& group) {
  Json json = Json::object();
  json.add("project", or_null(group.project)).add("domain", or_null(group.domain));
  json.add("workflow", or_null(group.workflow)).add("run", group.run ? Json(group.run->text()) : Json());
  json.add("kind", group.kind).add("fate", std::string(blob_fate_name(group.fate)));
  return json.add("blobs", group.blobs).add("bytes", group.bytes);
}

Json folder_json(const RunFolder& folder) {
  Json json = Json::object();
  json.add("run", folder.name).add("project", or_null(folder.project)).add("domain", or_null(folder.domain));
  json.add("workflow", or_null(folder.workflow)).add("files", folder.files);
  return json.add("bytes", folder.bytes);
}

Json report_json(const Collection& found, const KeepRules& rules, bool dry_run) {
  Json keeps = Json::object();
  keeps.add("last", rules.keep_last).add("within", duration_text(rules.keep_within_us));
  keeps.add("labels", list_json(rules.keep_labels));
  keeps.add("grace", duration_text(rules.grace_us));
  Json json = Json::object();
  json.add("dry_run", dry_run).add("rules", std::move(keeps));
  json.add("runs", found.runs).add("kept_runs", found.kept_runs).add("kept", amount_json(found.kept));
  json.add("freed", amount_json(found.freed)).add("condemned", amount_json(found.condemned));
  json.add("waiting", amount_json(found.waiting)).add("in_use", amount_json(found.in_use));
  json.add("rescued", amount_json(found.rescued));
  json.add("next", found.next_us ? Json(format_wall_us(*found.next_us)) : Json());
  json.add("groups", list_json(found.groups, group_json));
  json.add("folders", list_json(found.leftovers.folders, folder_json));
  json.add("objects", amount_json(found.leftovers.objects));
  json.add("temporary", amount_json(found.leftovers.temporary));
  return json.add("kept_back", found.leftovers.kept_back);
}

std::string count_text(std::int64_t count, std::string_view one) {
  return cat(count, " ", one, count == 1 ? "" : "s");
}

std::string amount_text(const BlobAmount& amount, std::string_view one) {
  return cat(count_text(amount.count, one), ", ", human_bytes(amount.bytes));
}

std::string fate_text(BlobFate fate, bool dry_run) {
  switch (fate) {
    case BlobFate::freed:
      return dry_run ? "to be freed" : "freed";
    case BlobFate::condemned:
      return dry_run ? "to be condemned" : "condemned";
    case BlobFate::waiting:
      return "condemned before";
    case BlobFate::in_use:
      break;
  }
  return "in use";
}

Json table_row(const std::string& fate, const std::string& workflow, const std::string& run,
               const std::string& what, const BlobAmount& amount) {
  Json row = Json::object();
  row.add("fate", fate)
      .add("workflow", workflow.empty() ? "-" : workflow)
      .add("run", run.empty() ? "-" : run);
  row.add("what", what).add("count", std::to_string(amount.count));
  return row.add("size", human_bytes(amount.bytes));
}

std::string table_of(const Collection& found, bool dry_run) {
  Json::Array rows;
  for (const FateGroup& group : found.groups) {
    rows.push_back(table_row(fate_text(group.fate, dry_run), group.workflow,
                             group.run ? group.run->tail() : "", group.kind, {group.blobs, group.bytes}));
  }
  const char* gone = dry_run ? "to be removed" : "removed";
  for (const RunFolder& folder : found.leftovers.folders) {
    rows.push_back(table_row(gone, folder.workflow, folder.name.substr(folder.name.rfind('-') + 1),
                             "folder of the run", {folder.files, folder.bytes}));
  }
  if (found.leftovers.objects.count > 0)
    rows.push_back(table_row(gone, "", "", "files of no blob", found.leftovers.objects));
  if (found.leftovers.temporary.count > 0)
    rows.push_back(table_row(gone, "", "", "temporary files", found.leftovers.temporary));
  if (rows.empty()) return {};
  return render_table({{"fate", "FATE"},
                       {"workflow", "WORKFLOW"},
                       {"run", "RUN"},
                       {"what", "WHAT"},
                       {"count", "COUNT"},
                       {"size", "SIZE"}},
                      rows) +
         "\n";
}

std::string rules_text(const KeepRules& rules) {
  std::string text = "keeps  what is tagged, pinned or running, and all that versions need";
  if (rules.keep_last > 0)
    text += cat("; the last ", count_text(rules.keep_last, "run"), " of each workflow");
  if (rules.keep_within_us > 0) text += cat("; runs of the last ", duration_text(rules.keep_within_us));
  if (!rules.keep_labels.empty())
    text += cat("; runs labelled ", escape_terminal(join(rules.keep_labels, ", ")));
  return text + "\n";
}

std::string report_text(const Collection& found, const KeepRules& rules, bool dry_run) {
  std::string text = table_of(found, dry_run) + rules_text(rules);
  text += cat("kept   ", found.kept_runs, " of ", count_text(found.runs, "run"), " (",
              amount_text(found.kept, "blob"), ")\n");
  text += cat(dry_run ? "frees  " : "freed  ", amount_text(found.freed, "blob"), "\n");
  if (found.condemned.count > 0) {
    text += cat(dry_run ? "condemns " : "condemned ", amount_text(found.condemned, "blob"),
                ": a 'wf gc' after ", duration_text(rules.grace_us), " frees them\n");
  }
  if (found.waiting.count > 0) {
    text += cat("waits for ", amount_text(found.waiting, "blob"), " condemned before, until ",
                short_time(*found.next_us), " at the earliest\n");
  }
  if (found.rescued.count > 0)
    text += cat(dry_run ? "takes back " : "took back ", amount_text(found.rescued, "condemned blob"),
                ": they are kept again\n");
  if (found.in_use.count > 0)
    text += cat("left   ", amount_text(found.in_use, "blob"), " that somebody is writing just now\n");
  if (found.leftovers.kept_back > 0)
    text += cat("could not remove ", count_text(found.leftovers.kept_back, "thing"), ": see who owns them\n");
  return text;
}

Exit gc(Context& context, const Options& options) {
  KeepRules rules = rules_of(context, options);
  auto store = open_store(context, options.dry_run ? Access::read_only : Access::read_write);
  Collection found = options.dry_run ? foresee_collection(*store, rules) : collect_garbage(*store, rules);
  if (!options.dry_run && has_had_attempts(store->database(), k_container_kind))
    warn_of_containers(remove_left_containers(*store));
  bool silent = context.globals.quiet && !options.dry_run;
  print_object(context, silent ? "" : report_text(found, rules, options.dry_run),
               report_json(found, rules, options.dry_run));
  return Exit::ok;
}

}  // namespace

Command make_gc() {
  auto options = std::make_shared<Options>();
  Command command;
  command.name = "gc";
  command.summary = "Free the bytes that nothing keeps";
  command.details =
      "Of the whole store, in two steps: what nothing keeps is condemned, and freed by a 'wf gc' that comes "
      "when the grace period is over. What is used, tagged, pinned or written again in between is taken "
      "back.\n\n"
      "Kept is what is tagged or pinned, runs with a label of gc.keep_labels, every run that runs or can be "
      "resumed with the runs that it recovers, the newest runs of each "
      "workflow (counted once over all of them and once over those that succeeded), runs that ended not long "
      "ago, and all that versions and launch plans need. A kept run is kept with its inputs, what its nodes "
      "made or reused, and its logs; but not with temporary outputs that all their readers are done with "
      "(see wf-workflow(5)), which the run frees by itself where it can.\n\n"
      "Containers that are left of runs that have ended, because their engine did not answer then, are "
      "removed, too.\n\n"
      "Only bytes go. Runs, artifacts, lineage and events stay and say when that was; a later run that needs "
      "such a result makes it again (\"output gone\"). It is safe beside running work and can be killed at "
      "any "
      "moment. It also removes what crashes left, and the folders of failed attempts with their runs' bytes.";
  command.examples = {{"wf gc --dry-run", "what would go, and how much it is"},
                      {"wf gc --keep-last 3 --keep-within 0d", "keep the last three runs of each workflow"},
                      {"wf gc --grace 0d", "free at once what nothing keeps"}};
  command.options = {
      {"--dry-run", "", "change nothing, and say what would go", &options->dry_run},
      {"--keep-last", "N", "runs of each workflow to keep (else gc.keep_last, 10); 0: none for being new",
       &options->keep_last},
      {"--keep-within", "DURATION",
       "keep runs that ended within it (else gc.keep_within, 30d); 0d: none for that", &options->keep_within},
      {"--keep-labels", "LABELS",
       "keep runs with one of these labels, such as release,tier=gold (else gc.keep_labels, none)",
       &options->keep_labels},
      {"--grace", "DURATION", "from condemning to freeing (else gc.grace, 7d); 0d: at once",
       &options->grace}};
  command.formats = k_show_formats;
  command.run = [options](Context& context) { return gc(context, *options); };
  return command;
}

}  // namespace wf::cli
