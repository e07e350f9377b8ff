#include "core/registry/git.hpp"

#include <array>
#include <cstdlib>
#include <memory>

#include "core/base/file.hpp"
#include "core/base/text.hpp"
#include "core/registry/git_library.hpp"

namespace wf {

namespace {

template <typename T>
using Handle = std::unique_ptr<T, void (*)(T*)>;

// Links resolved: libgit2 names work trees that way.
std::string real_path(const std::string& path) {
  std::unique_ptr<char, void (*)(void*)> real(::realpath(path.c_str(), nullptr), std::free);
  if (!real) throw_errno("find", path);
  return real.get();
}

bool has_repository_above(std::string folder) {
  for (; !exists(cat(folder, "/.git")); folder = parent_folder(folder)) {
    if (folder == "/") return false;
  }
  return true;
}

// One open repository.
class Repository {
 public:
  Repository(const GitLibrary& git, const std::string& file)
      : git_(&git), handle_(nullptr, git.repository_free) {
    git_repository* opened = nullptr;
    int code = git.repository_open_ext(&opened, parent_folder(file).c_str(), 0, nullptr);
    handle_.reset(code == 0 ? opened : nullptr);
  }

  bool is_open() const { return handle_ != nullptr; }
  std::string last_error() const {
    const git_error* error = git_->error_last();
    return error != nullptr && error->message != nullptr ? error->message : "unknown error";
  }

  void describe_head(Json& state) const {
    git_reference* raw = nullptr;
    int code = git_->repository_head(&raw, handle_.get());
    Handle<git_reference> head(raw, git_->reference_free);
    bool is_branch = code == 0 && git_->reference_is_branch(head.get()) == 1;
    state.add("branch", is_branch ? Json(git_->reference_shorthand(head.get())) : unborn_branch(code));
    const git_oid* commit = code == 0 ? git_->reference_target(head.get()) : nullptr;
    std::array<char, GIT_OID_HEXSZ + 1> hex{};
    state.add("commit", commit != nullptr ? Json(git_->oid_tostr(hex.data(), hex.size(), commit)) : Json());
  }

  // Anything that a checkout of the commit would not have: staged, changed or untracked. Submodules are
  // repositories of their own.
  Json is_dirty() const {
    git_status_options options = GIT_STATUS_OPTIONS_INIT;
    options.show = GIT_STATUS_SHOW_INDEX_AND_WORKDIR;
    options.flags = GIT_STATUS_OPT_INCLUDE_UNTRACKED | GIT_STATUS_OPT_EXCLUDE_SUBMODULES;
    git_status_list* raw = nullptr;
    if (git_->status_list_new(&raw, handle_.get(), &options) != 0) return {};
    Handle<git_status_list> list(raw, git_->status_list_free);
    return git_->status_list_entrycount(list.get()) > 0;
  }

  Json path_of(const std::string& file) const {
    const char* folder = git_->repository_workdir(handle_.get());  // ends in '/'; null when bare
    if (folder == nullptr || !file.starts_with(folder)) return {};
    return file.substr(std::string_view(folder).size());
  }

  // 'origin', else the first one.
  Json remote() const {
    git_strarray names{};
    if (git_->remote_list(&names, handle_.get()) != 0) return {};
    std::string chosen;
    for (std::size_t i = 0; i < names.count; ++i) {
      if (chosen.empty() || std::string_view(names.strings[i]) == "origin") chosen = names.strings[i];
    }
    git_->strarray_dispose(&names);
    git_remote* raw = nullptr;
    if (chosen.empty() || git_->remote_lookup(&raw, handle_.get(), chosen.c_str()) != 0) return {};
    Handle<git_remote> remote(raw, git_->remote_free);
    const char* address = git_->remote_url(remote.get());
    return address != nullptr ? Json(strip_credentials(address)) : Json();
  }

 private:
  // A branch without a commit is still where the next one goes.
  Json unborn_branch(int code) const {
    constexpr std::string_view k_branches = "refs/heads/";
    git_reference* raw = nullptr;
    if (code != GIT_EUNBORNBRANCH || git_->reference_lookup(&raw, handle_.get(), "HEAD") != 0) return {};
    Handle<git_reference> head(raw, git_->reference_free);
    const char* target = git_->reference_symbolic_target(head.get());
    std::string_view name = target != nullptr ? target : "";
    if (!name.starts_with(k_branches)) return {};
    return name.substr(k_branches.size());
  }

  const GitLibrary* git_;
  Handle<git_repository> handle_;
};

GitReading unknown(const std::string& file, const std::string& reason) {
  Json state = Json::object();
  state.add("unknown", reason);
  return {state, cat("the git state of '", file, "' is recorded as unknown: ", reason)};
}

}  // namespace

// What is no file, as a pipe, is of no repository.
GitReading read_git(const std::string& file) {
  auto info = stat_if_exists(file);
  if (info && !S_ISREG(info->st_mode)) return {};
  std::string path = real_path(file);
  if (!has_repository_above(parent_folder(path))) return {};
  const GitLibrary* git = git_library();
  if (git == nullptr) return unknown(file, "libgit2 is not installed (Debian: libgit2-1.5)");
  Repository repository(*git, path);
  if (!repository.is_open()) return unknown(file, repository.last_error());
  Json state = Json::object();
  repository.describe_head(state);
  state.add("dirty", repository.is_dirty());
  state.add("path", repository.path_of(path));
  state.add("remote", repository.remote());
  return {state, {}};
}

std::string strip_credentials(const std::string& address) {
  std::size_t scheme = address.find("://");
  std::string head = scheme == std::string::npos ? "" : address.substr(0, scheme + 3);
  std::string rest = address.substr(head.size());
  if (!head.empty()) rest = rest.substr(0, rest.find_first_of("?#"));
  // user@host/… with a scheme, user@host:… without one; a local path has neither before its first slash.
  std::size_t end = rest.find('/');
  std::size_t at = rest.substr(0, end).rfind('@');
  bool is_user = at != std::string::npos && (!head.empty() || rest.find(':', at) != std::string::npos);
  return head + (is_user ? rest.substr(at + 1) : rest);
}

}  // namespace wf
