// How long the lists are that nodes of a run are mapped over, as far as the record tells.
#pragma once
#include <functional>
#include <optional>
#include <string>

#include "core/catalog/run_lookup.hpp"
#include "core/definition/model.hpp"
#include "core/store/database.hpp"

namespace wf {

// Of a node with cases the one that was chosen in this run, where one was; else the node itself. `path` is the
// node's, with its frame.
const Node& chosen_node(Database& database, const RunKey& run, const std::string& path, const Node& node);

// The value that somebody gave to a gate; nullopt: none.
std::optional<Json> gate_value(Database& database, const RunKey& run, const std::string& path);

class ListLengths {
 public:
  // The workflow at work in a frame, "" being the run itself; nullptr where none is.
  using WorkflowOf = std::function<const Workflow*(const std::string& frame)>;
  // `database` must outlive this.
  ListLengths(Database& database, RunKey run, WorkflowOf workflow_of)
      : database_(&database), run_(std::move(run)), workflow_of_(std::move(workflow_of)) {}

  // How many elements a mapped node of the frame has; nullopt where that is not told, or not yet.
  std::optional<std::size_t> of_node(const std::string& frame, const Node& node) const;
  // How many items one of the lists has that a node of the frame is mapped over.
  std::optional<std::size_t> of_list(const std::string& frame, const Binding& list) const {
    return of(frame, list);
  }

 private:
  using Length = std::optional<std::size_t>;
  Length of(const std::string& frame, const Binding& binding) const;
  Length of_input(const std::string& frame, const Reference& reference) const;
  Length of_output(const std::string& frame, const Reference& reference) const;
  Length given(const Node& node, const std::string& frame, const Reference& reference) const;

  Database* database_;
  RunKey run_;
  WorkflowOf workflow_of_;
};

}  // namespace wf
