#include "executors/docker/exit_file.hpp"

#include <algorithm>
#include <array>

#include "core/base/error.hpp"
#include "core/base/file.hpp"
#include "core/base/json.hpp"
#include "core/base/process.hpp"
#include "core/base/text.hpp"

namespace wf {

namespace {

constexpr std::size_t k_most_bytes = 4096;

// A task can write there, too: what it makes of it harms itself alone.
std::int64_t number(const Json& json, std::string_view name) {
  const Json* found = json.find(name);
  if (found == nullptr || !found->is_int()) throw Error({"", Exit::run_failed}, "no exit record");
  return found->as_int();
}

struct Stage {
  std::string_view name;
  SpawnStep step;
};
constexpr std::array k_stages{Stage{"find", SpawnStep::find_program},     Stage{"execute", SpawnStep::execute},
                              Stage{"session", SpawnStep::session},       Stage{"stdin", SpawnStep::standard_input},
                              Stage{"stdout", SpawnStep::standard_output}, Stage{"stderr", SpawnStep::standard_error}};

// In the words in which a process of this machine would be refused.
SpawnFailure failure_of(const std::string& name, int error, const std::string& command) {
  const auto* known = std::find_if(k_stages.begin(), k_stages.end(), [&](const Stage& one) { return one.name == name; });
  return {known == k_stages.end() ? SpawnStep::create_process : known->step, error, command};
}

ExitRecord parsed(const Json& json, const std::string& command) {
  ExitRecord record;
  record.exit_code = static_cast<int>(std::clamp<std::int64_t>(number(json, "exit_code"), -1, 255));
  record.signal = static_cast<int>(std::clamp<std::int64_t>(number(json, "signal"), 0, 64));
  record.started_us = number(json, "started_us");
  record.ended_us = number(json, "ended_us");
  record.duration_ns = number(json, "duration_ns");
  record.max_rss_bytes = number(json, "max_rss_bytes");
  record.cpu_us = number(json, "cpu_us");
  const MemoryEvents events{number(json, "limit_hits"), number(json, "oom_kills")};
  if (events.limit_hits >= 0 && events.oom_kills >= 0) record.memory_events = events;
  const Json& stage = json.at("failed");
  if (stage.is_string() && !stage.as_string().empty()) {
    const SpawnFailure failure = failure_of(stage.as_string(), static_cast<int>(number(json, "error")), command);
    record.start_error = failure.reason();
    record.start_may_work = failure.problem() == SpawnProblem::busy;
  }
  return record;
}

}  // namespace

std::optional<ExitFile> read_exit_file(const std::string& folder, const std::string& command) {
  const std::string path = cat(folder, '/', k_exit_file);
  if (!exists(path)) return std::nullopt;
  try {
    const Json json = Json::parse(read_part(path, k_most_bytes, FilePart::beginning), path);
    return ExitFile{parsed(json, command),
                    static_cast<int>(std::clamp<std::int64_t>(number(json, "told"), 0, 64))};
  } catch (const Error&) {
    return std::nullopt;
  }
}

}  // namespace wf
