#include "core/definition/bundle.hpp"

#include <fnmatch.h>
#include <locale.h>

#include <algorithm>
#include <array>
#include <filesystem>

#include "core/base/codes.hpp"
#include "core/base/file.hpp"
#include "core/base/text.hpp"
#include "core/base/tree.hpp"
#include "core/definition/dataset.hpp"
#include "core/definition/read_file.hpp"

namespace wf {

namespace {

// Frozen for `wf: v1`: what a folder among the sources never brings along.
constexpr std::array<const char*, 7> k_always_ignored{
    ".git", ".wf", "__pycache__", "*.pyc", ".ipynb_checkpoints", ".DS_Store", "*~"};

// fnmatch depends on the locale, a version must not: patterns are always matched as UTF-8.
class Utf8Locale {
 public:
  Utf8Locale() : locale_(::newlocale(LC_ALL_MASK, "C.UTF-8", nullptr)), before_(::uselocale(locale_)) {}
  Utf8Locale(const Utf8Locale&) = delete;
  Utf8Locale& operator=(const Utf8Locale&) = delete;
  ~Utf8Locale() {
    ::uselocale(before_);
    if (locale_ != nullptr) ::freelocale(locale_);
  }

 private:
  locale_t locale_;
  locale_t before_;
};

std::string join_path(const std::string& folder, const std::string& relative) {
  if (relative.empty()) return folder;
  return folder == "/" ? cat("/", relative) : cat(folder, "/", relative);
}

std::vector<std::string> read_patterns(const std::string& path) {
  std::vector<std::string> patterns;
  auto text = read_regular_if_exists(path);
  if (!text) return patterns;
  for (std::string_view line : split(*text, '\n')) {
    line = trim(line);
    while (line.size() > 1 && line.ends_with('/')) line.remove_suffix(1);
    if (!line.empty() && !line.starts_with('#')) patterns.emplace_back(line);
  }
  return patterns;
}

std::string find_git_top(const std::string& folder) {
  for (std::string at = folder;; at = parent_folder(at)) {
    if (exists(join_path(at, ".git"))) return at;
    if (at == "/" || at.empty()) return folder;
  }
}

bool is_under(std::string_view path, std::string_view folder) {
  return path == folder ||
         (path.starts_with(folder) && path.size() > folder.size() && path[folder.size()] == '/');
}

bool is_plain_text(std::string_view path) {
  return find_invalid_utf8(path) == std::string_view::npos &&
         std::none_of(path.begin(), path.end(),
                      [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; });
}

}  // namespace

Bundle::Bundle(Decoder& decoder, const std::string& definition_path, Reach reach)
    : decoder_(decoder), reach_(reach), folder_(absolute_path(parent_folder(absolute_path(definition_path)))) {}

bool Bundle::can_reach(YamlId at) {
  if (reach_ == Reach::tree) return true;
  decoder_.error(at, {codes::k_emitted_alone,
                      "an emitted definition stands alone: no file or version beside it can be named",
                      {},
                      "give files to the dynamic task as inputs, and let its nodes run tasks of the workflow that "
                      "it belongs to"});
  return false;
}

const std::string& Bundle::git_top() {
  if (git_top_.empty()) git_top_ = find_git_top(folder_);
  return git_top_;
}

bool Bundle::ignored(const std::string& path) const {
  std::string base = base_name(path);
  auto matches = [&](const char* pattern) {
    return ::fnmatch(pattern, path.c_str(), 0) == 0 || ::fnmatch(pattern, base.c_str(), 0) == 0;
  };
  return std::any_of(k_always_ignored.begin(), k_always_ignored.end(), matches) ||
         std::any_of(patterns_.begin(), patterns_.end(),
                     [&](const std::string& pattern) { return matches(pattern.c_str()); });
}

void Bundle::keep(BundledFile file) {
  if (kept_.insert(file.digest).second) files_.push_back(std::move(file));
}

const Source& Bundle::hashed(const std::string& path) {
  auto [entry, is_new] = hashed_.try_emplace(path);
  if (is_new) {
    try {
      FileIdentity identity = hash_file(path);
      auto info = stat_if_exists(path);
      entry->second = {path, info && (info->st_mode & S_IXUSR) != 0, identity.digest};
      keep({identity.digest, identity.size, path, {}});
    } catch (...) {
      hashed_.erase(path);
      throw;
    }
  }
  return entry->second;
}

std::optional<std::string> Bundle::normal_path(YamlId at, const std::string& path) {
  constexpr std::string_view k_expected = "a path below the folder of the definition";
  if (path.empty() || !is_plain_text(path)) {
    decoder_.error(at, {codes::k_unusable_file, "the path is empty or holds control characters",
                        std::string(k_expected)});
    return std::nullopt;
  }
  if (path.front() == '/') {
    decoder_.error(at,
                   {codes::k_path_escapes, cat("'", path, "' is an absolute path"), std::string(k_expected),
                    "a version must mean the same on every machine: keep the file beside the definition"});
    return std::nullopt;
  }
  auto normal = normalize_relative(path);
  if (!normal) {
    decoder_.error(at, {codes::k_path_escapes, cat("'", path, "' leaves the folder it is relative to"),
                        std::string(k_expected),
                        "keep the file below it; only sources written as 'destination: ../origin' may reach "
                        "up, to the git top level"});
    return std::nullopt;
  }
  return *normal == "." ? std::string() : *normal;
}

bool Bundle::check_target(YamlId at, const std::string& target) {
  if (is_under(target, ".wf-script")) {
    decoder_.error(at, {codes::k_reserved_path,
                        cat("'", target, "' is at or under .wf-script, where the task's script stands"),
                        {},
                        "give the source another place: 'sources: {other/place: origin}'"});
    return false;
  }
  if (!is_under(target, "in") && !is_under(target, "out")) return true;
  decoder_.error(at, {codes::k_reserved_path,
                      cat("'", target, "' is at or under in/ or out/, which belong to inputs and outputs"),
                      {},
                      "give the source another place: 'sources: {other/place: origin}'"});
  return false;
}

bool Bundle::check_links(YamlId at, const std::string& root, const std::string& relative) {
  std::string path = root;
  for (std::string_view step : split(relative, '/')) {
    if (step.empty()) continue;
    path = join_path(path, std::string(step));
    auto info = lstat_if_exists(path);
    if (!info) {
      decoder_.error(at, {codes::k_file_missing,
                          cat("there is no file '", path, "'"),
                          {},
                          "create it, or correct the path: it is relative to the folder of the definition"});
      return false;
    }
    if (S_ISLNK(info->st_mode)) {
      decoder_.error(
          at, {codes::k_path_is_link, cat("'", path, "' is a symbolic link"), "regular files and folders",
               "name the file itself, or copy it beside the definition"});
      return false;
    }
  }
  return true;
}

void Bundle::add_file(const Request& request, std::vector<Found>& found) {
  std::string path = join_path(request.root, request.origin);
  const Source& source = hashed(path);
  found.push_back({request.at, {request.target, source.executable, source.digest}});
}

void Bundle::add_folder(const Request& request, std::vector<Found>& found) {
  for (const std::string& name : list_folder(join_path(request.root, request.origin))) {
    Request entry = request;
    entry.origin = request.origin.empty() ? name : cat(request.origin, "/", name);
    entry.target = request.target.empty() ? name : cat(request.target, "/", name);
    if (ignored(entry.target)) continue;
    if (!is_plain_text(name)) {
      decoder_.error(request.at, {codes::k_unusable_file,
                                  cat("'", entry.origin, "' has a name that is not plain UTF-8"),
                                  {},
                                  "rename it, or name it in .wfignore"});
      continue;
    }
    add(entry, found);
  }
}

void Bundle::add(const Request& request, std::vector<Found>& found) {
  std::string path = join_path(request.root, request.origin);
  if (!check_links(request.at, request.root, request.origin) || !check_target(request.at, request.target))
    return;
  auto info = lstat_if_exists(path);
  if (info && S_ISDIR(info->st_mode)) return add_folder(request, found);
  if (!info || !S_ISREG(info->st_mode)) {
    decoder_.error(request.at, {codes::k_unusable_file, cat("'", path, "' is no regular file"),
                                "regular files and folders"});
    return;
  }
  try {
    add_file(request, found);
  } catch (const Error& error) {
    decoder_.error(request.at, {codes::k_unusable_file, error.message(), {}, error.hint()});
  }
}

void Bundle::add_listed(YamlId item, std::vector<Found>& found) {
  std::string text;
  if (!decoder_.expect_text(item, text, "a path relative to the folder of the definition")) return;
  auto normal = normal_path(item, text);
  if (normal) add({item, *normal, *normal, folder_}, found);
}

void Bundle::add_mapped(YamlId key, YamlId value, std::vector<Found>& found) {
  std::string origin;
  if (!decoder_.tree.is_scalar(key) || !decoder_.expect_text(value, origin, "the path of a file or folder"))
    return;
  auto target = normal_path(key, std::string(decoder_.tree.text(key)));
  if (!target) return;
  auto below = path_below_top(value, origin);
  if (below) add({value, *below, *target, git_top()}, found);
}

// What may reach up, to the git top level: relative to that.
std::optional<std::string> Bundle::path_below_top(YamlId at, const std::string& text) {
  if (text.empty() || text.front() == '/' || !is_plain_text(text)) {
    normal_path(at, text);
    return std::nullopt;
  }
  std::string path = absolute_path(cat(folder_, "/", text));
  if (!is_under(path, git_top()) && git_top() != "/") {
    if (exists(join_path(git_top(), ".git")))
      decoder_.error(at, {codes::k_path_escapes, cat("'", text, "' leaves the repository"),
                          "a path below the git top level", "copy the file into the repository"});
    else
      decoder_.error(at, {codes::k_path_escapes,
                          cat("'", text, "' leaves the definition's folder, which is in no git repository"),
                          "a path below that folder",
                          "copy the file there, or make a folder above both a repository"});
    return std::nullopt;
  }
  return path.size() <= git_top().size() ? "" : path.substr(git_top() == "/" ? 1 : git_top().size() + 1);
}

std::optional<std::string> Bundle::find_definition(YamlId at, const std::string& text) {
  auto below = path_below_top(at, text);
  if (!below || !check_links(at, git_top(), *below)) return std::nullopt;
  return join_path(git_top(), *below);
}

std::vector<Source> Bundle::settle(std::vector<Found>& found) {
  std::stable_sort(found.begin(), found.end(),
                   [](const Found& a, const Found& b) { return a.source.path < b.source.path; });
  std::vector<Source> sources;
  std::unordered_map<std::string_view, const Found*> places;
  for (const Found& item : found) {
    auto [first, is_new] = places.emplace(item.source.path, &item);
    if (is_new) {
      sources.push_back(item.source);
    } else if (!(first->second->source == item.source)) {
      decoder_.error(item.at, {codes::k_source_conflict,
                               cat("two different sources would stand at '", item.source.path, "'"),
                               {},
                               "give one of them another place",
                               {decoder_.note(first->second->at, "the other one")}});
    }
  }
  for (const Found& item : found) {
    for (std::size_t slash = item.source.path.find('/'); slash != std::string::npos;
         slash = item.source.path.find('/', slash + 1)) {
      auto file = places.find(std::string_view(item.source.path).substr(0, slash));
      if (file == places.end()) continue;
      decoder_.error(item.at, {codes::k_source_conflict,
                               cat("'", file->first, "' would be both a file and a folder"),
                               {},
                               "give one of them another place",
                               {decoder_.note(file->second->at, "the file")}});
    }
  }
  return sources;
}

std::vector<Source> Bundle::read_sources(YamlId at) {
  if (!can_reach(at)) return {};
  Utf8Locale locale;
  try {
    if (patterns_.empty()) patterns_ = read_patterns(join_path(folder_, ".wfignore"));
  } catch (const Error& error) {
    decoder_.error(at, {codes::k_unusable_file, error.message(), {}, error.hint()});
    return {};
  }
  std::vector<Found> found;
  if (decoder_.tree.kind(at) == YamlKind::mapping) {
    decoder_.tree.each_member(at, [&](YamlId key, YamlId value) { add_mapped(key, value, found); });
  } else if (decoder_.expect(at, YamlKind::sequence, "a list of paths, or a mapping destination: origin")) {
    decoder_.tree.each_item(at, [&](YamlId item) { add_listed(item, found); });
  }
  return settle(found);
}

Json Bundle::bundle_folder(const std::string& path) {
  std::vector<TreeEntry> entries = scan_tree(path);
  for (const TreeEntry& entry : entries) {
    std::string origin = join_path(path, entry.path);
    if (entry.type == 'l') {
      keep({entry.digest, entry.size, {}, std::filesystem::read_symlink(origin).string()});
    } else if (entry.type != 'd') {
      keep({entry.digest, entry.size, origin, {}});
    }
  }
  std::string manifest = render_tree(std::move(entries));
  Digest digest = sha256(manifest);
  auto size = static_cast<std::int64_t>(manifest.size());
  keep({digest, size, {}, std::move(manifest)});
  return directory_value(digest);
}

std::optional<Json> Bundle::read_default(YamlId at, const Type& type, const std::string& text) {
  if (!can_reach(at)) return std::nullopt;
  auto normal = normal_path(at, text);
  if (!normal || !check_links(at, folder_, *normal)) return std::nullopt;
  std::string path = join_path(folder_, *normal);
  bool wants_folder = type.kind() == Kind::directory;
  if (is_folder(path) != wants_folder) {
    decoder_.error(at,
                   {codes::k_unusable_file, cat("'", text, "' is ", wants_folder ? "no folder" : "a folder"),
                    wants_folder ? "a folder, for a directory" : "a regular file, for a file"});
    return std::nullopt;
  }
  try {
    if (wants_folder) return bundle_folder(path);
    Json value = file_value(hashed(path).digest);
    std::optional<ValueError> fault =
        type.kind() == Kind::dataset ? check_dataset_file(type, path) : std::nullopt;
    if (!fault) return value;
    decoder_.error(at, {codes::k_bad_value, cat("'", text, "': ", fault->message), type.text(), fault->hint});
    return std::nullopt;
  } catch (const Error& error) {
    decoder_.error(at, {codes::k_unusable_file, error.message(), {}, error.hint()});
    return std::nullopt;
  }
}

}  // namespace wf
