// The JSON Schema of definitions, from the descriptions of their fields.
#include "core/definition/field_schemas.hpp"
#include "core/definition/fields.hpp"
#include "core/definition/json_schema.hpp"
#include "core/definition/load.hpp"

namespace wf {

namespace {

Json port_schema(const Record<PortKeys>& record) {
  return object({{"oneOf", array({definition("type"), record_schema(record)})}});
}

Json task_schema() {
  Json schema = record_schema(task_record());
  schema.add("oneOf",
             array({object({{"required", array({"command"})}}), object({{"required", array({"script"})}})}));
  schema.add("dependentRequired", object({{"shell", array({"script"})}}));
  return schema;
}

Json reserved_names() {
  return array({"inputs",  "outputs",  "run",      "wf",        "item",   "index",    "each", "env",
                "secrets", "services", "error",    "null",      "true",   "false",    "in",   "as",
                "break",   "const",    "continue", "else",      "for",    "function", "if",   "import",
                "let",     "loop",     "package",  "namespace", "return", "var",      "void", "while"});
}

// Members between bars; what stands inside brackets is for `wf lint` to read.
constexpr std::string_view k_type_pattern =
    "^ *(int|float|bool|string|datetime|duration|directory|json|null|((file|dataset|list|map|enum) *"
    "([<\\[].*[>\\]])?)|\\{ *record *:.*\\}) *(\\? *)*(\\|.*)?$";

Json record_type_schema() {
  Json fields = object({{"type", "object"},
                        {"minProperties", 1},
                        {"propertyNames", definition("name")},
                        {"additionalProperties", definition("type")}});
  return object({{"type", "object"},
                 {"properties", object({{"record", std::move(fields)}})},
                 {"required", array({"record"})},
                 {"additionalProperties", false}});
}

// Exactly one of the keys says what it runs.
template <typename Owner>
Json runs_one_of(const Record<Owner>& record, std::initializer_list<std::string_view> keys) {
  Json schema = record_schema(record);
  Json one_of = Json::array();
  for (std::string_view key : keys) one_of.push(object({{"required", array({key})}}));
  schema.add("oneOf", std::move(one_of));
  return schema;
}

Json none_of(std::initializer_list<std::string_view> keys) {
  Json properties = Json::object();
  for (std::string_view key : keys) properties.add(std::string(key), false);
  return properties;
}

Json node_schema() {
  Json alone = none_of({"with", "map", "retries", "retry", "timeout", "resources", "interruptible", "pools"});
  alone = object({{"properties", std::move(alone)}});
  Json once = none_of({"retries", "retry", "resources", "interruptible", "pools"});
  once = object({{"properties", once.add("timeout", duration_schema())}});
  Json schema = runs_one_of(node_record(), {"task", "workflow", "switch", "gate"});
  schema.add("dependentRequired", object({{"each", array({"map"})}}));
  return schema.add("dependentSchemas",
                    object({{"switch", alone}, {"gate", alone}, {"workflow", std::move(once)}}));
}

Json definitions() {
  Json defs = Json::object();
  defs.add("name", object({{"type", "string"},
                           {"pattern", "^[a-z][a-z0-9_]{0,127}$"},
                           {"not", object({{"enum", reserved_names()}})}}));
  defs.add("type", object({{"oneOf", array({object({{"type", "string"}, {"pattern", k_type_pattern}}),
                                            record_type_schema()})}}));
  defs.add("argument", object({{"type", array({"string", "number", "boolean"})}}));
  defs.add("item", object({{"oneOf", array({definition("argument"), record_schema(conditional_record()),
                                            record_schema(repeated_record())})}}));
  defs.add("bindings", object({{"type", array({"object", "null"})}, {"propertyNames", definition("name")}}));
  defs.add("input", port_schema(input_record()));
  defs.add("output", port_schema(output_record()));
  defs.add("task", task_schema());
  defs.add("node", node_schema());
  defs.add("gate", runs_one_of(gate_record(), {"approve", "signal", "sleep"}));
  defs.add("case", runs_one_of(case_record(), {"task", "workflow", "fail"}));
  defs.add("hook", runs_one_of(hook_record(), {"task", "workflow"}));
  defs.add("test", or_null(record_schema(test_record())));
  defs.add("cache", object({{"oneOf", array({object({{"type", "boolean"}}), record_schema(cache_record())})}}));
  return defs;
}

}  // namespace

Json workflow_schema() {
  Json schema = Json::object();
  schema.add("$schema", "https://json-schema.org/draft/2020-12/schema");
  schema.add("$id", "urn:wf:schema:workflow:v1");
  schema.add("title", "wf workflow definition, format v1");
  Json record = record_schema(workflow_record());
  for (auto& [key, value] : record.as_object()) schema.add(key, std::move(value));
  schema.add("$defs", definitions());
  return schema;
}

}  // namespace wf
