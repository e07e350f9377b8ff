// From what the user gave to the typed inputs of a run: everything is checked, and every file read in, before
// anything starts.
#pragma once
#include <functional>
#include <map>
#include <string>
#include <variant>
#include <vector>

#include "core/definition/launch_plan.hpp"
#include "core/engine/run_record.hpp"

namespace wf {

struct GivenInput {
  std::string name;
  std::variant<std::string, Json> value;  // the text of `-i name=TEXT`, or a value of an inputs file
  std::string where;                      // "-i" or the inputs file, for messages
  std::string folder = ".";               // what relative paths start from
};

// What `wf:…` stands for.
struct ReferencedValue {
  Type type;
  Json value;
  InputSource source;
};
using ReferenceResolver = std::function<ReferencedValue(const std::string& reference)>;

struct ResolvedInputs {
  std::vector<RunInput> inputs;  // one for each input of the workflow
  std::vector<NewBlob> blobs;    // files and folders read in, to be recorded with the run
  std::map<Digest, std::string> files = {};  // files that were hashed alone, and where they are
};

// What becomes of inputs that are not given.
enum class Absent { taken_from_defaults, left_out };

// Whether files and folders are read into the store, or only hashed.
enum class Reading { stored, hashed };

// Later gifts of the same name replace earlier ones (-i wins over a file). Relative paths are taken from the
// current folder, or from the inputs file's own. All mistakes stand in one Error: k_no_such_input when there are no
// others, else k_bad_input.
ResolvedInputs resolve_inputs(const Workflow& workflow, const std::vector<GivenInput>& given,
                              BlobStore& blobs, const ReferenceResolver& resolve,
                              Absent absent = Absent::taken_from_defaults, Reading reading = Reading::stored);

// The same for a run by a launch plan: what the plan has stands where nothing is given. Throws
// Error(k_fixed_input) where something is given that the plan has fixed.
ResolvedInputs resolve_inputs(const Workflow& workflow, const LaunchPlan& plan,
                              const std::vector<GivenInput>& given, BlobStore& blobs,
                              const ReferenceResolver& resolve, Reading reading = Reading::stored);

}  // namespace wf
