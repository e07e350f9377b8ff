#include "core/definition/field_schemas.hpp"

#include <span>

#include "core/base/text.hpp"
#include "core/definition/fields.hpp"
#include "core/definition/image_reference.hpp"
#include "core/definition/json_schema.hpp"
#include "core/definition/model.hpp"
#include "core/definition/test_case.hpp"

namespace wf {

namespace {

Json count_schema(std::int64_t least) { return object({{"type", "integer"}, {"minimum", least}}); }
Json choice_schema(std::span<const std::string_view> names) {
  return object({{"enum", Json(Json::Array(names.begin(), names.end()))}});
}
Json members_of(std::string_view element) {
  return object({{"type", array({"object", "null"})},
                 {"propertyNames", definition("name")},
                 {"additionalProperties", definition(element)}});
}
Json list_of(Json element, std::int64_t at_least) {
  Json schema = object({{"type", "array"}, {"items", std::move(element)}});
  if (at_least > 0) schema.add("minItems", at_least);
  return schema;
}

Json variables_schema(Json value) {
  Json names = object({{"pattern", "^(?!HOME$|TMPDIR$|WF_)[A-Za-z_][A-Za-z0-9_]{0,127}$"}});
  return object({{"type", array({"object", "null"})},
                 {"propertyNames", std::move(names)},
                 {"additionalProperties", std::move(value)}});
}

Json duration_like(std::string_view before, std::string_view after) {
  constexpr std::string_view k_terms = "([0-9]+(\\.[0-9]+)?(ns|us|ms|s|m|h|d|w))+";
  return object({{"type", "string"}, {"pattern", cat("^", before, k_terms, after, "$")}});
}
}  // namespace

// What is read as text is the text that stands there, whatever YAML makes of it.
Json text_schema() { return object({{"type", array({"string", "number", "boolean"})}}); }
Json boolean_schema() { return object({{"type", "boolean"}}); }
Json version_schema() { return object({{"const", "v1"}}); }
Json workflow_name_schema() {
  return object({{"type", array({"string", "boolean"})}, {"pattern", "^[a-z][a-z0-9-]{0,62}$"}});
}
Json staged_name_schema() {
  return text_schema().add("pattern", "^(?!\\.{1,2}$)[A-Za-z0-9._-]{1,200}$");
}
Json script_schema() { return text_schema().add("pattern", "\\S"); }
Json any_schema() { return Json::object(); }
Json type_schema() { return definition("type"); }
Json media_type_schema() {
  return object({{"type", "string"}, {"pattern", "^[a-z0-9.+-]+/[a-z0-9.+-]+$"}, {"maxLength", 128}});
}
Json format_schema() { return object({{"enum", array({"csv", "parquet"})}}); }
Json columns_schema() {
  return object({{"type", "object"},
                 {"minProperties", 1},
                 {"propertyNames", object({{"minLength", 1}})},
                 {"additionalProperties", definition("type")}});
}
Json bound_schema() { return object({{"type", array({"number", "string"})}}); }
Json values_schema() {
  return object({{"type", "array"},
                 {"minItems", 1},
                 {"items", object({{"type", array({"string", "number", "boolean"})}})}});
}
Json task_name_schema() {
  Json of_version = object({{"type", "string"}, {"pattern", "^([a-z][a-z0-9-]*/[a-z][a-z0-9-]*/)?[a-z][a-z0-9-]*#[a-z][a-z0-9_]*@."}});
  return object({{"anyOf", array({definition("name"), std::move(of_version)})}});
}
Json bindings_schema() { return definition("bindings"); }
Json hook_schema() { return definition("hook"); }
Json gate_schema() { return definition("gate"); }
Json duration_schema() { return duration_like("(?=.*[1-9])", ""); }
Json wait_schema() { return duration_like("", ""); }
Json sleep_schema() { return duration_like("(", "|\\$.*)"); }
Json cases_schema() {
  return object({{"type", "array"}, {"minItems", 2}, {"items", definition("case")}});
}
Json cache_schema() { return definition("cache"); }
Json ignore_schema() { return record_schema(ignore_record()); }
Json each_schema() { return record_schema(each_record()); }
Json retry_schema() { return record_schema(retry_record()); }
Json processors_schema() {
  return object({{"type", array({"number", "string"})}, {"pattern", "^([0-9]*\\.)?[0-9]+m?$"}, {"exclusiveMinimum", 0}});
}
Json bytes_schema() {
  return object({{"type", array({"number", "string"})}, {"pattern", "^([0-9]*\\.)?[0-9]+([KMGTP]i|[kMGTP])?$"}, {"minimum", 1}});
}
Json resources_schema() { return record_schema(resource_record()); }
Json limits_schema() { return record_schema(limit_record()); }
Json pools_schema() {
  Json name = workflow_name_schema();
  Json list = object({{"type", "array"}, {"items", name}, {"uniqueItems", true}});
  Json mapping = object({{"type", "object"}, {"propertyNames", std::move(name)}, {"additionalProperties", count_schema(1)}});
  return object({{"oneOf", array({std::move(list), std::move(mapping)})}});
}
Json secrets_schema() {
  return variables_schema(object({{"oneOf", array({workflow_name_schema(), record_schema(secret_record())})}}));
}
Json sandbox_level_schema() { return choice_schema(k_sandbox_names); }
Json absolute_paths_schema() { return list_of(object({{"type", "string"}, {"pattern", "^/"}}), 0); }
Json image_schema() {
  return text_schema().add("pattern", cat("^(?:", k_image_pattern, ")$")).add("minimum", 0);
}

Json sandbox_schema() {
  return object({{"oneOf", array({sandbox_level_schema(), record_schema(sandbox_record())})}});
}
Json concurrency_policy_schema() { return choice_schema(k_concurrency_names); }
Json concurrency_schema() {
  return object({{"oneOf", array({count_schema(1), record_schema(concurrency_record())})}});
}
Json escalation_schema() { return record_schema(escalation_record()); }
Json timeout_schema() { return object({{"oneOf", array({duration_schema(), record_schema(timeout_record())})}}); }
Json positive_schema() { return count_schema(1); }
Json natural_schema() { return count_schema(0); }
Json ratio_schema() {
  return object({{"type", array({"number", "string"})},
                 {"pattern", "^(?!\\.?$)0*(1(\\.0*)?|(\\.[0-9]{0,9}0*)?)$"},
                 {"minimum", 0},
                 {"maximum", 1}});
}
Json factor_schema() {
  return object({{"type", array({"number", "string"})},
                 {"pattern", "^0*[1-9][0-9]{0,8}(\\.[0-9]*)?$"},
                 {"minimum", 1}});
}
Json reference_schema() { return object({{"type", "string"}, {"pattern", "^\\$[a-z]"}}); }
Json condition_schema() { return object({{"type", array({"string", "boolean"})}}); }
Json combine_schema() { return choice_schema(k_combine_names); }
Json run_if_schema() { return choice_schema(k_run_if_names); }
Json failure_policy_schema() { return choice_schema(k_failure_policy_names); }
Json inputs_schema() { return members_of("input"); }
Json outputs_schema() { return members_of("output"); }
Json tasks_schema() { return members_of("task"); }
Json nodes_schema() { return members_of("node"); }
Json tests_schema() { return members_of("test"); }
// Values by name; their types are those of the ports.
Json given_schema() {
  return object({{"type", array({"object", "null"})}, {"propertyNames", definition("name")}});
}
Json expect_schema() { return or_null(record_schema(expect_record())); }
Json stubs_schema() {
  Json schema = given_schema();
  return schema.add("additionalProperties", given_schema());
}
Json signals_schema() {
  Json schema = given_schema();
  return schema.add("additionalProperties", record_schema(signal_record()));
}
Json node_ends_schema() {
  Json schema = given_schema();
  return schema.add("additionalProperties", choice_schema(k_node_end_names));
}
Json command_schema() { return list_of(definition("item"), 1); }
Json exit_codes_schema() { return list_of(object({{"type", "integer"}, {"minimum", 1}, {"maximum", 255}}), 1); }
Json shell_schema() { return list_of(definition("argument"), 1); }
Json names_schema() { return list_of(definition("name"), 0); }
Json stub_schema() { return object({{"oneOf", array({boolean_schema(), names_schema()})}}); }
Json where_schema() {
  Json nothing = object({{"type", "null"}});
  return object({{"oneOf", array({condition_schema(), list_of(condition_schema(), 0), std::move(nothing)})}});
}
Json parts_schema() {
  Json names = Json::array();
  for (std::string_view part : cache_parts()) names.push(part);
  return list_of(object({{"enum", std::move(names)}}), 0);
}
Json sources_schema() {
  Json path = object({{"type", "string"}, {"pattern", "^[^/]"}});
  Json by_destination = object({{"type", "object"}, {"additionalProperties", path}});
  return object({{"oneOf", array({list_of(path, 0), std::move(by_destination)})}});
}
Json env_schema() { return variables_schema(definition("argument")); }
Json workflow_outputs_schema() {
  return object({{"type", array({"object", "null"})},
                 {"propertyNames", definition("name")},
                 {"additionalProperties", object({{"type", array({"string", "array", "object"})}})}});
}

}  // namespace wf
