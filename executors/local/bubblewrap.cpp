#include "executors/local/bubblewrap.hpp"

#include <sys/stat.h>

#include <algorithm>
#include <map>
#include <string_view>
#include <unordered_map>

#include "core/base/environment.hpp"
#include "core/base/file.hpp"
#include "core/base/program_output.hpp"
#include "core/base/text.hpp"

namespace wf {

namespace {

constexpr std::string_view k_install = "install bubblewrap (apt install bubblewrap)";

ProgramOutput ask(const std::string& program, const std::vector<std::string>& arguments) {
  constexpr std::size_t k_most_bytes = 4096;
  constexpr std::int64_t k_patience_ns = 10'000'000'000;
  SpawnRequest request;
  request.argv = {program};
  request.argv.insert(request.argv.end(), arguments.begin(), arguments.end());
  request.program = program;
  return program_output(std::move(request), {k_most_bytes, k_patience_ns});
}

// Each argument ends with a NUL.
class Arguments {
 public:
  template <typename... Words>
  void add(const Words&... words) {
    ((text_ += words, text_ += '\0'), ...);
  }
  std::string take() { return std::move(text_); }

 private:
  std::string text_;
};

bool is_in(const std::string& path, const std::string& folder) {
  return path == folder || folder == "/" || path.starts_with(folder + "/");
}

// What bubblewrap makes anew, and mounts for itself.
bool is_made_anew(const std::string& path) {
  return is_in(path, "/proc") || path == "/dev/shm" || path == "/dev/pts" || path == "/dev/ptmx" || path == "/dev/mqueue" ||
         path == "/dev/null" || path == "/dev/zero" || path == "/dev/full" || path == "/dev/random" ||
         path == "/dev/urandom" || path == "/dev/tty";
}

struct Mount {
  std::string from;
  std::string to;
  PathRight right;
};

class View {
 public:
  explicit View(const std::vector<SandboxPlace>& places) {
    for (const SandboxPlace& place : places) add(place);
    // What contains another comes first, and of two of the same place the one that may be written.
    std::sort(mounts_.begin(), mounts_.end(), [](const Mount& a, const Mount& b) {
      return std::pair(std::string_view(a.to), a.right == PathRight::read) < std::pair(std::string_view(b.to), b.right == PathRight::read);
    });
  }

  void write(Arguments& out) const {
    auto whole = std::find_if(mounts_.begin(), mounts_.end(), [](const Mount& mount) { return mount.to == "/"; });
    if (whole != mounts_.end()) mount(out, *whole);
    out.add("--proc", "/proc", "--dev", "/dev");
    // These are the machine's, whoever's the rest of /proc is, and root may write to them without any right.
    for (const char* path : {"/proc/sys", "/proc/sysrq-trigger", "/proc/irq", "/proc/bus", "/proc/fs"})
      out.add("--ro-bind-try", path, path);
    bool named_tmp = std::any_of(mounts_.begin(), mounts_.end(), [](const Mount& one) { return is_in("/tmp", one.to); });
    if (!named_tmp) out.add("--tmpfs", "/tmp");
    for (const auto& [path, target] : links_) out.add("--symlink", target, path);
    std::unordered_map<std::string, PathRight> seen;
    for (const Mount& one : mounts_) {
      if (is_seen(one, seen)) continue;
      if (one.to != "/") mount(out, one);
      if (one.from == one.to) seen.emplace(one.to, one.right);
    }
    if (whole == mounts_.end()) out.add("--remount-ro", "/");
  }

 private:
  void add(const SandboxPlace& place) {
    if (place.kind == PlaceKind::system && is_made_anew(place.path)) return;
    struct stat info {};
    bool is_link = place.kind == PlaceKind::system && ::lstat(place.path.c_str(), &info) == 0 && S_ISLNK(info.st_mode);
    if (is_link && parent_folder(place.path) == "/")
      links_[place.path] = link_target(place.path);
    else if (place.path != place.real)
      mounts_.push_back({place.real, place.path, place.right});
    mounts_.push_back({place.real, place.real, place.right});
  }

  // Whether it is a part of what is mounted, with all the rights it needs: another mount could take some away, or find no
  // place to be. Links lead there as they do outside.
  static bool is_seen(const Mount& one, const std::unordered_map<std::string, PathRight>& seen) {
    for (std::string path = one.to;; path = parent_folder(path)) {
      auto found = path == "/" && is_in(one.to, "/dev") ? seen.end() : seen.find(path);
      bool enough = found != seen.end() && (found->second == PathRight::write || one.right == PathRight::read);
      if (enough || (found != seen.end() && one.from != one.to)) return true;
      if (path == "/") return false;
    }
  }

  static void mount(Arguments& out, const Mount& one) {
    if (is_in(one.to, "/dev"))
      out.add("--dev-bind-try", one.from, one.to);
    else
      out.add(one.right == PathRight::write ? "--bind-try" : "--ro-bind-try", one.from, one.to);
  }

  std::vector<Mount> mounts_;
  std::map<std::string, std::string> links_;  // what they say, by path
};

}  // namespace

Bubblewrap find_bubblewrap() {
  const std::string path = cat("PATH=", environment("PATH").value_or(""));
  auto found = find_program("bwrap", {path}, "/");
  if (std::holds_alternative<SpawnFailure>(found))
    return {{}, {}, cat("no folder of PATH has bwrap; ", k_install)};
  const std::string program = std::get<std::string>(found);
  ProgramOutput version = ask(program, {"--version"});
  if (!version.failure.empty()) return {{}, {}, cat("'", program, " --version' ", version.failure)};
  ProgramOutput trial = ask(program, {"--unshare-all", "--die-with-parent", "--ro-bind", "/", "/", "--proc",
                                      "/proc", "--dev", "/dev", "--", program, "--version"});
  if (!trial.failure.empty()) return {{}, {}, cat("bwrap cannot make namespaces here: it ", trial.failure)};
  return {program, std::string(trim(version.out)), {}};
}

std::string bubblewrap_arguments(const AttemptSpec& spec, const std::vector<std::string>& environment,
                                 const std::vector<SandboxPlace>& places) {
  Arguments out;
  // Whoever is root has all rights of root otherwise, and could mount what is read-only once more.
  out.add("--unshare-all", "--die-with-parent", "--clearenv", "--cap-drop", "ALL");
  if (spec.sandbox->network) out.add("--share-net");
  if (!spec.host_name.empty()) out.add("--hostname", spec.host_name);
  for (const std::string& variable : environment) {
    const std::size_t equals = variable.find('=');
    out.add("--setenv", variable.substr(0, equals), variable.substr(equals + 1));
  }
  View(places).write(out);
  out.add("--chdir", spec.folder);
  return out.take();
}

}  // namespace wf
