#include "cli/registry_views.hpp"

#include "cli/output.hpp"
#include "core/base/json_members.hpp"
#include "core/base/time.hpp"

namespace wf::cli {

namespace {

Json in_scope(const Scope& scope, const std::string& workflow) {
  Json json = Json::object();
  return json.add("project", scope.project).add("domain", scope.domain).add("workflow", workflow);
}

}  // namespace

Json labels_of(const std::vector<LabelEntry>& labels, const Digest& version) {
  Json list = Json::array();
  for (const LabelEntry& entry : labels) {
    if (entry.version == version) list.push(entry.label);
  }
  return list;
}

Json label_json(const Scope& scope, const LabelEntry& entry) {
  Json json = in_scope(scope, entry.name);
  json.add("label", entry.label).add("version", entry.version.text());
  return json.add("created", format_wall_us(entry.created_us)).add("created_by", entry.created_by);
}

Json registration_json(const Scope& scope, const std::string& workflow, const RegistrationEntry& entry,
                       const std::vector<LabelEntry>& labels) {
  Json json = in_scope(scope, workflow);
  json.add("registration", entry.seq).add("version", entry.version.text());
  json.add("labels", labels_of(labels, entry.version));
  json.add("registered", format_wall_us(entry.registered_us)).add("registered_by", entry.registered_by);
  return json.add("source", entry.source.text())
      .add("path", entry.source_path)
      .add("git", entry.git)
      .add("promoted_from", entry.promoted_from);
}

Json workflow_json(const Scope& scope, const WorkflowEntry& entry) {
  Json json = in_scope(scope, entry.name);
  json.add("version", entry.version.text()).add("labels", list_json(entry.labels));
  json.add("versions", entry.versions).add("registrations", entry.registrations);
  return json.add("registered", format_wall_us(entry.registered_us))
      .add("registered_by", entry.registered_by);
}

Exit print_changes(const Context& context, const Digest& before, const Digest& after,
                   const std::vector<Change>& changes) {
  Json json = Json::object();
  json.add("before", before.text()).add("after", after.text()).add("changes", to_json(changes));
  print_object(context, changes.empty() ? "no differences\n" : render(changes), json);
  return changes.empty() ? Exit::ok : Exit::differs;
}

}  // namespace wf::cli
