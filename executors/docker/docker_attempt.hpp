// An attempt of the Docker executor, as its parts see it.
#pragma once
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/base/error.hpp"
#include "core/base/text.hpp"
#include "executors/docker/docker_executor.hpp"
#include "executors/local/masked_log.hpp"

namespace wf {

// The shim, in the folder of the inputs.
inline constexpr std::string_view k_shim_name = ".wf-shim";

struct DockerExecutor::Attempt {
  enum class Phase { creating, starting, running };
  AttemptSpec spec;
  std::function<void(const ExitRecord&)> ended;
  ExitRecord record;
  Phase phase = Phase::creating;
  bool over = false;            // its end is on its way to who asked for it
  std::string container;        // its name
  std::string folder;           // of the attempt
  std::string signal;           // that waits for it to have begun
  std::int64_t grace_ns = 0;    // after that
  bool killed = false;
  bool cut_off = false;  // the engine was silent at least once
  bool copied = false;   // its container has copies of its folders
  std::optional<Heirloom> to_move;  // when the container has begun
  std::vector<Errand> errands;  // that are still to be done
  std::int64_t started_ns = 0;  // by the boot clock
  TimerId timer;                // the end of its time, or of the grace
  std::int64_t silent_since_ns = 0;  // the engine gives no answer since; 0: it does
  std::int64_t pause_ns = 0;
  std::vector<std::unique_ptr<MaskedLog>> logs;  // of one with secrets
  Fd secrets;
  std::optional<HttpClient::Call> relay;  // by which the logs of one with copies come while it runs
};

}  // namespace wf
