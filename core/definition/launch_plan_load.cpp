// From the file of a launch plan to a checked plan.
#include <unordered_map>

#include "core/base/text.hpp"
#include "core/definition/draft.hpp"
#include "core/definition/bundle.hpp"
#include "core/definition/core_schema.hpp"
#include "core/definition/launch_plan.hpp"
#include "core/definition/launch_plan_fields.hpp"
#include "core/definition/port_value.hpp"
#include "core/definition/read_file.hpp"

namespace wf {

namespace {

class PlanReader {
 public:
  PlanReader(Decoder& decoder, const std::string& path, const PlanSurroundings& surroundings)
      : decoder_(decoder), surroundings_(surroundings), bundle_(decoder, path, Bundle::Reach::tree) {}

  LaunchPlan read() {
    PlanKeys keys;
    decode_record(decoder_, decoder_.tree.root(), plan_record(), keys);
    if (keys.launchplan != k_no_yaml) check_format(decoder_, keys.launchplan, "launchplan");
    bool named =
        keys.name != k_no_yaml && decoder_.expect_text(keys.name, text_.name, "the name of the plan");
    if (!named) text_.name = "unnamed";  // reported already
    places_["name"] = keys.name;
    if (keys.description != k_no_yaml) decoder_.expect_text(keys.description, text_.description, "text");
    if (keys.workflow != k_no_yaml) find_workflow(keys.workflow);
    read_values(keys.inputs, "inputs", plan_.inputs);
    read_values(keys.fixed, "fixed", plan_.fixed);
    read_labels(keys.labels);
    if (keys.parallelism != k_no_yaml) read_parallelism(keys.parallelism);
    if (keys.schedule != k_no_yaml) read_schedule(keys.schedule);
    for (PlanFault& fault : settle_plan(text_, target_ ? &target_->workflow : nullptr, plan_)) report(fault);
    plan_.files = bundle_.take_files();
    return std::move(plan_);
  }

 private:
  void report(PlanFault& fault) {
    YamlId at = places_.at(fault.part);
    Decoder::Fault told{fault.code, std::move(fault.message), std::move(fault.expected),
                        std::move(fault.hint)};
    if (fault.length == 0) return decoder_.error(at, std::move(told));
    decoder_.error_inside(at, fault.offset, fault.length, std::move(told));
  }

  void find_workflow(YamlId at) {
    std::string reference;
    if (!decoder_.expect_text(at, reference, "a registered version, as NAME@VERSION")) return;
    auto found = surroundings_.find_workflow(reference);
    if (auto* refusal = std::get_if<PlanRefusal>(&found)) {
      return decoder_.error(at, {refusal->code, std::move(refusal->message), {}, std::move(refusal->hint)});
    }
    target_ = std::move(std::get<PlanTarget>(found));
    plan_.workflow = target_->workflow.name;
    plan_.version = target_->version;
  }

  // Typed by the workflow's inputs; without a workflow only the names are taken down.
  void read_values(YamlId mapping, const char* part, PlanValues& values) {
    if (mapping == k_no_yaml || decoder_.tree.kind(mapping) == YamlKind::null) return;
    if (!decoder_.expect(mapping, YamlKind::mapping, "a mapping from inputs to values")) return;
    decoder_.tree.each_member(mapping, [&](YamlId key, YamlId value) {
      if (!decoder_.tree.is_scalar(key)) return;
      std::string name(decoder_.tree.text(key));
      places_.emplace(cat(part, ".", name), key);
      if (!target_) return;
      const Port* port = find_port(target_->workflow.inputs, name);
      if (port == nullptr) return report_unknown(key, name);
      auto json =
          read_port_value(decoder_, value, *port, [&](YamlId at, const Type& type, const std::string& text) {
            return read_content(at, *port, type, text);
          });
      values.emplace_back(name, json.value_or(Json()));  // null after a report: it is given all the same
    });
  }

