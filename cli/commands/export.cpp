// wf export: a version, or runs, with all that belongs to them, in one file.
#include <memory>

#include "cli/codes.hpp"
#include "cli/commands.hpp"
#include "cli/output.hpp"
#include "cli/store_access.hpp"
#include "cli/transfer_report.hpp"
#include "core/base/file.hpp"
#include "core/base/text.hpp"
#include "core/catalog/codes.hpp"
#include "core/transfer/bundle.hpp"

namespace wf::cli {

namespace {

struct Options {
  std::vector<std::string> things;
  std::string bundle;
  std::optional<std::string> runs;
  bool force = false;
  bool dry_run = false;
};

// The last run of the version that succeeded, or all that have ended.
std::vector<RunKey> runs_of(Database& database, const ResolvedVersion& version, bool all) {
  Statement& rows = database.statement(
      "SELECT id FROM run WHERE project = ?1 AND domain = ?2 AND version = ?3 AND workflow = ?4 AND (state "
      "= 'succeeded' OR (?5 AND state <> 'running')) ORDER BY id DESC LIMIT iif(?5, -1, 1)");
  rows.bind(version.scope.project, version.scope.domain, version.version, version.name, std::int64_t{all});
  std::vector<RunKey> runs = rows_of(rows, [&](const Statement& row) {
    return RunKey{version.scope.project, version.scope.domain, row.uuid(0)};
  });
  if (!runs.empty()) return runs;
  throw Error(codes::k_run_not_found,
              cat("no run of ", version.name, '@', version.version.short_hex(),
                  all ? " has ended" : " has succeeded"),
              "leave out --runs to take the version alone");
}

// A name alone is a run's.
RunKey run_of(Database& database, const Scope& scope, const std::string& text) try {
  return find_run(database, scope.project, scope.domain, text);
} catch (const Error& error) {
  if (error.code().id != codes::k_run_not_found.id) throw;
  throw Error(error.code(), error.message(),
              cat(error.hint(), "\na version is written NAME@LABEL, NAME@DIGEST or NAME@latest"));
}

ExportRequest request_of(const Context& context, Database& database, const Options& options) {
  ExportRequest request;
  Scope scope = context.scope();
  for (const std::string& thing : options.things) {
    if (thing.find('@') == std::string::npos) {
      request.runs.push_back(run_of(database, scope, thing));
      continue;
    }
    request.versions.push_back(resolve_version(database, scope, thing));
    if (!options.runs) continue;
    for (RunKey& run : runs_of(database, request.versions.back(), *options.runs == "all"))
      request.runs.push_back(run);
  }
  return request;
}

std::string text_of(const std::string& path, const Exported& exported, bool dry_run) {
  std::string text = cat(path, ": ", amounts_words({exported.rows, exported.blobs, exported.bytes}));
  if (dry_run) text += " (dry run)";
  if (!dry_run && !exported.written) text += " (unchanged)";
  text += '\n';
  if (exported.freed > 0) text += cat("  without the bytes of ", exported.freed, " blobs that gc freed\n");
  return escape_terminal(text, Lines::multiline);
}

Exit export_things(const Context& context, const Options& options) {
  if (options.bundle.empty()) throw Error(codes::k_usage, "into which file?", "say it with --bundle FILE");
  std::string path = end_of_links(absolute_path(options.bundle));
  auto store = open_store(context, Access::read_only);
  ExportRequest request = request_of(context, store->database(), options);
  Exported exported = export_bundle(*store, request, path, options.force ? Overwrite::yes : Overwrite::no,
                                    options.dry_run ? Apply::dry_run : Apply::yes);
  Json json = Json::object();
  json.add("bundle", path).add("dry_run", bool{options.dry_run}).add("written", bool{exported.written});
  json.add("size", options.dry_run ? Json() : Json(exported.size));
  json.add("digest", options.dry_run ? Json() : Json(exported.digest.text()));
  add_subjects(json, {request.versions, exported.runs});
  json.add("holds", amounts_json({exported.rows, exported.blobs, exported.bytes}));
  json.add("freed_blobs", exported.freed);
  print_object(context, text_of(path, exported, options.dry_run), json);
  return Exit::ok;
}

}  // namespace

Command make_export() {
  auto options = std::make_shared<Options>();
  Command command;
  command.name = "export";
  command.summary = "Write versions and runs into one file";
  command.details =
      "A bundle is what 'wf import' takes into a store on another machine, which needs no network: there "
      "the version has the same digest, its tasks have the same cache keys, and lineage gives the same "
      "answers.\n\n"
      "With a version come all that it uses, the sources and default files, its registrations with their "
      "text and git state, its labels and launch plans. With a run come its version, events, attempts, "
      "logs, inputs, results, cache entries, tags and pins, and the runs that it rests on: whose results "
      "it reused, which it recovers, whose outputs it was given, and of bytes that it was given the last "
      "run before it that made them. All of them must have ended.\n\n"
      "A bundle holds what these runs recorded: values of inputs, logs, paths, names of users and hosts; "
      "of secrets only the names. The same things give the same bytes. It is a tar file, compressed when "
      "its name ends in .zst.";
  command.examples = {
      {"wf export iris@v1 --bundle iris.tar", "a version, to be run elsewhere"},
      {"wf export iris@v1 --runs last --bundle iris.tar.zst", "with its last good run and results"},
      {"wf export nightly --bundle nightly.tar", "a run, with all that it came from"}};
  command.positionals = {{"NAME@VERSION|RUN", "a version, or a run", &options->things}};
  command.options = {{"-b,--bundle", "FILE", "the file to write", &options->bundle},
                     {"--runs",
                      "WHICH",
                      "of each version also the last run that succeeded, or all that have ended",
                      &options->runs,
                      {"last", "all"}},
                     {"--force", "", "replace a file that is there with another content", &options->force},
                     {"-n,--dry-run", "", "say what it would hold, and write nothing", &options->dry_run}};
  command.formats = k_show_formats;
  command.run = [options](Context& context) { return export_things(context, *options); };
  return command;
}

}  // namespace wf::cli
