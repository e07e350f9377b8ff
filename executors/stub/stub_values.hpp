// Values that are made up for outputs by their types.
#pragma once
#include <unordered_map>
#include <vector>

#include "core/definition/model.hpp"
#include "core/definition/test_case.hpp"
#include "core/store/blob_store.hpp"

namespace wf {

// What stubbed tasks give: a canonical value for each output.
using Stubs = std::unordered_map<const Task*, std::vector<Json>>;

struct StubbedWorkflow {
  Workflow workflow;           // to be driven; no result of its stubs is looked for or kept for reuse
  Stubs stubs;                 // by tasks of this very workflow, and of those that it uses
  std::vector<NewBlob> blobs;  // contents, to be recorded before anything runs
};

// The values are always the same for the same types: 1, 1.0, true, "stub", the first word of an enum, two
// elements in lists and maps, short files; a value, and not null, for what may be null. Constraints hold.
// What is given in `wish` stands as it is. Throws Error(k_no_stub_value), naming every output that no value
// was found for; tasks that no node runs are left out. The workflows that it uses must be loaded.
StubbedWorkflow stubbed(const Workflow& workflow, const StubWish& wish, BlobStore& blobs);

// What a gate gives when nobody is there to be asked: a value as above, null where it has no output.
Json stub_answer(const Node& gate, BlobStore& blobs);

}  // namespace wf
