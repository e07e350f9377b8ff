// wf config: what wf has been told beforehand, and where.
#include <memory>

#include "cli/codes.hpp"
#include "cli/commands.hpp"
#include "cli/output.hpp"
#include "cli/settings.hpp"
#include "cli/settings_change.hpp"
#include "core/base/file.hpp"
#include "core/base/text.hpp"

namespace wf::cli {

namespace {

struct Options {
  std::string key;
  std::string value;
  std::string layer;
};

constexpr const char* k_layers_help =
    "A value comes from the option, else the environment variable, else the project's file (.wf/config.yaml "
    "in "
    "the nearest .wf upward that belongs to you), else yours (~/.config/wf/config.yaml), else the system's "
    "(/etc/wf/config.yaml). A path in a file begins at that file's folder.";

Json value_json(const SettingValue& value) {
  Json json = Json::object();
  json.add("setting", value.key->name).add("value", value.text);
  json.add("layer", layer_name(value.layer)).add("origin", value.origin);
  return json;
}

Exit list(const Context& context) {
  Listing listing{"settings", {{"setting", "SETTING"}, {"value", "VALUE"}, {"origin", "FROM"}}, {}};
  for (const SettingKey& key : setting_keys()) {
    std::vector<SettingValue> values = context.settings().values(key);
    if (!values.empty()) listing.rows.push_back(value_json(values.front()));
  }
  print_listing(context, listing);
  return Exit::ok;
}

[[noreturn]] void refuse_unset(const SettingKey& key, const std::string& where) {
  throw Error(codes::k_setting_absent, cat("'", key.name, "' is not set", where),
              "see 'wf config explain KEY'");
}

Exit get(const Context& context, const std::string& name) {
  const SettingKey& key = setting_key(name);
  std::vector<SettingValue> values = context.settings().values(key);
  if (values.empty()) refuse_unset(key, ", and HOME, which would give its default, neither");
  print_object(context, escape_terminal(values.front().text) + '\n', value_json(values.front()));
  return Exit::ok;
}

// ---- explain

// Where a layer would have its value, were there one.
std::string place_of(const Settings& settings, const SettingKey& key, Layer layer) {
  if (layer == Layer::flag) return key.flag.empty() ? std::string("it has none") : std::string(key.flag);
  if (layer == Layer::environment) return variable_of(key);
  if (layer == Layer::preset) return std::string(key.preset_doc);
  for (const SettingsFile& file : settings.files()) {
    if (file.layer == layer) return file.note.empty() ? file.path : cat(file.path, " (", file.note, ")");
  }
  return layer == Layer::project ? cat("no .wf here or above", settings.project_folder().passed_over) : "";
}

// One row for each layer, and one more where a layer has two: a .wf, and another store named in it.
Json::Array layer_rows(const Settings& settings, const SettingKey& key) {
  std::vector<SettingValue> values = settings.values(key);
  Json::Array rows;
  auto add = [&](Layer layer, const std::string& where, Json value) {
    bool counts = !values.empty() && !value.is_null() && where == values.front().origin;
    Json row = Json::object();
    row.add("layer", layer_name(layer)).add("value", std::move(value)).add("origin", where);
    rows.push_back(row.add("in_force", counts));
  };
  for (Layer layer :
       {Layer::flag, Layer::environment, Layer::project, Layer::user, Layer::system, Layer::preset}) {
    std::size_t before = rows.size();
    for (const SettingValue& value : values) {
      if (value.layer == layer) add(layer, value.origin, Json(value.text));
    }
    if (rows.size() == before) add(layer, place_of(settings, key, layer), Json());
  }
  return rows;
}

Exit explain(const Context& context, const std::string& name) {
  const SettingKey& key = setting_key(name);
  Json::Array rows = layer_rows(context.settings(), key);
  Json json = Json::object();
  json.add("setting", key.name).add("about", key.doc).add("expected", expected_text(key.type));
  json.add("layers", Json(rows));
  for (Json& row : rows) row.add("mark", row.at("in_force").as_bool() ? "->" : "");
  std::string table =
      render_table({{"mark", ""}, {"layer", "LAYER"}, {"value", "VALUE"}, {"origin", "FROM"}}, rows);
  print_object(context, cat(key.name, ": ", key.doc, "\n\n", table), json);
  return Exit::ok;
}

// ---- set and unset

void tell(const Context& context, const SettingKey& key, const SettingsFile& file) {
  Context fresh{context.clock, context.globals};
  std::vector<SettingValue> values = fresh.settings().values(key);
  Json json = Json::object();
  json.add("setting", key.name);
  json.add("value", values.empty() ? Json() : Json(values.front().text));
  json.add("layer", values.empty() ? Json() : Json(layer_name(values.front().layer)));
  json.add("origin", values.empty() ? Json() : Json(values.front().origin)).add("file", file.path);
  bool quiet = context.globals.quiet || values.empty();
  bool is_set = !values.empty() && values.front().layer != Layer::preset;
  std::string source = is_set ? cat("from ", values.front().origin) : std::string("as nothing sets it");
  std::string human = quiet ? "" : cat(key.name, " is now ", values.front().text, ", ", source, "\n");
  print_object(context, escape_terminal(human, Lines::multiline), json);
}

Exit set(const Context& context, const Options& options) {
  const SettingKey& key = setting_key(options.key);
  SettingsFile file = file_of_layer(context.settings(), options.layer);
  if (!is_valid(key.type, options.value)) {
    throw Error(codes::k_bad_setting, cat("'", options.value, "' is no value of '", key.name, "'"),
                cat("expected ", expected_text(key.type)));
  }
  // Here it begins at the current folder, in a file at the file's.
  std::string value = key.type == SettingType::folder ? absolute_path(options.value) : options.value;
  set_setting(file.path, key.name, value);
  tell(context, key, file);
  return Exit::ok;
}

Exit unset(const Context& context, const Options& options) {
  const SettingKey& key = setting_key(options.key);
  SettingsFile file = file_of_layer(context.settings(), options.layer);
  if (!unset_setting(file.path, key.name)) refuse_unset(key, cat(" in '", file.path, "'"));
  tell(context, key, file);
  return Exit::ok;
}

Positional key_positional(Options& options) {
  return {"KEY", "the setting, as 'wf config list' names it", &options.key};
}

}  // namespace

Command make_config_list() {
  Command command{"config list", "List every setting, its value and where that comes from", k_layers_help};
  command.examples = {{"wf config list -o json", "for a script"}};
  command.formats = k_list_formats;
  command.run = [](Context& context) { return list(context); };
  return command;
}

Command make_config_get() {
  auto options = std::make_shared<Options>();
  Command command{"config get", "Print the value of a setting", "It is the value that commands use here."};
  command.examples = {{"wf config get run.parallelism", "how many attempts run at the same time"}};
  command.positionals = {key_positional(*options)};
  command.formats = k_show_formats;
  command.run = [options](Context& context) { return get(context, options->key); };
  return command;
}

Command make_config_explain() {
  auto options = std::make_shared<Options>();
  Command command{"config explain", "Show each layer's value of a setting, and which one counts",
                  k_layers_help};
  command.examples = {{"wf config explain store", "why commands use this store"}};
  command.positionals = {key_positional(*options)};
  command.formats = k_show_formats;
  command.run = [options](Context& context) { return explain(context, options->key); };
  return command;
}

Command make_config_set() {
  auto options = std::make_shared<Options>();
  Command command{
      "config set", "Write a setting into a configuration file",
      "The file is replaced at once; its comments and its other lines stay as they are. What would be "
      "no valid configuration is refused."};
  command.examples = {{"wf config set project vision", "for this .wf, or for you where there is none"},
                      {"wf config set run.parallelism 4 --layer user", "for all that you run"}};
  command.positionals = {key_positional(*options), {"VALUE", "what it is to be", &options->value}};
  command.options = {layer_option(options->layer)};
  command.formats = k_show_formats;
  command.run = [options](Context& context) { return set(context, *options); };
  return command;
}

Command make_config_unset() {
  auto options = std::make_shared<Options>();
  Command command{"config unset", "Take a setting out of a configuration file",
                  "Another layer's value counts from then on."};
  command.examples = {{"wf config unset project --layer user", "back to the default"}};
  command.positionals = {key_positional(*options)};
  command.options = {layer_option(options->layer)};
  command.formats = k_show_formats;
  command.run = [options](Context& context) { return unset(context, *options); };
  return command;
}

}  // namespace wf::cli