  std::optional<Json> read_content(YamlId at, const Port& port, const Type& type, const std::string& text) {
    if (!text.starts_with("sha256:")) {
      check_file_name(decoder_, at, port, text);
      return bundle_.read_default(at, type, text);
    }
    ValueResult found = surroundings_.find_content(type, text);
    if (auto* value = std::get_if<Json>(&found)) return std::move(*value);
    auto& fault = std::get<ValueError>(found);
    decoder_.error(at, {codes::k_bad_value, std::move(fault.message), type.text(), std::move(fault.hint)});
    return std::nullopt;
  }

  void report_unknown(YamlId key, const std::string& name) {
    const std::vector<Port>& inputs = target_->workflow.inputs;
    decoder_.error_unknown(key, codes::k_unknown_input,
                           cat("the workflow '", target_->workflow.name, "' has no input '", name, "'"),
                           inputs.size(), [&] { return names_of(inputs); });
  }

  void read_labels(YamlId mapping) {
    if (mapping == k_no_yaml || decoder_.tree.kind(mapping) == YamlKind::null) return;
    if (!decoder_.expect(mapping, YamlKind::mapping, "a mapping from keys to texts")) return;
    decoder_.tree.each_member(mapping, [&](YamlId key, YamlId value) {
      std::string text;
      if (!decoder_.tree.is_scalar(key) || !decoder_.expect_text(value, text, "a text")) return;
      std::string name(decoder_.tree.text(key));
      if (places_.emplace(cat("labels.", name), key).second) text_.labels.emplace_back(name, text);
    });
  }

  void read_parallelism(YamlId at) {
    if (!decoder_.expect(at, YamlKind::scalar, "a number")) return;
    places_["parallelism"] = at;
    auto value = decoder_.tree.is_plain(at) ? resolve_plain(decoder_.tree.text(at)) : Json();
    const Json* json = std::get_if<Json>(&value);
    if (json != nullptr && json->is_int()) {
      text_.parallelism = json->as_int();
    } else {
      decoder_.error(at, {codes::k_plan_parallelism, cat("'", decoder_.tree.text(at), "' is no such number"),
                          "1 or more"});
    }
  }

  void read_schedule(YamlId at) {
    if (!decoder_.expect(at, YamlKind::mapping, "a mapping with cron or every")) return;
    text_.has_schedule = true;
    places_["schedule"] = at;
    ScheduleKeys keys;
    decode_record(decoder_, at, schedule_record(), keys);
    read_part(keys.cron, "schedule.cron", "five fields, such as '0 3 * * *'", text_.cron);
    read_part(keys.zone, "schedule.zone", "a time zone, such as Europe/Berlin", text_.zone);
    read_part(keys.every, "schedule.every", "a span of time, such as 6h", text_.every);
    read_part(keys.kickoff_input, "schedule.kickoff_input", "the name of an input", text_.kickoff_input);
  }

  void read_part(YamlId at, const char* part, std::string_view expected, std::optional<std::string>& out) {
    std::string text;
    if (at == k_no_yaml) return;
    places_[part] = at;
    // A part that was refused is not missing: the schedule is not looked at then.
    if (decoder_.expect_text(at, text, expected))
      out = text;
    else
      text_.has_schedule = false;
  }

  Decoder& decoder_;
  const PlanSurroundings& surroundings_;
  Bundle bundle_;
  PlanText text_;
  LaunchPlan plan_;
  std::optional<PlanTarget> target_;
  std::unordered_map<std::string, YamlId> places_;
};

}  // namespace

LoadedPlan load_launch_plan(const std::string& path, const PlanSurroundings& surroundings,
                            const LoadLimits& limits) {
  LoadedPlan loaded;
  FileText file{read_text(path), {}};
  constexpr std::string_view k_expected = "a mapping that begins with 'launchplan: v1' and 'name: …'";
  read_mapping(path, file, limits, k_expected, [&](Decoder& decoder) {
    LaunchPlan plan = PlanReader(decoder, path, surroundings).read();
    if (!file.diagnostics.has_errors()) loaded.plan = std::move(plan);
  });
  loaded.source_text = std::move(file.text);
  loaded.diagnostics = std::move(file.diagnostics);
  return loaded;
}

}  // namespace wf
