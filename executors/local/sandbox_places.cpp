#include "executors/local/sandbox_places.hpp"

#include <pwd.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <climits>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <optional>

#include "core/base/environment.hpp"
#include "core/base/file.hpp"
#include "core/base/text.hpp"
#include "executors/local/codes.hpp"

namespace wf {

namespace {

// wf-workflow(5) lists them.
constexpr std::array<std::string_view, 30> k_read_places{
    "/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32", "/usr", "/etc", "/nix/store", "/gnu/store", "/proc", "/sys",
    // What answers questions about names and users.
    "/run/nscd", "/var/run/nscd", "/var/lib/sss", "/run/systemd/resolve", "/run/systemd/userdb", "/run/resolvconf",
    "/run/NetworkManager/resolv.conf", "/run/NetworkManager/no-stub-resolv.conf",
    // Indexes that programs read.
    "/var/cache/fontconfig", "/var/cache/ldconfig", "/var/lib/ca-certificates", "/run/opengl-driver",
    "/run/current-system/sw", "/var/lib/texmf", "/var/lib/ghc",
    "/var/lib/dpkg", "/var/lib/apt", "/var/cache/man"};
constexpr std::array<std::string_view, 12> k_write_places{"/dev/null", "/dev/zero",    "/dev/full", "/dev/random",
                                                          "/dev/urandom", "/dev/tty",  "/dev/ptmx", "/dev/pts",
                                                          "/dev/shm",  "/dev/mqueue", "/dev/dri",  "/dev/kfd"};

std::optional<std::string> real_path(const std::string& path) {
  std::unique_ptr<char, decltype(&std::free)> real(::realpath(path.c_str(), nullptr), &std::free);
  return real ? std::optional<std::string>(real.get()) : std::nullopt;
}

// False: it is not there.
bool add(std::vector<SandboxPlace>& places, const std::string& path, PathRight right, PlaceKind kind,
         const std::string& label = {}) {
  auto real = real_path(path);
  if (real) places.push_back({path, std::move(*real), right, kind, label});
  return real.has_value();
}

std::vector<std::string> home_folders() {
  std::vector<std::string> homes{"/", "/home", "/root", "/tmp", "/var/tmp"};
  const passwd* user = ::getpwuid(::geteuid());
  for (const std::string& home : {environment("HOME").value_or(""), std::string(user == nullptr ? "" : user->pw_dir)})
    if (auto real = home.empty() ? std::nullopt : real_path(home)) homes.push_back(std::move(*real));
  return homes;
}

// What a virtual environment says its interpreter comes from.
std::optional<std::string> interpreter_folder(const std::string& prefix) {
  const std::string text = read_part(prefix + "/pyvenv.cfg", 4096, FilePart::beginning);
  for (std::string_view line : split(text, '\n')) {
    auto equals = line.find('=');
    if (equals != std::string_view::npos && trim(line.substr(0, equals)) == "home")
      return std::string(trim(line.substr(equals + 1)));
  }
  return std::nullopt;
}

class Programs {
 public:
  std::vector<SandboxPlace> of(std::string_view path_variable) {
    for (std::string_view folder : split(path_variable, ':')) add_folder(std::string(folder));
    return std::move(places_);
  }

 private:
  void add_folder(const std::string& folder) {
    auto real = folder.starts_with('/') ? real_path(folder) : std::nullopt;
    if (!real || is_private(*real)) return;
    add(places_, folder, PathRight::read, PlaceKind::system);
    const std::string name = base_name(*real);
    const std::string prefix = parent_folder(*real);
    if (is_private(prefix)) return;
    if (name == "bin" || name == "sbin") add_installation(prefix);
    if (name == "shims") add(places_, prefix, PathRight::read, PlaceKind::system);  // of pyenv, rbenv, asdf
  }

  // Where users install things there is much else beside: of ~/.local only what programs consist of.
  void add_installation(const std::string& prefix) {
    bool whole = exists(prefix + "/conda-meta") || exists(prefix + "/pyvenv.cfg");
    if (whole) add(places_, prefix, PathRight::read, PlaceKind::system);
    for (std::string_view part : {"lib", "lib64", "libexec", "include"})
      if (!whole) add(places_, cat(prefix, '/', part), PathRight::read, PlaceKind::system);
    auto interpreter = interpreter_folder(prefix);
    if (interpreter && ++depth_ < 8) add_folder(*interpreter);
  }

  bool is_private(const std::string& folder) const {
    return std::find(homes_.begin(), homes_.end(), folder) != homes_.end();
  }

  std::vector<std::string> homes_ = home_folders();
  std::vector<SandboxPlace> places_;
  int depth_ = 0;
};

}  // namespace

std::vector<SandboxPlace> system_places() {
  std::vector<SandboxPlace> places;
  for (std::string_view path : k_read_places) add(places, std::string(path), PathRight::read, PlaceKind::system);
  for (std::string_view path : k_write_places) add(places, std::string(path), PathRight::write, PlaceKind::system);
  for (const std::string& name : list_folder("/dev"))
    if (name.starts_with("nvidia")) add(places, "/dev/" + name, PathRight::write, PlaceKind::system);
  return places;
}

std::vector<SandboxPlace> program_places(std::string_view path_variable) { return Programs().of(path_variable); }

std::optional<Error> why_no_place(const std::string& path) {
  if (real_path(path)) return std::nullopt;
  return Error(codes::k_sandbox_place, cat("cannot let it write to '", path, "': ", std::strerror(errno)),
               "what 'write' names has to be there before: make it");
}

std::vector<SandboxPlace> attempt_places(const SandboxSpec& spec) {
  std::vector<SandboxPlace> places;
  for (const std::string& folder : spec.own) add(places, folder, PathRight::write, PlaceKind::own);
  for (const auto& [path, label] : spec.inputs) add(places, path, PathRight::read, PlaceKind::input, label);
  for (const std::string& path : spec.read) add(places, path, PathRight::read, PlaceKind::named);
  for (const std::string& path : spec.write) {
    if (auto problem = why_no_place(path)) throw Error(*problem);
    add(places, path, PathRight::write, PlaceKind::named);
  }
  return places;
}

SandboxPlaces::SandboxPlaces(std::vector<SandboxPlace> places) : places_(std::move(places)) {
  for (std::size_t i = 0; i < places_.size(); ++i) by_path_[places_[i].real].push_back(i);
}

const SandboxPlace* SandboxPlaces::around(const std::string& real) const {
  for (std::string path = real;; path = parent_folder(path)) {
    // Of several the last: what a task names comes after the system's.
    if (auto found = by_path_.find(path); found != by_path_.end()) return &places_[found->second.back()];
    if (path == "/") return nullptr;
  }
}

bool SandboxPlaces::may_write(const std::string& real) const {
  for (std::string path = real;; path = parent_folder(path)) {
    if (auto found = by_path_.find(path); found != by_path_.end())
      for (std::size_t i : found->second)
        if (places_[i].right == PathRight::write) return true;
    if (path == "/") return false;
  }
}

}  // namespace wf
