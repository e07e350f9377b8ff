#include "executors/local/checkup.hpp"

#include "core/base/landlock.hpp"
#include "core/base/text.hpp"
#include "executors/local/bubblewrap.hpp"
#include "executors/local/limit_groups.hpp"

namespace wf {

namespace {

Checkup limits_of(const LimitGroups& groups, Resource resource, std::string_view otherwise) {
  const std::string name(k_resource_names.at(static_cast<std::size_t>(resource)));
  const bool works = groups.keeps(resource);
  Checkup checkup{cat("limits of ", name), works, false, works ? "by control groups" : std::string(otherwise), {}};
  if (!works) checkup.advice = "run wf as root, or in a session that systemd delegates control groups to";
  return checkup;
}

Checkup paths_sandbox() {
  const int version = landlock_version();
  Checkup checkup{"sandbox: paths", version >= k_least_landlock, false, cat("landlock ", version), {}};
  if (checkup.works) return checkup;
  if (version == 0) checkup.found = "the kernel has no landlock";
  checkup.advice = "use a kernel of 5.19 or newer, with landlock among its 'lsm='";
  return checkup;
}

Checkup full_sandbox() {
  const Bubblewrap bubblewrap = find_bubblewrap();
  const bool works = !bubblewrap.program.empty();
  Checkup checkup{"sandbox: full", works, false, works ? bubblewrap.version : bubblewrap.hindrance, {}};
  if (!works) checkup.advice = "install bubblewrap, and allow user namespaces";
  return checkup;
}

}  // namespace

std::vector<Checkup> check_machine() {
  const LimitGroups groups("wf-doctor-");
  return {limits_of(groups, Resource::cpu, "not kept"),
          limits_of(groups, Resource::memory, "for each process alone, by setrlimit(2)"), paths_sandbox(), full_sandbox()};
}

}  // namespace wf
