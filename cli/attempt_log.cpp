#include "cli/attempt_log.hpp"

#include <fcntl.h>

#include "core/base/file.hpp"
#include "core/base/text.hpp"
#include "core/base/time.hpp"

namespace wf::cli {

namespace {

constexpr std::int64_t k_tail_bytes = 4096;
constexpr std::size_t k_tail_lines = 10;

std::string running_path(Store& store, const RunKey& run, const AttemptInfo& attempt, LogStream stream) {
  return cat(store.runs_folder(), "/", run.id.text(), "/", attempt.name, "/", log_name(stream));
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

// A blob once the attempt has ended, a file before; neither where there is none.
struct Log {
  std::string path;
  std::optional<Digest> blob;
  Fd file = {};
};

// An attempt may have ended since its row was read: then its folder is gone, and the row says the blob.
Log open_log(Store& store, const RunKey& run, const AttemptInfo& attempt, LogStream stream) {
  Log log{running_path(store, run, attempt, stream), blob_of(attempt, stream)};
  if (log.blob) return log;
  log.file = open_running(log.path);
  if (log.file || attempt.state != "running") return log;
  for (const AttemptInfo& now : attempts_of(store.database(), run, attempt.path)) {
    if (now.name == attempt.name) log.blob = blob_of(now, stream);
  }
  return log;
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

std::int64_t read_log_from(Store& store, const RunKey& run, const AttemptInfo& attempt, LogStream stream,
                           std::int64_t from, const std::function<void(std::string_view)>& take) {
  auto counted = [&](std::string_view bytes) {
    from += static_cast<std::int64_t>(bytes.size());
    take(bytes);
  };
  Log log = open_log(store, run, attempt, stream);
  if (log.blob) store.blobs().read_pieces(*log.blob, from, counted);
  if (log.file) read_fd_pieces(log.file.get(), log.path, from, counted);
  return from;
}

std::string read_log(Store& store, const RunKey& run, const AttemptInfo& attempt, LogStream stream) {
  std::string text;
  read_log_from(store, run, attempt, stream, 0, [&](std::string_view bytes) { text += bytes; });
  return text;
}

std::vector<std::string> log_tail(Store& store, const RunKey& run, const AttemptInfo& attempt, LogStream stream) {
  Log log = open_log(store, run, attempt, stream);
  std::optional<std::int64_t> freed_us = log.blob ? store.blobs().freed_us(*log.blob) : std::nullopt;
  if (freed_us) return {cat("(freed by gc on ", date_of(*freed_us), ")")};
  if (log.blob) return last_lines(store.blobs().read_tail(*log.blob, k_tail_bytes));
  return log.file ? last_lines(read_fd(log.file.get(), log.path)) : std::vector<std::string>();
}

}  // namespace wf::cli
