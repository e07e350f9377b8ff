// wf store merge: all that another store on this machine has.
#include <memory>

#include "cli/commands.hpp"
#include "cli/output.hpp"
#include "cli/store_access.hpp"
#include "cli/transfer_report.hpp"
#include "core/base/text.hpp"

namespace wf::cli {

namespace {

struct Options {
  std::string other;
  bool skip_conflicts = false;
  bool dry_run = false;
};

Exit merge(const Context& context, const Options& options) {
  auto from = Store::open(store_folder(options.other, "the argument"), Access::read_only, context.clock);
  Apply apply = options.dry_run ? Apply::dry_run : Apply::yes;
  std::optional<ScratchFolder> scratch;
  auto to = open_receiving_store(context, apply, scratch);
  Transfer transfer = take_from(*from, *to, Origin::store,
                                options.skip_conflicts ? OnConflict::skip : OnConflict::stop, apply);
  Json json = Json::object();
  json.add("from", from->path()).add("from_store_id", from->id().text());
  const std::string path = locate_store(context).path;
  json.add("store", path).add("store_id", to->id().text());
  add_transfer(json, transfer, apply);
  return report_transfer(context, cat(from->path(), " into ", path), json, transfer, apply);
}

}  // namespace

Command make_store_merge() {
  auto options = std::make_shared<Options>();
  Command command;
  command.name = "store merge";
  command.summary = "Take over what another store has";
  command.details =
      "Versions, registrations, labels, launch plans, runs with their results, lineage and logs, tags, "
      "pins and pools that this store lacks come from the store OTHER, by digest and id, into the same "
      "projects and domains. OTHER is only read; where there is no store to merge into, one is made. What "
      "was merged already changes nothing.\n\n"
      "All of it becomes visible at once or not at all, also when the command is killed; what it left in "
      "files then goes with 'wf gc'. It is safe beside running work in both stores. A run that has not "
      "ended there stays there, with the runs that rest on it, until a later merge.\n\n"
      "Nothing that is here changes. A label, a run name, a tag or an active plan that means something "
      "else there is a conflict, and so is a stream of events that two stores have gone on with, each in "
      "its own way: nothing is taken then (exit status 4). With --skip-conflicts all the rest is; a run "
      "whose name is taken comes without it. 'latest' is what was registered last, wherever that was; of "
      "two results under one cache key, the one that is here stays.\n\n"
      "The streams of events of OTHER that are not a run's are kept as wf://STORE/STREAM.";
  command.examples = {
      {"wf store merge ../old/.wf --dry-run", "what would come"},
      {"wf store merge /mnt/ci/wf --skip-conflicts", "all that does not contradict this store"}};
  command.positionals = {{"OTHER", "the folder of the other store", &options->other, true, {Kind::folder}}};
  command.options = {{"--skip-conflicts", "", "leave out what means something else here, and take the rest",
                      &options->skip_conflicts},
                     {"-n,--dry-run", "", "say what would come, and change nothing", &options->dry_run}};
  command.formats = k_show_formats;
  command.run = [options](Context& context) { return merge(context, *options); };
  return command;
}

}  // namespace wf::cli
