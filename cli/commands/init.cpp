// wf init: a store for a folder and everything below it, and a first definition.
#include <fcntl.h>

#include <algorithm>
#include <filesystem>
#include <memory>

#include "cli/codes.hpp"
#include "cli/commands.hpp"
#include "cli/output.hpp"
#include "cli/settings.hpp"
#include "cli/templates.hpp"
#include "core/base/file.hpp"
#include "core/base/shell.hpp"
#include "core/base/text.hpp"
#include "core/store/store.hpp"

namespace wf::cli {

namespace {

constexpr std::string_view k_list = "list";
constexpr mode_t k_folder_mode = 0777;  // less what the umask takes
constexpr mode_t k_file_mode = 0666;

struct Options {
  std::optional<std::string> folder;
  std::string wanted;  // a template, or k_list
};

struct WantedStore {
  std::string path;
  bool by_flag = false;  // then later commands need the flag as well
};

// With --store or WF_STORE a store anywhere; else .wf in the folder, even below one that has a store.
WantedStore wanted_store(const Context& context, const std::string& folder) {
  std::vector<SettingValue> values = context.settings().values(setting_key(k_store_setting));
  if (values.empty() || values.front().layer > Layer::environment)
    return {absolute_path(folder + "/.wf"), false};
  const SettingValue& named = values.front();
  return {store_folder(named.text, named.origin), named.layer == Layer::flag};
}

// "a" for "./a/"; "." for the current folder.
std::string plain_folder(const std::string& given) {
  std::string folder = std::filesystem::path(given).lexically_normal().string();
  while (folder.size() > 1 && folder.ends_with('/')) folder.pop_back();
  return folder;
}

// A file of a template as it goes into the folder.
struct PlannedFile {
  std::string path;
  std::string_view text;
  bool is_there = false;  // with the same bytes
};

// The first folder between `folder` and the file that is no folder, or a link to one, which would lead the
// file elsewhere; empty when there is none.
std::string blocked_parent(const std::string& folder, std::string_view file) {
  for (std::size_t slash = file.find('/'); slash != std::string_view::npos; slash = file.find('/', slash + 1)) {
    std::string parent = cat(folder, file.substr(0, slash));
    auto status = lstat_if_exists(parent);
    if (!status) return {};
    if (!S_ISDIR(status->st_mode)) return parent;
  }
  return {};
}

// Throws Error(k_output_exists) before anything is written.
std::vector<PlannedFile> planned_files(const Template& chosen, const std::string& folder) {
  std::vector<PlannedFile> files;
  std::vector<std::string> taken;
  std::string before = folder == "." ? "" : folder + "/";
  for (const TemplateFile& file : chosen.files) {
    std::string path = before + std::string(file.path);
    std::string blocked = blocked_parent(before, file.path);
    auto status = blocked.empty() ? lstat_if_exists(path) : std::nullopt;
    bool same = status && S_ISREG(status->st_mode) && read_file(path) == file.text;
    if (status && !same) blocked = path;
    if (!blocked.empty() && (taken.empty() || taken.back() != cat("'", blocked, "'")))
      taken.push_back(cat("'", blocked, "'"));
    files.push_back({std::move(path), file.text, same});
  }
  if (taken.empty()) return files;
  throw Error(codes::k_output_exists,
              cat(join(taken, ", "), taken.size() == 1 ? " is" : " are",
                  " there already, and nothing is overwritten"),
              cat("name another folder: wf init FOLDER --template ", chosen.name));
}

void write_files(const std::vector<PlannedFile>& files) {
  for (const PlannedFile& file : files) make_folders(parent_folder(absolute_path(file.path)), k_folder_mode);
  for (const PlannedFile& file : files) {
    if (file.is_there) continue;
    Fd created = open_file(file.path, O_WRONLY | O_CREAT | O_EXCL, k_file_mode);
    write_all(created.get(), file.text, file.path);
  }
}

Exit list_templates(const Context& context) {
  Listing listing{
      "templates", {{"name", "TEMPLATE"}, {"description", "WHAT IT DOES"}, {"files", "FILES", words}}, {}};
  for (const Template& one : all_templates()) {
    Json files = Json::array();
    for (const TemplateFile& file : one.files) files.push(file.path);
    Json row = Json::object();
    row.add("name", one.name).add("description", one.description).add("files", std::move(files));
    listing.rows.push_back(std::move(row));
  }
  print_listing(context, listing);
  return Exit::ok;
}

struct Made {
  std::string store;
  Uuid store_id;
  bool is_new = false;
  std::string chosen = {};  // the template; empty: none
  std::vector<PlannedFile> files = {};
  std::string next = {};  // the command that runs it
};

Made make_store(const Context& context, const std::string& path) {
  Made made{path, {}, false};
  made.is_new = !Store::exists_at(made.store);
  make_folders(made.store);
  if (!exists(made.store + "/.gitignore")) replace_file_durably(made.store + "/.gitignore", "*\n", 0644);
  made.store_id = Store::open(made.store, Access::create, context.clock)->id();
  return made;
}

std::string text_of(const Made& made) {
  std::string text = cat(made.is_new ? "made the store " : "the store is there already: ", made.store, '\n');
  for (const PlannedFile& file : made.files)
    text += cat(file.is_there ? "there already: " : "wrote ", file.path, '\n');
  if (!made.next.empty()) text += cat("\nnext: ", made.next, '\n');
  return escape_terminal(text, Lines::multiline);
}

Json json_of(const Made& made) {
  Json files = Json::array();
  for (const PlannedFile& file : made.files) {
    Json json = Json::object();
    json.add("path", file.path).add("new", !file.is_there);
    files.push(std::move(json));
  }
  Json json = Json::object();
  json.add("store", made.store).add("store_id", made.store_id.text()).add("new", made.is_new);
  json.add("template", made.chosen.empty() ? Json() : Json(made.chosen)).add("files", std::move(files));
  json.add("next", made.next.empty() ? Json() : Json(made.next));
  return json;
}

Exit init(const Context& context, const Options& options) {
  if (options.wanted == k_list) return list_templates(context);
  std::string folder = options.folder.value_or(".");
  if (folder.empty()) throw Error(codes::k_usage, "the folder has no name", "leave it out for the current folder");
  folder = plain_folder(folder);
  std::vector<Template> templates = all_templates();
  auto chosen = std::find_if(templates.begin(), templates.end(),
                             [&](const Template& one) { return one.name == options.wanted; });
  std::vector<PlannedFile> files;
  if (chosen != templates.end()) files = planned_files(*chosen, folder);
  if (options.folder) make_folders(absolute_path(folder), k_folder_mode);
  WantedStore store = wanted_store(context, folder);
  Made made = make_store(context, store.path);
  write_files(files);
  made.files = std::move(files);
  if (chosen != templates.end()) {
    made.chosen = chosen->name;
    made.next =
        cat(folder == "." ? "" : cat("cd ", shell_quoted(folder), " && "), "wf run ", chosen->definition,
            store.by_flag ? cat(" --store ", shell_quoted(store.path)) : "");
  }
  print_object(context, context.globals.quiet ? "" : text_of(made), json_of(made));
  return Exit::ok;
}

}  // namespace

Command make_init() {
  auto options = std::make_shared<Options>();
  Command command{
      "init",
      "Make a store for a folder and those below it, and a first workflow",
      "Makes .wf in the current folder, or in DIR: the database, the objects and the folders of runs. "
      "Commands "
      "in this folder and below use it from then on. Its .gitignore keeps it out of git. When it is "
      "there already, nothing changes.\n\n"
      "--template adds a small workflow that runs as it stands, to begin with; '--template list' lists them. "
      "No file is ever overwritten: where one with other content is in the way nothing is written at all.\n\n"
      "Without any .wf, commands use the user's own store in ~/.local/share/wf.",
      {{"wf init", "make .wf here"},
       {"wf init --template list", "what there is to begin with"},
       {"wf init counting --template map-reduce", "a new folder with a store and a workflow"},
       {"wf init --store /srv/wf", "make a store elsewhere"}}};
  command.positionals = {
      {"DIR", "the folder, made where it is missing (default: the current one)", &options->folder, false}};
  Option choice{"--template", "NAME", "also write the files of this template", &options->wanted};
  for (const Template& one : all_templates()) choice.choices.push_back(one.name);
  choice.choices.emplace_back(k_list);
  command.options = {std::move(choice)};
  command.formats = k_show_formats;
  command.run = [options](Context& context) { return init(context, *options); };
  return command;
}

}  // namespace wf::cli
