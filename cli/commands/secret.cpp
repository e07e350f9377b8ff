// wf secret: where this machine has the values of secrets; never the values.
#include <algorithm>
#include <memory>

#include "cli/codes.hpp"
#include "cli/commands.hpp"
#include "cli/output.hpp"
#include "cli/settings.hpp"
#include "cli/settings_change.hpp"
#include "core/base/file.hpp"
#include "core/base/json_members.hpp"
#include "core/base/text.hpp"
#include "core/definition/name.hpp"
#include "core/secrets/codes.hpp"
#include "core/secrets/secrets.hpp"

namespace wf::cli {

namespace {

struct Options {
  std::string name;
  std::string source;
  std::string layer;
};

std::string setting_of(const std::string& name) {
  if (is_workflow_name(name)) return cat("secrets.", name);
  throw Error(codes::k_usage, cat("'", escape_terminal(name), "' cannot name a secret"),
              std::string(k_workflow_name_grammar));
}

Json secret_json(const std::string& name, const std::optional<SecretSource>& source) {
  Json json = Json::object();
  json.add("secret", name).add("source", source ? Json(source->text()) : Json());
  return json.add("origin", source ? Json(source->origin) : Json());
}

// What counts now, which may not be what was changed.
void tell(const Context& context, const std::string& name, const SettingsFile& file) {
  Context fresh{context.clock, context.globals, context.secret_variables};
  std::optional<SecretSource> source = fresh.secrets().source(name);
  std::string human = source ? cat(name, " is now ", source->text(), ", from ", source->origin, "\n")
                             : cat("nothing gives ", name, " now\n");
  print_object(context, context.globals.quiet ? "" : escape_terminal(human, Lines::multiline),
               secret_json(name, source).add("file", file.path));
}

// Relative to the folder it is said in, and not to where somebody happens to be.
std::string absolute_source(const std::string& text) {
  auto source = read_secret_source(text, absolute_path("."));
  if (source) return source->text();
  // It may be the value itself, by mistake: so it is not repeated.
  throw Error(codes::k_usage, "SOURCE does not say where the value of the secret is",
              cat("expected ", k_secret_source_grammar, "; the value itself is never given to wf"));
}

Exit set(const Context& context, const Options& options) {
  const std::string setting = setting_of(options.name);
  const std::string source = absolute_source(options.source);
  SettingsFile file = file_of_layer(context.settings(), options.layer);
  set_setting(file.path, setting, source);
  tell(context, options.name, file);
  return Exit::ok;
}

Exit unset(const Context& context, const Options& options) {
  const std::string setting = setting_of(options.name);
  SettingsFile file = file_of_layer(context.settings(), options.layer);
  if (!unset_setting(file.path, setting))
    throw Error(wf::codes::k_no_secret, cat("'", options.name, "' is not in '", file.path, "'"),
                "'wf secret list' shows where each secret is said");
  tell(context, options.name, file);
  return Exit::ok;
}

Exit list(const Context& context) {
  Listing listing{"secrets", {{"secret", "SECRET"}, {"source", "SOURCE"}, {"origin", "FROM"}}, {}};
  for (const auto& [name, source] : context.secrets().sources())
    listing.rows.push_back(secret_json(name, source));
  print_listing(context, listing);
  return Exit::ok;
}

// Why it cannot be had; nothing: it can.
std::optional<std::string> problem_of(Secrets& secrets, const std::string& name) {
  try {
    secrets.value(name);
    return std::nullopt;
  } catch (const Error& error) {
    return error.message();
  }
}

Exit check(const Context& context, std::vector<std::string> names) {
  Secrets& secrets = context.secrets();
  for (const std::string& name : names) setting_of(name);
  if (names.empty())
    for (const auto& [name, source] : secrets.sources()) names.push_back(name);
  Listing listing{"secrets",
                  {{"secret", "SECRET"}, {"state", "STATE"}, {"source", "SOURCE"}, {"problem", "PROBLEM"}},
                  {}};
  bool all = true;
  for (const std::string& name : names) {
    std::optional<std::string> problem = problem_of(secrets, name);
    Json row = secret_json(name, secrets.source(name));
    row.add("state", problem ? "missing" : "there").add("problem", problem ? Json(*problem) : Json());
    listing.rows.push_back(std::move(row));
    all = all && !problem;
  }
  print_listing(context, listing);
  return all ? Exit::ok : Exit::unavailable;
}

Positional secret_positional(Options& options) { return {"SECRET", "the name of the secret", &options.name}; }

constexpr const char* k_where =
    "A secret comes from the variable WF_SECRET_NAME (in capitals, '-' as '_') if that is set, else from "
    "where the "
    "project's configuration says, else yours, else the system's. A value is fetched when a task needs it, "
    "has 6 to 65536 "
    "bytes, and a last line end is no part of it; what a file or a command gave is good for 5 minutes. "
    "A command has no terminal to ask at, and a minute.";

}  // namespace

Command make_secret_set() {
  auto options = std::make_shared<Options>();
  Command command{"secret set", "Say where the value of a secret is", {}};
  command.details =
      cat("SOURCE is env:VARIABLE, file:PATH, or command:LINE, which is run by sh in the folder of the "
          "configuration file. It is "
          "written into that file; the value is never given to wf, and never stands in its files.\n",
          k_where);
  command.examples = {
      {"wf secret set api-token env:API_TOKEN", "a variable of the caller's, as CI systems set it"},
      {"wf secret set db-password file:/run/secrets/db", "the content of a file"},
      {"wf secret set s3-key 'command:pass show s3/key' --layer user",
       "whatever gives it, for all that you run"}};
  command.positionals = {secret_positional(*options), {"SOURCE", "where its value is", &options->source}};
  command.options = {layer_option(options->layer)};
  command.formats = k_show_formats;
  command.run = [options](Context& context) { return set(context, *options); };
  return command;
}

Command make_secret_unset() {
  auto options = std::make_shared<Options>();
  Command command{"secret unset", "Take a secret out of a configuration file",
                  "What another layer says counts from then on."};
  command.examples = {{"wf secret unset api-token", "this machine does not give it any more"}};
  command.positionals = {secret_positional(*options)};
  command.options = {layer_option(options->layer)};
  command.formats = k_show_formats;
  command.run = [options](Context& context) { return unset(context, *options); };
  return command;
}

Command make_secret_list() {
  Command command{"secret list", "List the secrets of this machine and where their values are", k_where};
  command.examples = {{"wf secret list", "no value is fetched"}};
  command.formats = k_list_formats;
  command.run = [](Context& context) { return list(context); };
  return command;
}

Command make_secret_check() {
  auto names = std::make_shared<std::vector<std::string>>();
  Command command{"secret check", "Tell whether secrets can be had",
                  "Each is fetched as for a task, and nothing of it is shown. Exit status: 0 when all can be "
                  "had, 5 when one "
                  "cannot."};
  command.examples = {{"wf secret check", "all of this machine"},
                      {"wf secret check api-token", "before a long run"}};
  command.positionals = {{"SECRET", "only these", names.get(), false}};
  command.formats = k_list_formats;
  command.run = [names](Context& context) { return check(context, *names); };
  return command;
}

}  // namespace wf::cli
