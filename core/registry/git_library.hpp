// libgit2, loaded when a definition lies in a repository: linked, it would pull two dozen libraries (TLS,
// SSH, Kerberos) into the start of every command, most of which never look at git.
#pragma once
#include <git2.h>

#include <optional>

namespace wf {

struct GitLibrary {
  decltype(&git_libgit2_init) init;
  decltype(&git_libgit2_opts) opts;
  decltype(&git_error_last) error_last;
  decltype(&git_repository_open_ext) repository_open_ext;
  decltype(&git_repository_free) repository_free;
  decltype(&git_repository_workdir) repository_workdir;
  decltype(&git_repository_head) repository_head;
  decltype(&git_reference_lookup) reference_lookup;
  decltype(&git_reference_free) reference_free;
  decltype(&git_reference_is_branch) reference_is_branch;
  decltype(&git_reference_shorthand) reference_shorthand;
  decltype(&git_reference_symbolic_target) reference_symbolic_target;
  decltype(&git_reference_target) reference_target;
  decltype(&git_oid_tostr) oid_tostr;
  decltype(&git_status_list_new) status_list_new;
  decltype(&git_status_list_entrycount) status_list_entrycount;
  decltype(&git_status_list_free) status_list_free;
  decltype(&git_remote_list) remote_list;
  decltype(&git_strarray_dispose) strarray_dispose;
  decltype(&git_remote_lookup) remote_lookup;
  decltype(&git_remote_url) remote_url;
  decltype(&git_remote_free) remote_free;
};

// Loaded and initialised once; nullptr when this machine has no libgit2.
const GitLibrary* git_library();

}  // namespace wf
