// wf promote: a version goes to another domain or project.
#include <memory>

#include "cli/codes.hpp"
#include "cli/commands.hpp"
#include "cli/output.hpp"
#include "cli/store_access.hpp"
#include "core/base/json_members.hpp"
#include "core/base/text.hpp"
#include "core/registry/promote.hpp"

namespace wf::cli {

namespace {

struct Options {
  std::string reference;
  std::optional<std::string> from;
  std::string to;
  std::string label;
  bool keep_labels = false;
  bool dry_run = false;
};

// "DOMAIN", or "PROJECT/DOMAIN".
Scope place_of(const Scope& scope, const std::string& text) {
  std::size_t slash = text.find('/');
  if (slash == std::string::npos) return {scope.project, text};
  if (text.find('/', slash + 1) != std::string::npos)
    throw Error(codes::k_usage, cat("'", escape_terminal(text), "' is no place"), "write DOMAIN or PROJECT/DOMAIN");
  return {text.substr(0, slash), text.substr(slash + 1)};
}

std::string_view word(const Promotion& done) {
  if (done.result != RegistrationResult::unchanged) return "new registration";
  if (done.new_labels > 0) return done.new_labels == 1 ? "new label" : "new labels";
  return "unchanged";
}

Json scope_json(const Scope& scope, std::int64_t registration) {
  return Json::object()
      .add("project", scope.project)
      .add("domain", scope.domain)
      .add("registration", registration);
}

Exit promote(const Context& context, const Options& options) {
  if (options.to.empty()) throw Error(codes::k_usage, "where is it to go?", "say it with --to DOMAIN");
  auto store = open_store(context, options.dry_run ? Access::read_only : Access::read_write);
  Scope here = context.scope();
  if (options.from) here = place_of(here, *options.from);
  Scope to = place_of(here, options.to);
  ResolvedVersion from = resolve_version(store->database(), here, options.reference);
  if (options.from && (from.scope.project != here.project || from.scope.domain != here.domain)) {
    throw Error(codes::k_usage,
                cat("--from and '", escape_terminal(options.reference), "' name different places"),
                "leave one of them out");
  }
  Promotion done = promote_version(*store, from, to, options.label,
                                   options.keep_labels ? LabelsFollow::yes : LabelsFollow::no,
                                   options.dry_run ? Apply::dry_run : Apply::yes);
  Json json = Json::object();
  json.add("dry_run", bool{options.dry_run}).add("workflow", from.name).add("version", from.version.text());
  json.add("from", scope_json(from.scope, from.registration)).add("to", scope_json(to, done.seq));
  json.add("labels", list_json(done.labels)).add("result", word(done));
  std::string labels = done.labels.empty() ? "" : cat(" (", join(done.labels, ", "), ')');
  print_object(context,
               escape_terminal(cat(from.name, '@', from.version.short_hex(), labels, ": ", from.scope.project,
                                   '/', from.scope.domain, " to ", to.project, '/', to.domain, ": ",
                                   word(done), options.dry_run ? " (dry run)" : "")) +
                   "\n",
               json);
  return Exit::ok;
}

}  // namespace

Command make_promote() {
  auto options = std::make_shared<Options>();
  auto label = std::make_shared<std::optional<std::string>>();
  Command command;
  command.name = "promote";
  command.summary = "Register a version in another domain or project";
  command.details =
      "The same version, with the same digest, is registered in the place --to, with the text, the "
      "descriptions and "
      "the git state that it has in the place --from, and the record of where it came from. No file is read. "
      "What "
      "was promoted already changes nothing.\n\n"
      "Labels stay where they are unless --label or --keep-labels asks for them. A label never moves: where "
      "it "
      "stands for another version in the other place, the store is left as it was (exit status 4).";
  command.examples = {{"wf promote iris@v1 --to staging --keep-labels", "from this domain to staging, as v1"},
                      {"wf promote iris@7f3a9c12 --from staging --to production --label v1.2.0",
                       "a version, under a new label"},
                      {"wf promote iris@v1 --to vision/development", "into another project"}};
  command.positionals = {
      {"NAME@VERSION", "a label, a digest of 8 or more digits, or latest", &options->reference}};
  command.options = {
      {"--from", "DOMAIN", "where it is: a domain, or PROJECT/DOMAIN (default: --domain)", &options->from},
      {"--to", "DOMAIN", "where it goes: a domain, or PROJECT/DOMAIN", &options->to},
      {"-l,--label", "LABEL", "name the version there", label.get()},
      {"--keep-labels", "", "give it the labels there that it has here", &options->keep_labels},
      {"-n,--dry-run", "", "say what would be done, and do nothing", &options->dry_run}};
  command.formats = k_show_formats;
  command.run = [label, options](Context& context) {
    options->label = label->value_or("");
    return promote(context, *options);
  };
  return command;
}

}  // namespace wf::cli
