// Why an execution that is to come would run, or would be reused: as wf explain would tell it afterwards.
#pragma once
#include <memory>
#include <string>
#include <string_view>

#include "core/lineage/explanation.hpp"

namespace wf {

struct ComingExecution {
  NodePath path;
  std::string workflow;  // that its task belongs to
  std::string task;
  std::optional<Uuid> artifact;  // what would be reused
  Why why = Why::first_time;     // else: as far as the cache tells
  // Its key, and what that is made of; none when it is not cached.
  std::optional<Digest> key;
  Digest shared;
  std::string_view shared_text;
  std::string inputs;
};

class ComingExplainer {
 public:
  ComingExplainer(Store& store, const std::string& project, const std::string& domain,
                  const std::string& workflow);
  ~ComingExplainer();

  // The run that is to come: its project, domain and workflow.
  const RunVertex& run() const { return run_; }
  Explanation explain(const ComingExecution& execution);

 private:
  struct Memory;
  RunVertex run_;
  std::unique_ptr<Memory> memory_;
};

}  // namespace wf
