// Where a run finds what it refers to: in its own store or, when that is thrown away afterwards, in the one
// that the command would have used, which lends it.
#pragma once
#include <memory>

#include "cli/context.hpp"
#include "core/engine/run_inputs.hpp"
#include "core/store/store.hpp"

namespace wf::cli {

class Lending {
 public:
  // The run is kept where all else is.
  explicit Lending(Store& store) : store_(store) {}
  // The command's own store is opened for reading, when something in it is asked for.
  Lending(const Context& context, Store& scratch) : context_(&context), store_(scratch) {}

  Store& store() { return store_; }
  Store& home();

  ResolvedVersion lend(const ResolvedVersion& found);
  void lend(const Type& type, const Json& value);
  // The versions that the definition of a file uses by its wf.lock.
  void lend_used(const Workflow& workflow);
  // Files that are given by their digests.
  void lend_named(const GivenInput& given);

 private:
  const Context* context_ = nullptr;  // set: the store is thrown away
  Store& store_;
  std::unique_ptr<Store> home_;
};

// What `wf:…` stands for, lent.
ReferencedValue resolve_reference(Lending& lending, const std::string& text);

}  // namespace wf::cli
