#include "cli/attempt_log.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>

#include "core/base/file.hpp"
#include "core/base/text.hpp"
#include "core/base/time.hpp"

namespace wf::cli {

namespace {

constexpr std::int64_t k_tail_bytes = 4096;
constexpr std::size_t k_tail_lines = 10;
constexpr std::int64_t k_beyond = INT64_MAX;  // the end of every log

std::string running_path(Store& store, const RunKey& run, const AttemptInfo& attempt, std::string_view file) {
  return cat(store.runs_folder(), "/", run.id.text(), "/", attempt.name, "/", file);
}

// Nothing of what a task has put in the place of its log: it may be a pipe.
Fd open_running(const std::string& path) {
  Fd file(::open(path.c_str(), O_RDONLY | O_NONBLOCK | O_NOFOLLOW | O_CLOEXEC));
  struct stat info {};
  bool regular = file && ::fstat(file.get(), &info) == 0 && S_ISREG(info.st_mode);
  return regular ? std::move(file) : Fd();
}

std::optional<Digest> blob_of(const AttemptInfo& attempt, LogStream stream) {
  return stream == LogStream::out ? attempt.stdout_blob : attempt.stderr_blob;
}

// A blob once the attempt has ended, a file before; neither where there is none, or it was freed.
struct Log {
  std::string path;
  std::optional<Digest> blob;
  Fd file = {};
};

// An attempt may have ended since its row was read: then its folder is gone, and the row says the blob.
Log open_log(Store& store, const RunKey& run, const AttemptInfo& attempt, LogStream stream) {
  Log log{running_path(store, run, attempt, log_name(stream)), blob_of(attempt, stream)};
  if (log_freed_us(store, attempt, stream)) log.blob.reset();
  if (log.blob) return log;
  log.file = open_running(log.path);
  if (log.file || attempt.state != "running") return log;
  for (const AttemptInfo& now : attempts_of(store.database(), run, attempt.path)) {
    if (now.name == attempt.name) log.blob = blob_of(now, stream);
  }
  return log;
}

void read_piece(const Log& log, std::int64_t from, std::int64_t to,
                const std::function<void(std::string_view)>& take) {
  std::array<char, 65536> piece;
  while (from < to) {
    const auto wanted = std::min<std::int64_t>(to - from, piece.size());
    const ssize_t got = ::pread(log.file.get(), piece.data(), static_cast<std::size_t>(wanted), from);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) throw_errno("read", log.path);
    if (got == 0) return;
    from += got;
    take({piece.data(), static_cast<std::size_t>(got)});
  }
}

std::vector<std::string> last_lines(std::string_view text) {
  while (text.ends_with('\n')) text.remove_suffix(1);
  if (text.empty()) return {};
  std::vector<std::string_view> lines = split(text, '\n');
  if (lines.size() > k_tail_lines) lines.erase(lines.begin(), lines.end() - k_tail_lines);
  std::vector<std::string> shown;
  for (std::string_view line : lines) shown.push_back(escape_terminal(line));
  return shown;
}

}  // namespace

std::string_view log_name(LogStream stream) { return stream == LogStream::out ? "stdout" : "stderr"; }

std::optional<std::int64_t> log_freed_us(Store& store, const AttemptInfo& attempt, LogStream stream) {
  std::optional<Digest> blob = blob_of(attempt, stream);
  return blob ? store.blobs().freed_us(*blob) : std::nullopt;
}

std::int64_t read_log_from(Store& store, const RunKey& run, const AttemptInfo& attempt, LogStream stream,
                           std::int64_t from, const std::function<void(std::string_view)>& take) {
  if (from == k_beyond) return from;
  Log log = open_log(store, run, attempt, stream);
  auto counted = [&](std::string_view bytes) {
    from += static_cast<std::int64_t>(bytes.size());
    take(bytes);
  };
  if (log.blob) store.blobs().read_pieces(*log.blob, from, counted);
  if (log.file) read_fd_pieces(log.file.get(), log.path, from, counted);
  return from;
}

