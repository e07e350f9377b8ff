// `[project/domain/]name@selector`: what references to versions and to launch plans have in common.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "core/registry/registry.hpp"

namespace wf {

struct NamedReference {
  Scope scope;
  std::string name;
  std::string selector;  // what follows the '@'; empty without one
};

// How one kind of reference is written, for messages.
struct ReferenceKind {
  std::string_view thing;  // "a version"
  std::string_view hint;
  bool bare;  // whether a name alone is one
};

// `scope` is where it is looked for when it does not say. Throws Error(k_bad_version_reference).
NamedReference parse_named_reference(const Scope& scope, const std::string& reference,
                                     const ReferenceKind& kind);

// Of what the selector, a digest or the beginning of one, may mean; empty as well when it is neither.
std::vector<Digest> beginning_with(const std::vector<Digest>& digests, const std::string& selector);

// Throws Error(k_ambiguous_version), naming all of them.
[[noreturn]] void ambiguous_reference(const NamedReference& reference, const std::vector<Digest>& found,
                                      std::string_view plural);

}  // namespace wf
