// The files that belong to a definition: sources of tasks, and files given as defaults.
#pragma once
#include <optional>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "core/definition/decoder.hpp"
#include "core/definition/model.hpp"

namespace wf {

class Bundle {
 public:
  // Files are read relative to the folder of `definition_path`, or refused.
  enum class Reach { tree, nothing };
  Bundle(Decoder& decoder, const std::string& definition_path, Reach reach);

  // False after a report that nothing beside the definition can be named, as what is named at `at`.
  bool can_reach(YamlId at);

  // The value of `sources:`, a list of paths or a mapping destination: origin; sorted, each path once.
  std::vector<Source> read_sources(YamlId at);
  // The value of a file or directory given as a default; nullopt after a report.
  std::optional<Json> read_default(YamlId at, const Type& type, const std::string& text);

  // The absolute path of another definition, named relative to this one; nullopt after a report.
  std::optional<std::string> find_definition(YamlId at, const std::string& text);

  std::vector<BundledFile> take_files() { return std::move(files_); }

 private:
  struct Request {
    YamlId at;           // for messages
    std::string origin;  // normal, relative to `root`
    std::string target;  // normal, relative to the working folder; "" only for a folder
    std::string root;    // no link is followed below it
  };
  struct Found {
    YamlId at;
    Source source;
  };

  void add_listed(YamlId item, std::vector<Found>& found);
  void add_mapped(YamlId key, YamlId value, std::vector<Found>& found);
  void add(const Request& request, std::vector<Found>& found);
  void add_folder(const Request& request, std::vector<Found>& found);
  void add_file(const Request& request, std::vector<Found>& found);
  std::vector<Source> settle(std::vector<Found>& found);

  std::optional<std::string> path_below_top(YamlId at, const std::string& text);
  std::optional<std::string> normal_path(YamlId at, const std::string& path);
  bool check_target(YamlId at, const std::string& target);
  bool check_links(YamlId at, const std::string& root, const std::string& relative);
  bool ignored(const std::string& path) const;
  const std::vector<std::string>& ignore_patterns() const;
  const std::string& git_top();
  Json bundle_folder(const std::string& path);
  void keep(BundledFile file);
  const Source& hashed(const std::string& path);

  Decoder& decoder_;
  Reach reach_;
  std::string folder_;  // absolute
  std::string git_top_;
  std::vector<std::string> patterns_;
  std::vector<BundledFile> files_;
  std::unordered_set<Digest, DigestHash> kept_;
  std::unordered_map<std::string, Source> hashed_;
};

}  // namespace wf
