// Which run a person means: by its id, by the beginning or the printed end of its id, or by its --name.
#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/uuid.hpp"
#include "core/store/database.hpp"

namespace wf {

struct RunKey {
  std::string project;
  std::string domain;
  Uuid id;

  auto operator<=>(const RunKey&) const = default;
};

// Every run of the scope that `text` can mean: a name, a whole id, its first 8 or more hex digits, its
// last 12.
std::vector<RunKey> match_runs(Database& database, const std::string& project, const std::string& domain,
                               std::string_view text);

// The one run `text` means. Throws Error(k_run_ambiguous) listing them, or Error(k_run_not_found) with near
// names, or the scope in which that run is.
RunKey find_run(Database& database, const std::string& project, const std::string& domain,
                std::string_view text);

// The scopes other than this one that have a run with this id.
std::vector<RunKey> runs_elsewhere(Database& database, const RunKey& key);

// "score" and -1, or "score[3]" and 3; in a workflow that a node runs "sub.score", "sub[0].score[3]".
struct NodePath {
  std::string node;
  std::int64_t element = -1;

  auto operator<=>(const NodePath&) const = default;
  std::string text() const;
  // nullopt for what is no path of a node.
  static std::optional<NodePath> parse(std::string_view text);
};

// Whether what a person wrote as a node means an execution: the node or element itself, or a node that it is
// inside of. Without indexes a name means all elements of the nodes on its way ("sub.score").
bool is_meant_by(const std::string& name, const NodePath& execution);
// Of paths: the same, or one that goes on where the other ends.
bool begins_with_step(const std::string& path, const std::string& name);

// "sub[3].inner.score" is the node "score" of the frame "sub[3].inner"; that is "inner" of "sub[3]".
struct SplitPath {
  std::string frame;
  std::string node;
};
SplitPath split_path(const std::string& node);
std::string joined_path(const std::string& frame, const std::string& node);
struct FramePath {
  std::string parent;
  std::string node;
  std::int64_t element = -1;
};
FramePath frame_path(const std::string& frame);

// What a person wrote as a node, if anything. Throws Error(k_node_not_found) for what cannot be one.
std::optional<NodePath> read_node_path(const std::optional<std::string>& text);

}  // namespace wf
