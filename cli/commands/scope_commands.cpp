#include "cli/commands/scope_commands.hpp"

#include <memory>

#include "cli/output.hpp"
#include "cli/store_access.hpp"
#include "core/base/text.hpp"
#include "core/base/time.hpp"

namespace wf::cli {

namespace {

struct Options {
  std::string name;
  std::string description;
};

Json to_json(const ScopeEntry& entry) {
  Json json = Json::object();
  json.add("name", entry.name);
  json.add("description", entry.description);
  json.add("workflows", entry.workflows);
  json.add("runs", entry.runs);
  json.add("created", format_wall_us(entry.created_us));
  json.add("created_by", entry.created_by);
  return json;
}

std::string to_text(const ScopeEntry& entry) {
  std::string text = cat("name:        ", entry.name, "\ndescription: ", entry.description,
                         "\nworkflows:   ", entry.workflows, "\nruns:        ", entry.runs,
                         "\ncreated:     ", format_wall_us(entry.created_us), " by ", entry.created_by, '\n');
  return escape_terminal(text, Lines::multiline);
}

Exit create(const Context& context, ScopeKind kind, const Options& options) {
  auto store = open_store(context, Access::create);
  create_scope_entry(*store, kind, options.name, options.description);
  ScopeEntry entry = get_scope_entry(store->database(), kind, options.name);
  print_object(context, context.globals.quiet ? "" : cat("created ", entry.name, '\n'), to_json(entry));
  return Exit::ok;
}

Exit list(const Context& context, ScopeKind kind, const std::string& word) {
  auto store = open_store(context, Access::read_only);
  Listing listing{
      word + "s",
      {{"name", "NAME"}, {"workflows", "WORKFLOWS"}, {"runs", "RUNS"}, {"description", "DESCRIPTION"}},
      {}};
  for (const ScopeEntry& entry : list_scope_entries(store->database(), kind)) {
    listing.rows.push_back(to_json(entry));
  }
  print_listing(context, listing);
  return Exit::ok;
}

Exit show(const Context& context, ScopeKind kind, const std::string& name) {
  auto store = open_store(context, Access::read_only);
  ScopeEntry entry = get_scope_entry(store->database(), kind, name);
  print_object(context, to_text(entry), to_json(entry));
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
  command.run = [kind, options](Context& context) { return create(context, kind, *options); };
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
  command.run = [kind, name](Context& context) { return show(context, kind, *name); };
  return command;
}

}  // namespace wf::cli
