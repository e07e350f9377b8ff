#include "executors/local/access_judge.hpp"

#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/un.h>

#include <algorithm>
#include <cctype>
#include <cerrno>
#include <climits>
#include <cstring>

#include "core/base/file.hpp"
#include "core/base/process.hpp"
#include "core/base/text.hpp"

namespace wf {

namespace {

constexpr std::size_t k_most_reads = 1000;
constexpr std::size_t k_most_undeclared = 100;

// What programs write for themselves beside what they read, or tell the kernel of themselves, and do without.
bool is_habit(const std::string& path, bool may_read, const std::string& process) {
  if (path.starts_with(cat("/proc/", process, "/"))) return true;
  bool bytecode = may_read && path.find("/__pycache__") != std::string::npos;
  return bytecode || path.starts_with("/tmp/hsperfdata_");
}

std::string remainder(const std::string& path, const std::string& folder) {
  return path.size() > folder.size() ? path.substr(folder.size()) : std::string();
}

// With which it was executed: another program has others.
std::string words_of(pid_t thread) { return read_proc(thread, "cmdline").value_or(""); }

}  // namespace

// A call with what its arguments mean.
struct AccessJudge::Call {
  const CallListener& listener;
  const WaitingCall& waiting;
  const WatchedCall& shape;

  std::uint64_t argument(int which) const { return waiting.arguments.at(static_cast<std::size_t>(which)); }
  int folder(int which) const { return which < 0 ? AT_FDCWD : static_cast<int>(argument(which)); }
  bool says(std::uint64_t flag) const {
    bool has_any = shape.flags >= 0 && shape.kind != CallKind::open && shape.kind != CallKind::open_how;
    return has_any && (argument(shape.flags) & flag) != 0;
  }
  LastLink last() const {
    if (says(AT_SYMLINK_NOFOLLOW)) return LastLink::keep;
    return says(AT_SYMLINK_FOLLOW) ? LastLink::follow : shape.last;
  }
};

AccessJudge::AccessJudge(std::shared_ptr<const SandboxSpec> spec, std::vector<SandboxPlace> places)
    : spec_(std::move(spec)),
      places_(std::move(places)),
      work_(walk(::getpid(), AT_FDCWD, spec_->folder, LastLink::follow).path),
      stage_(spec_->level == SandboxLevel::paths ? TaskStage::begun : TaskStage::preparing) {}

int AccessJudge::judge(const CallListener& listener, const WaitingCall& waiting) {
  const WatchedCall* shape = find_watched_call(waiting.number);
  if (shape == nullptr) return 0;
  const Call call{listener, waiting, *shape};
  thread_ = waiting.thread;
  hidden_ = false;
  if (stage_ != TaskStage::begun)
    if (auto verdict = judge_beginning(call)) return *verdict;
  switch (shape->kind) {
    case CallKind::open:
      return judge_open(call, call.argument(shape->flags));
    case CallKind::create:
      return judge_open(call, O_WRONLY | O_CREAT | O_TRUNC);
    case CallKind::open_how:
      return judge_open_how(call);
    case CallKind::execute:
      return judge_execute(call);
    case CallKind::link:
      return judge_link(call);
    case CallKind::rename:
      return judge_rename(call);
    case CallKind::connect:
    case CallKind::bind:
      return judge_address(call);
    case CallKind::exit:
      exited_ = exited_ || process_of(thread_) == main_;
      return 0;
    case CallKind::remove:
    case CallKind::make:
    case CallKind::change:
      return judge_change(call);
  }
  return 0;
}

// nullopt: it is the task's, and judged as such. Who still has bubblewrap's words could not become it.
std::optional<int> AccessJudge::judge_beginning(const Call& call) {
  const CallKind kind = call.shape.kind;
  if (stage_ == TaskStage::preparing) {
    if (kind != CallKind::execute || ++executions_ < 2) return 0;
    stage_ = TaskStage::executing;
    main_ = process_of(thread_);
    words_ = words_of(thread_);
    return std::nullopt;
  }
  if (stage_ == TaskStage::failed) return 0;
  if (process_of(thread_) != main_) return std::nullopt;
  if (words_of(thread_) != words_) {
    stage_ = TaskStage::begun;
    return std::nullopt;
  }
  if (kind == CallKind::exit) stage_ = TaskStage::failed;
  // It tries a shell instead where it finds no program.
  return kind == CallKind::execute ? ENOEXEC : 0;
}

int AccessJudge::judge_change(const Call& call) {
  auto place = place_of(call);
  // What landlock does not govern is refused to those that hide what they mean.
  if (!place) return hidden_ ? EACCES : 0;
  const CallKind kind = call.shape.kind;
  const bool makes = kind == CallKind::make;
  if (place->state != (makes ? FoundPath::State::absent : FoundPath::State::there)) return 0;
  return needs_write(kind == CallKind::change ? place->path : parent_folder(place->path), place->path);
}

// nullopt: nobody can say, or nobody waits any more.
std::optional<FoundPath> AccessJudge::place_of(const Call& call, int folder, int path, LastLink last) {
  std::string text;
  bool named = path >= 0 && (folder < 0 || call.argument(path) != 0);
  if (named) {
    auto told = remote_text(thread_, call.argument(path), PATH_MAX);
    // An address that is none, and a path that is too long, are refused by the kernel, too.
    hidden_ = !told && errno != EFAULT && errno != ESRCH && errno != ENAMETOOLONG;
    if (hidden_) ++record_.unseen;
    if (!told || (told->empty() && !call.says(AT_EMPTY_PATH))) return std::nullopt;
    text = std::move(*told);
  }
  FoundPath place = walk(thread_, call.folder(folder), text, last);
  return call.listener.waits(call.waiting) ? std::optional(std::move(place)) : std::nullopt;
}

// That which the call is about first of all.
std::optional<FoundPath> AccessJudge::place_of(const Call& call) {
  return place_of(call, call.shape.folder, call.shape.path, call.last());
}

int AccessJudge::judge_open(const Call& call, std::uint64_t flags) {
  if ((flags & O_PATH) != 0) return 0;
  bool keeps = (flags & O_NOFOLLOW) != 0 || (flags & (O_CREAT | O_EXCL)) == (O_CREAT | O_EXCL);
  auto place = place_of(call, call.shape.folder, call.shape.path, keeps ? LastLink::keep : LastLink::follow);
  return place ? judge_open_place(*place, flags) : 0;
}

int AccessJudge::judge_open_how(const Call& call) {
  open_how how{};
  const auto bytes = std::as_writable_bytes(std::span(&how, 1));
  if (!remote_bytes(thread_, call.argument(call.shape.flags), bytes)) return 0;
  if ((how.resolve & RESOLVE_IN_ROOT) == 0) return judge_open(call, how.flags);
  // Its folder is the root of the path; whoever goes up from there by a link is not followed.
  auto text = remote_text(thread_, call.argument(call.shape.path), PATH_MAX);
  if (!text) return 0;
  text->erase(0, text->find_first_not_of('/'));
  FoundPath place = walk(thread_, call.folder(call.shape.folder), *text, LastLink::follow);
  return call.listener.waits(call.waiting) ? judge_open_place(place, how.flags) : 0;
}

int AccessJudge::judge_open_place(const FoundPath& place, std::uint64_t flags) {
  const bool unnamed_file = (flags & O_TMPFILE) == O_TMPFILE;
  const bool writes = (flags & O_ACCMODE) != O_RDONLY || (flags & O_TRUNC) != 0;
  if (place.state == FoundPath::State::absent)
    return (flags & O_CREAT) != 0 ? needs_write(parent_folder(place.path), place.path) : 0;
  if (place.state != FoundPath::State::there) return 0;
  if (unnamed_file) return needs_write(place.path, place.path);
  const bool fails = (flags & (O_CREAT | O_EXCL)) == (O_CREAT | O_EXCL) || S_ISLNK(place.mode) ||
                     (writes && S_ISDIR(place.mode));
  if (fails) return 0;
  return writes ? needs_write(place.path, place.path) : needs_read(place);
}

int AccessJudge::judge_execute(const Call& call) {
  auto place = place_of(call);
  if (!place || place->state != FoundPath::State::there) return 0;
  if (int error = needs_read(*place); error != 0) return error;
  // The kernel opens the interpreter of a script itself.
  auto interpreter = interpreter_of(place->path);
  if (!interpreter) return 0;
  FoundPath program = walk(thread_, AT_FDCWD, *interpreter, LastLink::follow);
  return program.state == FoundPath::State::there ? needs_read(program) : 0;
}

std::optional<std::string> AccessJudge::interpreter_of(const std::string& program) const {
  std::string text = read_part(program, 256, FilePart::beginning);
  if (!text.starts_with("#!")) return std::nullopt;
  std::string_view line = trim(std::string_view(text).substr(2, text.find('\n') - 2));
  line = line.substr(0, line.find_first_of(" \t"));
  return line.starts_with('/') ? std::optional<std::string>(line) : std::nullopt;
}

// What may only be read is not linked to either, but no fault: whoever links copies where he cannot.
int AccessJudge::judge_link(const Call& call) {
  const WatchedCall& shape = call.shape;
  auto from = place_of(call);
  auto to = place_of(call, shape.other_folder, shape.other_path, LastLink::keep);
  if (!from || !to || to->state != FoundPath::State::absent) return 0;
  if (from->state != FoundPath::State::there && from->state != FoundPath::State::unnamed) return 0;
  int error = from->state == FoundPath::State::there ? needs_read(*from, Note::no) : 0;
  if (error != 0) return error;
  return needs_write(parent_folder(to->path), to->path);
}

int AccessJudge::judge_rename(const Call& call) {
  const WatchedCall& shape = call.shape;
  auto from = place_of(call);
  auto to = place_of(call, shape.other_folder, shape.other_path, LastLink::keep);
  bool can_be = from && to && from->state == FoundPath::State::there &&
                (to->state == FoundPath::State::there || to->state == FoundPath::State::absent);
  if (!can_be) return 0;
  int removes = needs_write(parent_folder(from->path), from->path);
  int makes = needs_write(parent_folder(to->path), to->path);
  return removes != 0 ? removes : makes;
}

// A socket that has a name in the file system.
int AccessJudge::judge_address(const Call& call) {
  sockaddr_un address{};
  const std::size_t size = std::min<std::size_t>(call.argument(2), sizeof address);
  constexpr std::size_t k_head = offsetof(sockaddr_un, sun_path);
  if (size <= k_head) return 0;
  if (!remote_bytes(thread_, call.argument(1), std::as_writable_bytes(std::span(&address, 1)).first(size))) {
    if (errno == EFAULT || errno == ESRCH) return 0;
    ++record_.unseen;
    return EACCES;
  }
  if (address.sun_family != AF_UNIX || address.sun_path[0] == '\0') return 0;
  const std::string path(address.sun_path, ::strnlen(address.sun_path, size - k_head));
  FoundPath place = walk(thread_, AT_FDCWD, path, LastLink::follow);
  if (!call.listener.waits(call.waiting)) return 0;
  if (call.shape.kind == CallKind::connect)
    return place.state == FoundPath::State::there ? needs_read(place, Note::no) : 0;
  return place.state == FoundPath::State::absent ? needs_write(parent_folder(place.path), place.path) : 0;
}

int AccessJudge::needs_read(const FoundPath& place, Note note) {
  if (const SandboxPlace* in = places_.around(place.path)) {
    if (note == Note::yes && S_ISREG(place.mode)) note_read(place, *in);
    return 0;
  }
  return is_private(place.path, false) ? 0 : undeclared(place.path, false);
}

// `holder` is what has to be writable: the file, or the folder that gets or loses it.
int AccessJudge::needs_write(const std::string& holder, const std::string& path) {
  if (places_.may_write(holder) || is_private(holder, true)) return 0;
  return undeclared(path, true);
}

// Whether it is of what the sandbox has for itself alone, such as its /tmp. A name that only the machine has
// is made there by who writes.
bool AccessJudge::is_private(const std::string& holder, bool writes) const {
  if (spec_->level != SandboxLevel::full) return false;
  struct statvfs info {};
  auto look = [&](const std::string& path) {
    return ::statvfs(cat("/proc/", thread_, "/root", path).c_str(), &info) == 0;
  };
  const bool found = look(holder) || (writes && errno == ENOENT && look(parent_folder(holder)));
  return found && (!writes || (info.f_flag & ST_RDONLY) == 0);
}

int AccessJudge::undeclared(const std::string& path, bool writes) {
  if (is_habit(path, places_.may_read(path), process_of(thread_))) return EACCES;
  if (record_.undeclared.size() < k_most_undeclared)
    record_.undeclared.insert({path, writes});
  else
    record_.cut_short = true;
  return EACCES;
}

void AccessJudge::note_read(const FoundPath& place, const SandboxPlace& in) {
  using enum SandboxRecord::Source;
  switch (in.kind) {
    case PlaceKind::system:
      ++record_.system_reads;
      return;
    case PlaceKind::input:
      return note(in.label + remainder(place.path, in.real), input);
    case PlaceKind::named:
      return note(place.path, named);
    case PlaceKind::own:
      break;
  }
  // Of its own what it was given; what it has written itself says nothing.
  if (!place.path.starts_with(work_ + "/")) return;
  std::string path = place.path.substr(work_.size() + 1);
  bool is_source = std::binary_search(spec_->sources.begin(), spec_->sources.end(), path);
  if (is_source || path.starts_with("in/")) note(std::move(path), is_source ? source : input);
}

void AccessJudge::note(std::string path, SandboxRecord::Source source) {
  if (record_.reads.size() < k_most_reads)
    record_.reads.insert({std::move(path), source});
  else
    record_.cut_short = record_.cut_short || !record_.reads.contains({std::move(path), source});
}

}  // namespace wf
