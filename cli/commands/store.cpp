// wf store: where it is, and whether it is whole.
#include <memory>

#include "cli/commands.hpp"
#include "cli/output.hpp"
#include "cli/store_access.hpp"
#include "core/base/file.hpp"
#include "core/base/json_members.hpp"
#include "core/base/text.hpp"
#include "core/store/check.hpp"

namespace wf::cli {

namespace {

Exit path(const Context& context) {
  StoreLocation location = locate_store(context);
  bool is_there = Store::exists_at(location.path);
  Json json = Json::object();
  json.add("store", location.path);
  json.add("store_id", is_there
                           ? Json(Store::open(location.path, Access::read_only, context.clock)->id().text())
                           : Json());
  json.add("reason", location.reason);
  json.add("exists", is_there);
  print_object(context, location.path + '\n', json);
  if (context.is_format("table") && !context.globals.quiet) {
    print_error(cat("(", location.reason, is_there ? "" : "; not made yet", ")\n"));
  }
  return Exit::ok;
}

Json finding_json(const Finding& finding) {
  Json json = Json::object();
  json.add("object", escape_terminal(finding.object));
  json.add("problem", escape_terminal(finding.problem));
  json.add("produced", or_null(escape_terminal(finding.produced)));
  return json;
}

std::string finding_text(const Finding& finding) {
  std::string text = cat(finding.object, ": ", finding.problem, '\n');
  if (!finding.produced.empty()) text += cat("  from ", finding.produced, '\n');
  return escape_terminal(text, Lines::multiline);
}

Exit check(const Context& context, VerifyDepth depth) {
  auto store = open_store(context, Access::read_only);
  std::vector<Finding> findings = check_store(*store, depth);
  std::string text;
  for (const Finding& finding : findings) text += finding_text(finding);
  Json json = Json::object();
  json.add("store", store->path()).add("store_id", store->id().text());
  json.add("contents", depth == VerifyDepth::contents);
  json.add("findings", list_json(findings, finding_json));
  bool is_whole = findings.empty();
  if (is_whole && !context.globals.quiet) text = cat(store->path(), ": no problem found\n");
  print_object(context, text, json);
  return is_whole ? Exit::ok : Exit::verification_failed;
}

}  // namespace

Command make_store_path() {
  Command command{"store path",
                  "Say which store commands use here, and why",
                  "In this order: --store, WF_STORE, the nearest .wf upward that belongs to you (its "
                  "config.yaml may name "
                  "another store), the configuration's 'store', your own store in ~/.local/share/wf.",
                  {{"wf store path", "the folder on stdout, the reason on stderr"}}};
  command.formats = k_show_formats;
  command.run = [](Context& context) { return path(context); };
  return command;
}

Command make_store_check() {
  auto contents = std::make_shared<bool>(false);
  Command command{"store check",
                  "Verify the store against itself",
                  "Checks the database, every reference between its rows, every blob by size (those in the "
                  "database by their bytes), and every chain of events. Names what is wrong and, for a blob, "
                  "what made it. Changes nothing.\n\nExit status: 0 when nothing is wrong, 9 otherwise.",
                  {{"wf store check --contents", "also read every file and hash it"}}};
  command.options = {
      {"--contents", "", "hash every file, and check every page of the database", contents.get()}};
  command.formats = k_show_formats;
  command.run = [contents](Context& context) {
    return check(context, *contents ? VerifyDepth::contents : VerifyDepth::quick);
  };
  return command;
}

}  // namespace wf::cli