std::int64_t read_log_range(Store& store, const RunKey& run, const AttemptInfo& attempt, LogStream stream,
                            std::int64_t from, std::int64_t to,
                            const std::function<void(std::string_view)>& take) {
  if (from >= to) return from;
  Log log = open_log(store, run, attempt, stream);
  auto counted = [&](std::string_view bytes) {
    from += static_cast<std::int64_t>(bytes.size());
    take(bytes);
  };
  // Small ones are rows.
  if (log.blob && !exists(log.path = store.blobs().file_path(*log.blob))) {
    const std::string text = store.blobs().read(*log.blob);
    const auto size = static_cast<std::int64_t>(text.size());
    if (from < size)
      counted(std::string_view(text.data() + from, static_cast<std::size_t>(std::min(to, size) - from)));
    return from;
  }
  if (log.blob) log.file = open_file(log.path, O_RDONLY);
  if (log.file) read_piece(log, from, to, counted);
  return from;
}

void verify_log(Store& store, const AttemptInfo& attempt, LogStream stream) {
  std::optional<Digest> blob = blob_of(attempt, stream);
  if (!blob || log_freed_us(store, attempt, stream) ||
      store.blobs().verify(*blob, VerifyDepth::contents) == BlobState::present)
    return;
  store.blobs().read_pieces(*blob, 0, [](std::string_view) {});
}

LogTimes times_of(Store& store, const RunKey& run, const AttemptInfo& attempt) {
  LogTimes times = log_times_of(store.database(), run, attempt.path, attempt.attempt);
  return times.marks().empty() ? read_log_times(running_path(store, run, attempt, k_log_times_file)) : times;
}

std::int64_t last_write_us(Store& store, const RunKey& run, const AttemptInfo& attempt, LogStream stream) {
  if (attempt.ended_us) return *attempt.ended_us;
  Fd file = open_running(running_path(store, run, attempt, log_name(stream)));
  struct stat info {};
  if (!file || ::fstat(file.get(), &info) != 0) return attempt.started_us;
  return std::int64_t{info.st_mtim.tv_sec} * 1'000'000 + info.st_mtim.tv_nsec / 1000;
}

std::int64_t written_before(const LogTimes& times, LogStream stream, std::int64_t time_us) {
  std::int64_t end = 0;
  for (const LogMark& mark : times.marks()) {
    if (mark.stream == stream && mark.time_us < time_us) end = mark.end;
  }
  return end;
}

std::int64_t line_since(Store& store, const RunKey& run, const AttemptInfo& attempt, LogStream stream,
                        std::int64_t time_us) {
  const LogTimes times = times_of(store, run, attempt);
  const std::int64_t last_us = times.marks().empty() ? 0 : times.marks().back().time_us;
  if (std::max(last_us, last_write_us(store, run, attempt, stream)) < time_us) return k_beyond;
  const std::int64_t end = written_before(times, stream, time_us);
  const std::int64_t from = std::max<std::int64_t>(0, end - k_longest_line);
  std::string before;
  read_log_range(store, run, attempt, stream, from, end, [&](std::string_view bytes) { before += bytes; });
  const std::size_t last = before.rfind('\n');
  if (last != std::string::npos) return from + static_cast<std::int64_t>(last) + 1;
  return from == 0 ? 0 : end;
}

std::string read_log(Store& store, const RunKey& run, const AttemptInfo& attempt, LogStream stream,
                     std::int64_t from) {
  std::string text;
  read_log_from(store, run, attempt, stream, from, [&](std::string_view bytes) { text += bytes; });
  return text;
}

std::vector<std::string> log_tail(Store& store, const RunKey& run, const AttemptInfo& attempt,
                                  LogStream stream) {
  if (auto freed_us = log_freed_us(store, attempt, stream))
    return {cat("(freed on ", date_of(*freed_us), ")")};
  Log log = open_log(store, run, attempt, stream);
  if (log.blob) return last_lines(store.blobs().read_tail(*log.blob, k_tail_bytes));
  return log.file ? last_lines(read_fd(log.file.get(), log.path)) : std::vector<std::string>();
}

}  // namespace wf::cli
