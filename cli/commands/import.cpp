// wf import: what a bundle holds, into this store.
#include <memory>

#include "cli/commands.hpp"
#include "cli/output.hpp"
#include "cli/scratch_folder.hpp"
#include "cli/store_access.hpp"
#include "cli/transfer_report.hpp"
#include "core/base/file.hpp"
#include "core/base/text.hpp"
#include "core/transfer/bundle.hpp"

namespace wf::cli {

namespace {

struct Options {
  std::string bundle;
  bool skip_conflicts = false;
  bool dry_run = false;
};

// What to say next: how to use what came.
std::string subjects(const ExportRequest& asked) {
  std::vector<std::string> names;
  for (const ResolvedVersion& one : asked.versions)
    names.push_back(
        cat(one.scope.project, '/', one.scope.domain, '/', one.name, '@', one.version.short_hex()));
  for (const RunKey& run : asked.runs)
    names.push_back(cat("run ", run.project, '/', run.domain, '/', run.id.tail()));
  return join(names, ", ");
}

Exit import(const Context& context, const Options& options) {
  std::optional<ScratchFolder> scratch;
  std::string path = absolute_path(options.bundle);
  Apply apply = options.dry_run ? Apply::dry_run : Apply::yes;
  auto store = open_receiving_store(context, apply, scratch);
  Imported imported =
      import_bundle(path, *store, options.skip_conflicts ? OnConflict::skip : OnConflict::stop, apply);
  Json json = Json::object();
  json.add("bundle", path);
  add_subjects(json, imported.asked);
  add_transfer(json, imported.transfer, apply);
  return report_transfer(context, subjects(imported.asked), json, imported.transfer, apply);
}

}  // namespace

Command make_import() {
  auto options = std::make_shared<Options>();
  Command command;
  command.name = "import";
  command.summary = "Take a bundle into this store";
  command.details =
      "Takes what 'wf export' wrote. Every digest is verified, that the rows agree with each other, and "
      "that they are what the bundle says that it was made for, with what that needs and nothing else, "
      "before any of it can be seen; then all of it becomes visible at once, or nothing does, also when "
      "the command is killed. What was imported already changes nothing.\n\n"
      "Everything keeps its project and domain, which are made where they are missing; 'wf promote' "
      "brings a version elsewhere. Digests, ids and cache keys stay, so that 'wf run NAME@VERSION' with "
      "the inputs of a run in the bundle runs nothing, and 'wf lineage show' answers as it did there. "
      "Results are believed, as those of any run in the store are: 'wf verify-repro' makes them again.\n\n"
      "Nothing that is here changes. A label, a tag or a run name that means something else in the bundle "
      "is a conflict: nothing is taken then (exit status 4). With --skip-conflicts all the rest is. "
      "'latest' is what was registered last, wherever that was.";
  command.examples = {{"wf import iris.tar", "then: wf run iris@v1"},
                      {"wf import iris.tar --dry-run", "verify it, and say what would come"}};
  command.positionals = {{"FILE", "the bundle", &options->bundle}};
  command.options = {
      {"--skip-conflicts", "", "leave out what means something else here, and take the rest",
       &options->skip_conflicts},
      {"-n,--dry-run", "", "verify the bundle, say what would come, and change nothing", &options->dry_run}};
  command.formats = k_show_formats;
  command.run = [options](Context& context) { return import(context, *options); };
  return command;
}

}  // namespace wf::cli
