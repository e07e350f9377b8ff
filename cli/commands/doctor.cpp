// wf doctor: what each backend lacks on this machine.
#include <algorithm>
#include <functional>
#include <memory>
#include <optional>

#include "cli/commands.hpp"
#include "cli/output.hpp"
#include "core/base/environment.hpp"
#include "core/base/json_members.hpp"
#include "core/base/style.hpp"
#include "core/base/text.hpp"
#include "executors/docker/checkup.hpp"
#include "executors/local/checkup.hpp"

namespace wf::cli {

namespace {

struct Patient {
  std::string_view backend;
  std::vector<Checkup> checks;

  bool is_usable() const {
    return std::all_of(checks.begin(), checks.end(), [](const Checkup& one) { return one.works || !one.needed; });
  }
};

Json json_of(const Checkup& one) {
  Json json = Json::object();
  json.add("check", one.check).add("works", bool{one.works}).add("found", escape_terminal(one.found));
  return json.add("advice", or_null(escape_terminal(one.advice)));
}

Json json_of(const Patient& patient) {
  Json json = Json::object();
  json.add("backend", patient.backend).add("usable", patient.is_usable());
  return json.add("checks", list_json(patient.checks, [](const Checkup& one) { return json_of(one); }));
}

std::string text_of(const Patient& patient) {
  std::string text = cat(patient.backend, patient.is_usable() ? "" : " cannot be used here", "\n");
  for (const Checkup& one : patient.checks) {
    text += cat("  ", one.works ? "has   " : "lacks ", "  ", one.check, ": ", escape_terminal(one.found), "\n");
    if (!one.advice.empty()) text += cat("            ", escape_terminal(one.advice), "\n");
  }
  return text;
}

struct DoctorOptions {
  std::optional<std::string> backend;
};

struct Examination {
  std::string_view backend;
  std::function<std::vector<Checkup>()> carry_out;
};

const std::vector<Examination>& examinations() {
  static const std::vector<Examination> k_all{
      {"local", check_machine},
      {"docker", [] { return check_containers([](const std::string& name) { return environment(name); }); }}};
  return k_all;
}

std::vector<Patient> patients_of(const DoctorOptions& options) {
  std::vector<Patient> patients;
  for (const Examination& one : examinations())
    if (!options.backend || *options.backend == one.backend)
      patients.push_back({one.backend, one.carry_out()});
  return patients;
}

std::vector<std::string> backend_names() {
  std::vector<std::string> names;
  for (const Examination& one : examinations()) names.emplace_back(one.backend);
  return names;
}

Exit examine(const Context& context, const DoctorOptions& options) {
  const std::vector<Patient> patients = patients_of(options);
  std::string text;
  for (const Patient& patient : patients) text += text_of(patient);
  Json json = Json::object();
  json.add("backends", list_json(patients, [](const Patient& patient) { return json_of(patient); }));
  print_object(context, text, json);
  bool lacks_the_one = options.backend && !patients.front().is_usable();
  return lacks_the_one ? Exit::unavailable : Exit::ok;
}

}  // namespace

Command make_doctor() {
  Command command;
  command.name = "doctor";
  command.summary = "Say what each backend lacks on this machine, and how to get it";
  command.details =
      "Of this machine: by what the limits of tasks are kept, and how far sandboxes go. Of containers: "
      "whether an engine "
      "answers, which API it speaks, and what it can limit. Where the engine is 'wf help environment' tells. "
      "Nothing is "
      "changed, and no store is needed.\n\n"
      "Exit status: 0, and with --backend 5 where that cannot be used.";
  command.examples = {{"wf doctor", "all of it"},
                      {"wf doctor --backend docker > /dev/null && wf run zones.yaml", "for scripts"}};
  auto options = std::make_shared<DoctorOptions>();
  command.options = {{"--backend", "NAME", "only this one", &options->backend, backend_names()}};
  command.formats = k_show_formats;
  command.run = [options](Context& context) { return examine(context, *options); };
  return command;
}

}  // namespace wf::cli
