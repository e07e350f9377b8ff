#include "cli/attempt_log.hpp"

#include "core/base/file.hpp"
#include "core/base/text.hpp"

namespace wf::cli {

namespace {

constexpr std::int64_t k_tail_bytes = 4096;
constexpr std::size_t k_tail_lines = 10;

std::string running_log(Store& store, const RunKey& run, const AttemptInfo& attempt, LogStream stream) {
  std::string_view name = stream == LogStream::out ? "stdout" : "stderr";
  std::string path = cat(store.runs_folder(), "/", run.id.text(), "/", attempt.name, "/", name);
  return read_file_if_exists(path).value_or("");
}

std::optional<Digest> blob_of(const AttemptInfo& attempt, LogStream stream) {
  return stream == LogStream::out ? attempt.stdout_blob : attempt.stderr_blob;
}

std::string last_lines(const std::string& text) {
  std::size_t at = text.size();
  for (std::size_t lines = 0; lines <= k_tail_lines && at != std::string::npos; ++lines) {
    if (at == 0) return text;
    at = text.rfind('\n', at - 1);
  }
  return at == std::string::npos ? text : text.substr(at + 1);
}

}  // namespace

std::string read_log(Store& store, const RunKey& run, const AttemptInfo& attempt, LogStream stream) {
  std::optional<Digest> blob = blob_of(attempt, stream);
  return blob ? store.blobs().read(*blob) : running_log(store, run, attempt, stream);
}

std::string log_tail(Store& store, const RunKey& run, const AttemptInfo& attempt, LogStream stream) {
  std::optional<Digest> blob = blob_of(attempt, stream);
  return last_lines(blob ? store.blobs().read_tail(*blob, k_tail_bytes)
                         : running_log(store, run, attempt, stream));
}

}  // namespace wf::cli
