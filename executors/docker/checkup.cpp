#include "executors/docker/checkup.hpp"

#include <array>

#include "core/base/error.hpp"
#include "core/base/text.hpp"
#include "executors/docker/engine.hpp"

namespace wf {

namespace {

constexpr std::int64_t k_checkup_ns = 10'000'000'000;

struct Ability {
  std::string_view name;    // in what an engine says of itself
  std::string_view check;
  std::string_view advice;
};

constexpr std::array k_abilities{
    Ability{"MemoryLimit", "limits of memory", "give its machine the memory controller of control groups"},
    Ability{"CpuCfsQuota", "limits of cpu", "give its machine the cpu controller of control groups"},
    Ability{"PidsLimit", "limits of processes", "give its machine the pids controller of control groups"},
};

void add_abilities(const Json& info, std::vector<Checkup>& found) {
  for (const Ability& one : k_abilities) {
    const Json* said = info.find(one.name);
    const bool works = said != nullptr && said->is_bool() && said->as_bool();
    found.push_back({std::string(one.check), works, false, works ? "kept by the engine" : "the engine does not keep them",
                     works ? std::string() : std::string(one.advice)});
  }
}

}  // namespace

std::vector<Checkup> check_containers(const FindVariable& variable) {
  std::vector<Checkup> found;
  try {
    EventLoop loop;
    const Engine engine(loop, find_engine(variable), k_checkup_ns);
    const EngineInfo& info = engine.info();
    found.push_back({"engine", true, true,
                     cat(info.version, " for ", info.platform, " at ", engine.address().text, ", API ", info.api.text()),
                     {}});
    const EngineReply reply = engine.call("GET", "/info");
    if (reply.is_good())
      add_abilities(reply.body, found);
    else
      found.push_back({"limits", false, false, cat("it does not say which it keeps: ", reply.failure), {}});
  } catch (const Error& error) {
    found.push_back({"engine", false, true, error.message(), error.hint()});
  }
  return found;
}

}  // namespace wf
