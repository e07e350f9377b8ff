#include "core/registry/git_library.hpp"

#include "core/base/loaded_library.hpp"

namespace wf {

namespace {

std::optional<GitLibrary> load_library() {
  GitLibrary git{};
  const bool is_whole = load_functions({"libgit2.so.1.5", "libgit2.so"},
                                       {
                                           {"git_libgit2_init", git.init},
                                           {"git_libgit2_opts", git.opts},
                                           {"git_error_last", git.error_last},
                                           {"git_repository_open_ext", git.repository_open_ext},
                                           {"git_repository_free", git.repository_free},
                                           {"git_repository_workdir", git.repository_workdir},
                                           {"git_repository_head", git.repository_head},
                                           {"git_reference_lookup", git.reference_lookup},
                                           {"git_reference_free", git.reference_free},
                                           {"git_reference_is_branch", git.reference_is_branch},
                                           {"git_reference_shorthand", git.reference_shorthand},
                                           {"git_reference_symbolic_target", git.reference_symbolic_target},
                                           {"git_reference_target", git.reference_target},
                                           {"git_oid_tostr", git.oid_tostr},
                                           {"git_status_list_new", git.status_list_new},
                                           {"git_status_list_entrycount", git.status_list_entrycount},
                                           {"git_status_list_free", git.status_list_free},
                                           {"git_remote_list", git.remote_list},
                                           {"git_strarray_dispose", git.strarray_dispose},
                                           {"git_remote_lookup", git.remote_lookup},
                                           {"git_remote_url", git.remote_url},
                                           {"git_remote_free", git.remote_free},
                                       });
  if (!is_whole || git.init() < 0) return std::nullopt;
  // Only reading, no hook and no filter runs, so a repository of another user is no danger; and with the
  // check on, libgit2 1.5 also fails where git itself has been told that the folder is safe.
  git.opts(GIT_OPT_SET_OWNER_VALIDATION, 0);
  return git;
}

}  // namespace

const GitLibrary* git_library() {
  static const std::optional<GitLibrary> k_library = load_library();
  return k_library ? &*k_library : nullptr;
}

}  // namespace wf
