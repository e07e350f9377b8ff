// wf init: a store for the current folder and everything below it.
#include <memory>

#include "cli/commands.hpp"
#include "cli/output.hpp"
#include "cli/settings.hpp"
#include "core/base/file.hpp"
#include "core/base/text.hpp"
#include "core/store/store.hpp"

namespace wf::cli {

namespace {

// With --store or WF_STORE a store anywhere; else .wf here, even below a folder that has one.
std::string wanted_folder(const Context& context) {
  std::vector<SettingValue> values = context.settings().values(setting_key(k_store_setting));
  bool is_named = !values.empty() && values.front().layer <= Layer::environment;
  return is_named ? store_folder(values.front().text, values.front().origin) : absolute_path(".wf");
}

Exit init(const Context& context) {
  std::string folder = wanted_folder(context);
  bool was_there = exists(folder + "/wf.db");
  make_folders(folder);
  if (!exists(folder + "/.gitignore")) replace_file_durably(folder + "/.gitignore", "*\n", 0644);
  auto store = Store::open(folder, Access::create, context.clock);
  Json json = Json::object();
  json.add("store", folder);
  json.add("store_id", store->id().text());
  json.add("new", !was_there);
  std::string human = cat(was_there ? "the store is there already: " : "made the store ", folder, '\n');
  print_object(context, context.globals.quiet ? "" : human, json);
  return Exit::ok;
}

}  // namespace

Command make_init() {
  Command command{
      "init",
      "Make a store for this folder and those below it",
      "Makes .wf in the current folder: the database, the objects and the folders of runs. Commands "
      "in this folder and below use it from then on. Its .gitignore keeps it out of git. When it is "
      "there already, nothing changes.\n\n"
      "Without any .wf, commands use the user's own store in ~/.local/share/wf.",
      {{"wf init", "make .wf here"}, {"wf init --store /srv/wf", "make a store elsewhere"}}};
  command.formats = k_show_formats;
  command.run = [](Context& context) { return init(context); };
  return command;
}

}  // namespace wf::cli
