#include "cli/commands/scope_commands.hpp"

#include <memory>

#include "cli/output.hpp"
#include "cli/store_access.hpp"
#include "core/base/json_members.hpp"
#include "core/base/text.hpp"
#include "core/base/time.hpp"
#include "core/lineage/tree_text.hpp"

namespace wf::cli {

namespace {

struct Options {
  std::string name;
  std::string description;
};

// A project or a domain, as `word` says.
Json to_json(const std::string& word, const ScopeEntry& entry) {
  Json json = Json::object();
  json.add(word, entry.name).add("description", or_null(entry.description));
  json.add("workflows", entry.workflows).add("runs", entry.runs);
  return json.add("created", format_wall_us(entry.created_us)).add("created_by", entry.created_by);
}

std::string to_text(const std::string& word, const ScopeEntry& entry) {
  std::string lead = cat(word, ":");
  lead.resize(sizeof "description: " - 1, ' ');
  std::string text =
      cat(lead, entry.name, "\ndescription: ", entry.description.empty() ? "-" : entry.description,
          "\nworkflows:   ", entry.workflows, "\nruns:        ", entry.runs,
          "\ncreated:     ", short_time(entry.created_us), " by ", entry.created_by, '\n');
  return escape_terminal(text, Lines::multiline);
}

Exit create(const Context& context, ScopeKind kind, const std::string& word, const Options& options) {
  auto store = open_store(context, Access::create);
  create_scope_entry(*store, kind, options.name, options.description);
  ScopeEntry entry = get_scope_entry(store->database(), kind, options.name);
  print_object(context, context.globals.quiet ? "" : cat("created ", word, " ", entry.name, '\n'),
               to_json(word, entry));
  return Exit::ok;
}

Exit list(const Context& context, ScopeKind kind, const std::string& word) {
  auto store = open_store(context, Access::read_only);
  Listing listing{word + "s",
                  {{word, word == "project" ? "PROJECT" : "DOMAIN"},
                   {"workflows", "WORKFLOWS"},
                   {"runs", "RUNS"},
                   {"description", "DESCRIPTION"}},
                  {}};
  for (const ScopeEntry& entry : list_scope_entries(store->database(), kind)) {
    listing.rows.push_back(to_json(word, entry));
  }
  print_listing(context, listing);
  return Exit::ok;
}

Exit show(const Context& context, ScopeKind kind, const std::string& word, const std::string& name) {
  auto store = open_store(context, Access::read_only);
  ScopeEntry entry = get_scope_entry(store->database(), kind, name);
  print_object(context, to_text(word, entry), to_json(word, entry));
  return Exit::ok;
}

}  // namespace

Command make_scope_create(ScopeKind kind, const std::string& word) {
  auto options = std::make_shared<Options>();
  Command command{word + " create", cat("Make a ", word),
                  "Names are lower-case letters, digits and -, and begin with a letter."};
  command.examples = {
      {cat("wf ", word, " create vision --description 'Cameras of line 3'"), "make 'vision'"}};
  command.positionals = {{"NAME", cat("the new ", word), &options->name}};
  command.options = {{"--description", "TEXT", "what it is for", &options->description}};
  command.formats = k_show_formats;
  command.run = [kind, word, options](Context& context) { return create(context, kind, word, *options); };
  return command;
}

Command make_scope_list(ScopeKind kind, const std::string& word) {
  Command command{word + " list", cat("List the ", word, "s of the store"),
                  cat("With the number of workflows and runs in each ", word, '.')};
  command.examples = {{cat("wf ", word, " list -o json"), "for a script"}};
  command.formats = k_list_formats;
  command.run = [kind, word](Context& context) { return list(context, kind, word); };
  return command;
}

Command make_scope_show(ScopeKind kind, const std::string& word) {
  auto name = std::make_shared<std::string>();
  Command command{word + " show", cat("Show one ", word),
                  cat("What it is for, who made the ", word, " and when.")};
  command.examples = {
      {cat("wf ", word, " show ", kind == ScopeKind::project ? "default" : "staging"), "what it holds"}};
  command.positionals = {{kind == ScopeKind::project ? "PROJECT" : "DOMAIN", cat("the ", word), name.get()}};
  command.formats = k_show_formats;
  command.run = [kind, word, name](Context& context) { return show(context, kind, word, *name); };
  return command;
}

}  // namespace wf::cli
