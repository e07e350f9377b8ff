#include "cli/settings.hpp"

#include <unistd.h>

#include <algorithm>
#include <set>
#include <stdexcept>
#include <thread>

#include "cli/codes.hpp"
#include "cli/context.hpp"
#include "cli/settings_file.hpp"
#include "core/base/environment.hpp"
#include "core/base/file.hpp"
#include "core/base/text.hpp"
#include "core/base/time.hpp"
#include "core/definition/name.hpp"
#include "core/engine/environments.hpp"

namespace wf::cli {

namespace {

std::optional<std::string> processors() { return cat(std::max(1U, std::thread::hardware_concurrency())); }

template <const char* Text>
std::optional<std::string> always() {
  return Text;
}

constexpr char k_default[] = "default";
constexpr char k_development[] = "development";
constexpr char k_false[] = "false";
constexpr char k_auto[] = "auto";
constexpr char k_same_where_it_counts[] = "any,staging=same,production=same";
constexpr char k_none[] = "";
constexpr char k_ten[] = "10";
constexpr char k_month[] = "30d";
constexpr char k_week[] = "7d";

constexpr SettingKey k_keys[] = {
    {k_store_setting, SettingType::folder, "--store", &Globals::store, "the store that commands use",
     "user data folder", user_data_folder},
    {k_project_setting, SettingType::name, "-p/--project", &Globals::project,
     "the project that names belong to", "default", always<k_default>},
    {k_domain_setting, SettingType::name, "-d/--domain", &Globals::domain, "the domain that names belong to",
     "default", always<k_development>},
    {k_parallelism_setting, SettingType::count, "--parallelism", nullptr,
     "attempts at the same time in a run", "number of processors", processors},
    {k_verify_setting, SettingType::boolean, "--verify", nullptr,
     "hash every byte of a cached result before it is reused", "default", always<k_false>},
    {k_backend_setting, SettingType::backend, "--backend", nullptr,
     "where attempts run: auto, local or docker, and of one domain alone as in auto,production=docker",
     "default", always<k_auto>},
    {k_environment_setting, SettingType::reuse_from, "", nullptr,
     "whose results of a task with an image are reused: any, or those of the same backend and image alone",
     "default", always<k_same_where_it_counts>},
    {k_keep_last_setting, SettingType::whole, "--keep-last", nullptr,
     "how many of the newest runs of each workflow gc keeps", "default", always<k_ten>},
    {k_keep_within_setting, SettingType::duration, "--keep-within", nullptr,
     "how long gc keeps runs from their end", "default", always<k_month>},
    {k_keep_labels_setting, SettingType::labels, "--keep-labels", nullptr,
     "labels whose runs gc keeps, such as release,tier=gold", "default", always<k_none>},
    {k_grace_setting, SettingType::duration, "--grace", nullptr,
     "how long gc waits from condemning bytes to freeing them", "default", always<k_week>},
};

std::vector<SettingsFile> file_paths(const ProjectFolder& project) {
  std::vector<SettingsFile> files;
  if (project.path) files.push_back({Layer::project, *project.path + "/config.yaml"});
  if (auto folder = user_folder("XDG_CONFIG_HOME", ".config"))
    files.push_back({Layer::user, *folder + "/wf/config.yaml"});
  files.push_back({Layer::system, environment("WF_SYSTEM_CONFIG").value_or("/etc/wf/config.yaml")});
  return files;
}

// As for .wf itself: what somebody else has put there must not lead this user's commands.
std::string mistrust(const SettingsFile& file) {
  auto info = file.layer == Layer::project ? stat_if_exists(file.path) : std::nullopt;
  if (!info || info->st_uid == ::geteuid()) return {};
  return cat("belongs to uid ", info->st_uid, " and was passed over");
}

// In a file, a path begins at the file's folder.
std::string resolved(const SettingKey& key, const std::string& path, const std::string& text) {
  bool relative = key.type == SettingType::folder && !text.starts_with('/');
  return relative ? cat(parent_folder(path), "/", text) : text;
}

std::string near_or_list(std::string_view name) {
  const std::string near = did_you_mean(name, setting_names());
  return cat(near, near.empty() ? "" : "\n", "'wf config list' shows all of them");
}

void check_variable(const SettingKey& key, const std::string& text) {
  if (is_valid(key.type, text)) return;
  throw Error(codes::k_bad_setting, cat("the environment variable ", variable_of(key), " is '", text, "'"),
              cat("expected ", expected_text(key.type)));
}

}  // namespace

std::string_view layer_name(Layer layer) {
  constexpr std::string_view k_names[] = {"flag", "environment", "project", "user", "system", "default"};
  return k_names[static_cast<std::size_t>(layer)];
}

std::span<const SettingKey> setting_keys() { return k_keys; }

std::vector<std::string> setting_names() {
  std::vector<std::string> names;
  for (const SettingKey& key : k_keys) names.emplace_back(key.name);
  return names;
}

const SettingKey* find_setting_key(std::string_view name) {
  const auto* found = std::find_if(std::begin(k_keys), std::end(k_keys),
                                   [&](const SettingKey& key) { return key.name == name; });
  return found == std::end(k_keys) ? nullptr : found;
}

const SettingKey& setting_key(std::string_view name) {
  if (const SettingKey* key = find_setting_key(name)) return *key;
  throw Error(codes::k_unknown_setting, cat("there is no setting '", name, "'"),
              name.starts_with("secrets.") ? std::string("'wf secret set' says where the value of a secret is")
                                           : near_or_list(name));
}

std::string variable_of(const SettingKey& key) {
  std::string variable = "WF_";
  for (char c : key.name) variable += c == '.' ? '_' : static_cast<char>(std::toupper(c));
  return variable;
}

std::string_view expected_text(SettingType type) {
  constexpr std::string_view k_texts[] = {
      k_workflow_name_grammar,
      "a folder on a local disk",
      "a whole number of 1 or more",
      "true or false",
      "a whole number of 0 or more",
      "a duration such as 12h or 30d",
      "labels as KEY or KEY=TEXT, with commas between them",
      "auto, local or docker, and of one domain as DOMAIN=docker, with commas between them",
      "any or same, and of one domain as DOMAIN=same, with commas between them"};
  return k_texts[static_cast<std::size_t>(type)];
}

namespace {

// One that a run can have, with any text or with this one.
bool is_label(std::string_view label) {
  const std::size_t equals = std::min(label.find('='), label.size());
  return !run_label_fault(label.substr(0, equals), label.substr(std::min(equals + 1, label.size())));
}

bool are_labels(const std::string& text) {
  const std::vector<std::string_view> labels = split(text, ',');
  return text.empty() || std::all_of(labels.begin(), labels.end(), is_label);
}

// At most one word for all domains, and one for each that is named.
bool are_words(const std::string& text, std::span<const std::string_view> words) {
  std::set<std::string_view> domains;
  for (std::string_view one : split(text, ',')) {
    const std::size_t equals = one.find('=');
    const std::string_view domain = equals == std::string_view::npos ? "" : one.substr(0, equals);
    const bool named = equals == std::string_view::npos || is_workflow_name(std::string(domain));
    const bool known = std::find(words.begin(), words.end(), one.substr(equals + 1)) != words.end();
    if (!named || !known || !domains.insert(domain).second) return false;
  }
  return true;
}

}  // namespace

std::string word_in(const std::string& text, const std::string& domain) {
  std::string found;
  for (std::string_view one : split(text, ',')) {
    if (one.starts_with(domain + "=")) return std::string(one.substr(domain.size() + 1));
    if (one.find('=') == std::string_view::npos) found = one;
  }
  return found;
}

bool is_valid(SettingType type, const std::string& text) {
  switch (type) {
    case SettingType::name:
      return is_workflow_name(text);
    case SettingType::folder:
      return !text.empty() && text.find("://") == std::string::npos;
    case SettingType::count:
      return parse_int(text).value_or(0) >= 1;
    case SettingType::whole:
      return parse_int(text).value_or(-1) >= 0;
    case SettingType::duration:
      return parse_duration(text).value_or(-1) >= 0;
    case SettingType::labels:
      return are_labels(text);
    case SettingType::backend:
      return are_words(text, k_backend_names);
    case SettingType::reuse_from:
      return are_words(text, k_reuse_from_names);
    case SettingType::boolean:
      break;
  }
  return text == "true" || text == "false";
}

Settings Settings::load(const Globals& globals) {
  Settings settings;
  for (const SettingKey& key : k_keys) {
    if (key.on_line != nullptr && globals.*key.on_line)
      settings.values_.push_back({&key, Layer::flag, *(globals.*key.on_line), std::string(key.flag)});
  }
  for (const SettingKey& key : k_keys) {
    auto text = environment(variable_of(key));
    if (!text) continue;
    if (key.type != SettingType::folder) check_variable(key, *text);
    settings.values_.push_back({&key, Layer::environment, *text, variable_of(key)});
  }
  settings.project_folder_ = find_project_folder(absolute_path("."));
  for (SettingsFile& file : file_paths(settings.project_folder_)) settings.add_file(std::move(file));
  return settings;
}

void Settings::add_file(SettingsFile file) {
  file.note = mistrust(file);
  if (auto text = file.note.empty() ? read_settings_file(file.path) : std::nullopt) {
    SettingsText found = read_settings(file.path, *text);
    refuse_mistakes(file.path, found.diagnostics);
    for (const FileSecret& one : found.secrets) {
      SecretSource source = *read_secret_source(one.text, parent_folder(file.path));
      source.origin = cat(file.path, ":", one.line);
      secrets_.push_back({one.name, file.layer, std::move(source)});
    }
    for (const FileSetting& one : found.values) {
      values_.push_back(
          {one.key, file.layer, resolved(*one.key, file.path, one.text), cat(file.path, ":", one.line)});
    }
  }
  // A .wf is a store itself, unless its file names another one.
  if (file.layer == Layer::project)
    values_.push_back({find_setting_key(k_store_setting), Layer::project, *project_folder_.path,
                       "found .wf here or above"});
  files_.push_back(std::move(file));
}

std::vector<SettingValue> Settings::values(const SettingKey& key) const {
  std::vector<SettingValue> found;
  for (const SettingValue& value : values_) {
    if (value.key == &key) found.push_back(value);
  }
  if (auto preset = key.preset())
    found.push_back({&key, Layer::preset, *preset, std::string(key.preset_doc)});
  return found;
}

std::string Settings::text(std::string_view name) const { return values(setting_key(name)).front().text; }
std::int64_t Settings::count(std::string_view name) const { return *parse_int(text(name)); }
std::int64_t Settings::duration_ns(std::string_view name) const { return *parse_duration(text(name)); }
bool Settings::is_on(std::string_view name) const { return text(name) == "true"; }

}  // namespace wf::cli
