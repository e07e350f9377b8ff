// What node executions made: artifacts with their data, datasets and tags.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/digest.hpp"
#include "core/base/json.hpp"
#include "core/base/uuid.hpp"
#include "core/catalog/run_lookup.hpp"
#include "core/store/store.hpp"

namespace wf {

struct Artifact {
  Uuid id;
  RunKey run;  // the run that made it; its project and domain own the artifact
  NodePath node;
  std::int64_t attempt = 0;
  std::string workflow;
  std::string task;
  Digest version;
  std::optional<Digest> cache_key;
  Json partitions = Json::object();  // {"day":"2026-01-31T00:00:00Z",…}, by name
  std::int64_t created_us = 0;

  std::string producer() const;  // "5c3e12ab90ff/score[3]"
};

// One named output.
struct ArtifactData {
  std::string name;
  std::string type;  // canonical text
  Json value;        // canonical
};

// Where bytes stand in an artifact: in `data` at `item` ("" or "[2]" or ".key"), and, when `folder` is set,
// in that folder at `path`.
struct Holding {
  Uuid artifact;
  std::string data;
  std::string item;
  std::optional<Digest> folder;
  std::string path;
};

struct Dataset {
  Uuid id;
  std::string project;
  std::string domain;
  std::string workflow;
  std::string task;
  std::int64_t created_us = 0;

  std::string name() const;  // WORKFLOW/TASK
};

struct Tag {
  std::string workflow;
  std::string task;
  std::string name;
  Uuid artifact;
  std::int64_t created_us = 0;
  std::optional<std::string> created_by;  // none: the cache
};

std::optional<Artifact> find_artifact(Database& database, const std::string& project,
                                      const std::string& domain, const Uuid& id);
// What the node execution produced, or for a reuse what it was given.
std::optional<Artifact> artifact_of(Database& database, const RunKey& run, const NodePath& node);
std::vector<ArtifactData> data_of(Database& database, const Artifact& artifact);

// Those that people gave it, then the cache's.
std::vector<Tag> tags_of(Database& database, const Artifact& artifact);

// Whether a file inside a folder has these bytes. Most bytes are in none: to ask this first saves sorting
// what is not there.
bool is_in_a_folder(Database& database, const Digest& digest);

// The artifacts of a scope that hold these bytes, directly or inside a folder; oldest first, at most `limit`.
std::vector<Holding> artifacts_holding(Database& database, const std::string& project,
                                       const std::string& domain, const Digest& digest, std::int64_t limit);

// The same of each file in a folder, but for empty ones: its path in the folder, and an artifact that holds
// it.
struct PartHolding {
  std::string path;
  Holding holding;
};
std::vector<PartHolding> artifacts_holding_parts(Database& database, const std::string& project,
                                                 const std::string& domain, const Digest& folder,
                                                 std::int64_t limit);

// The newest of them.
std::optional<Artifact> newest_artifact_holding(Database& database, const std::string& project,
                                                const std::string& domain, const Digest& digest);

// An artifact as a person names it: its id or the last 12 digits of it (the newest with these),
// `wf:…`, RUN/NODE or WORKFLOW#TASK:TAG. The output of a `wf:…` reference, or what follows the rest after a
// further '/', comes back in `data`.
struct ArtifactArgument {
  Artifact artifact;
  std::optional<std::string> data;
};
// Only by id or tag; nullopt for what looks like neither, or is none. Throws Error(k_tag_not_found).
std::optional<ArtifactArgument> find_artifact_by_name(Database& database, const std::string& project,
                                                      const std::string& domain, const std::string& text);
ArtifactArgument find_artifact_argument(Store& store, const std::string& project, const std::string& domain,
                                        const std::string& text);

}  // namespace wf
