// What could be meant, for a person who is still typing: few columns, few rows, no counting.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/catalog/run_lookup.hpp"

namespace wf {

struct RunName {
  RunKey key;
  std::optional<std::string> name;
  std::string workflow;
  std::string state;
};
// Newest first: the newest runs, and those whose name or whose printed end of the id begins so.
std::vector<RunName> recent_runs(Database& database, const std::string& project, const std::string& domain,
                                 const std::string& beginning, std::int64_t limit);
// Those that have not ended, newest first.
std::vector<RunName> running_runs(Database& database, const std::string& project, const std::string& domain,
                                  std::int64_t limit);

// Of which workflows there are runs, by name.
std::vector<std::string> run_workflows(Database& database, const std::string& project,
                                       const std::string& domain);

struct NodeName {
  std::string name;
  bool mapped = false;
};
// The nodes of a run that have begun and whose names begin so, each once, by name.
std::vector<NodeName> node_names(Database& database, const RunKey& run, const std::string& beginning,
                                 std::int64_t limit);
// The elements of a mapped node, of one that runs a workflow too, whose numbers begin so.
std::vector<NodePath> elements_of(Database& database, const RunKey& run, const std::string& node,
                                  const std::string& beginning, std::int64_t limit);

}  // namespace wf
