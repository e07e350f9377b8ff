#include "core/registry/git_library.hpp"

#include "core/base/loaded_library.hpp"

namespace wf {

namespace {

bool load_repository(void* library, GitLibrary& git) {
  return load_function(library, "git_libgit2_init", git.init) &&
         load_function(library, "git_libgit2_opts", git.opts) &&
         load_function(library, "git_error_last", git.error_last) &&
         load_function(library, "git_repository_open_ext", git.repository_open_ext) &&
         load_function(library, "git_repository_free", git.repository_free) &&
         load_function(library, "git_repository_workdir", git.repository_workdir) &&
         load_function(library, "git_repository_head", git.repository_head);
}

bool load_references(void* library, GitLibrary& git) {
  return load_function(library, "git_reference_lookup", git.reference_lookup) &&
         load_function(library, "git_reference_free", git.reference_free) &&
         load_function(library, "git_reference_is_branch", git.reference_is_branch) &&
         load_function(library, "git_reference_shorthand", git.reference_shorthand) &&
         load_function(library, "git_reference_symbolic_target", git.reference_symbolic_target) &&
         load_function(library, "git_reference_target", git.reference_target) &&
         load_function(library, "git_oid_tostr", git.oid_tostr);
}

bool load_status_and_remotes(void* library, GitLibrary& git) {
  return load_function(library, "git_status_list_new", git.status_list_new) &&
         load_function(library, "git_status_list_entrycount", git.status_list_entrycount) &&
         load_function(library, "git_status_list_free", git.status_list_free) &&
         load_function(library, "git_remote_list", git.remote_list) &&
         load_function(library, "git_strarray_dispose", git.strarray_dispose) &&
         load_function(library, "git_remote_lookup", git.remote_lookup) &&
         load_function(library, "git_remote_url", git.remote_url) &&
         load_function(library, "git_remote_free", git.remote_free);
}

std::optional<GitLibrary> load_library() {
  void* library = dlopen("libgit2.so.1.5", RTLD_NOW | RTLD_LOCAL);
  if (library == nullptr) library = dlopen("libgit2.so", RTLD_NOW | RTLD_LOCAL);
  GitLibrary git{};
  bool is_whole = library != nullptr && load_repository(library, git) && load_references(library, git) &&
                  load_status_and_remotes(library, git);
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
