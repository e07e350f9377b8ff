// wf project: the upper level of where things belong.
#include "cli/commands.hpp"
#include "cli/commands/scope_commands.hpp"

namespace wf::cli {

Command make_project_create() { return make_scope_create(ScopeKind::project, "project"); }
Command make_project_list() { return make_scope_list(ScopeKind::project, "project"); }
Command make_project_show() { return make_scope_show(ScopeKind::project, "project"); }

}  // namespace wf::cli
