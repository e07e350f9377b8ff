// What `wf project` and `wf domain` have in common: all but the word.
#pragma once
#include <string>

#include "cli/command.hpp"
#include "core/registry/scope.hpp"

namespace wf::cli {

Command make_scope_create(ScopeKind kind, const std::string& word);
Command make_scope_list(ScopeKind kind, const std::string& word);
Command make_scope_show(ScopeKind kind, const std::string& word);

}  // namespace wf::cli
