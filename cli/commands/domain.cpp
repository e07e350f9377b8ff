// wf domain: the lower level: development, staging, production and what else a team needs.
#include "cli/commands.hpp"
#include "cli/commands/scope_commands.hpp"

namespace wf::cli {

Command make_domain_create() { return make_scope_create(ScopeKind::domain, "domain"); }
Command make_domain_list() { return make_scope_list(ScopeKind::domain, "domain"); }
Command make_domain_show() { return make_scope_show(ScopeKind::domain, "domain"); }

}  // namespace wf::cli
