// The workflows of a run as drawings: what became of each node, and which way the critical path takes.
#pragma once
#include <string>
#include <vector>

#include "cli/report/account.hpp"
#include "core/drawing/diagram.hpp"

namespace wf::cli {

struct RunDiagram {
  std::string title;               // "words", "prepare, run by sub"
  std::string frame;               // where it ran: "", "sub", "sub[…].inner"
  std::vector<std::string> nodes;  // by box
  Diagram diagram;
};

struct RunDiagrams {
  std::vector<RunDiagram> drawn;
  std::size_t left_out = 0;  // workflows beyond the first ones
};

// The run's own workflow first; then each that a node runs, once for all elements that run the same version.
RunDiagrams diagrams_of(const RunAccount& account, History& history);

}  // namespace wf::cli
