// wf schema: the JSON Schemas of what users write and read.
#include <algorithm>
#include <array>
#include <memory>
#include <tuple>

#include "cli/codes.hpp"
#include "cli/commands.hpp"
#include "cli/output.hpp"
#include "cli/output_schemas.hpp"
#include "core/base/text.hpp"
#include "core/definition/launch_plan.hpp"
#include "core/store/event_schema.hpp"

namespace wf::cli {

namespace {

std::string_view find_output_schema(std::string_view name) {
  for (const auto& [known, text] : k_output_schemas) {
    if (known == name) return text;
  }
  std::vector<std::string> names;
  for (const auto& [known, text] : k_output_schemas) names.emplace_back(known);
  std::string hint = did_you_mean(name, names);
  throw Error(codes::k_usage, cat("no schema describes the output of '", escape_terminal(name), '\''),
              hint.empty() ? "name a command that has -o json, or 'error'" : hint);
}

// A schema for a place inside another: what it refers to in itself is named in full.
Json embedded(std::string_view id, std::string_view text) {
  constexpr std::string_view k_here = "\"#/";
  std::string whole;
  for (std::size_t from = 0; from < text.size();) {
    std::size_t at = std::min(text.find(k_here, from), text.size());
    whole += text.substr(from, at - from);
    if (at < text.size()) whole += cat("\"", id, "#/");
    from = at + k_here.size();
  }
  return Json::parse(whole, "a schema");
}

// The schema of one command's JSON, with those it refers to beside its own definitions: one document that
// needs no other.
std::string output_schema(const std::vector<std::string>& words) {
  std::string name = join(words, "-");
  std::string_view text = find_output_schema(name.empty() ? "things" : name);
  Json schema = Json::parse(text, "a schema");
  if (name.empty() || name == "things") return schema.pretty() + "\n";
  Json defs = Json::object();
  if (const Json* own = schema.find("$defs")) {
    defs = *own;
    std::erase_if(schema.as_object(), [](const Json::Member& member) { return member.first == "$defs"; });
  }
  for (auto [key, id, other] :
       {std::tuple{"things", "urn:wf:schema:output:things", find_output_schema("things")},
        {"event", "urn:wf:schema:event:v1", std::string_view(k_event_schema)}}) {
    if (text.find(id) != std::string_view::npos) defs.add(key, embedded(id, other));
  }
  if (!defs.as_object().empty()) schema.add("$defs", std::move(defs));
  return schema.pretty() + "\n";
}

struct Schema {
  std::string_view name;
  std::string (*text)();
};

constexpr std::array<Schema, 3> k_schemas{
    {{"workflow", [] { return workflow_schema().pretty() + "\n"; }},
     {"launchplan", [] { return launch_plan_schema().pretty() + "\n"; }},
     {"event", [] { return std::string(k_event_schema); }}}};

Exit print_schema(const std::vector<std::string>& words) {
  std::string name = words.empty() ? "workflow" : words[0];
  if (name == "output") {
    print(output_schema({words.begin() + 1, words.end()}));
    return Exit::ok;
  }
  const auto* found = std::find_if(k_schemas.begin(), k_schemas.end(),
                                   [&](const Schema& schema) { return schema.name == name; });
  if (found == k_schemas.end() || words.size() > 1) {
    throw Error(
        codes::k_usage, cat("there is no schema '", escape_terminal(join(words, " ")), '\''),
        "the schemas are workflow, launchplan, event, and output COMMAND for each command with -o json");
  }
  print(found->text());
  return Exit::ok;
}

}  // namespace

Command make_schema() {
  auto words = std::make_shared<std::vector<std::string>>();
  Command command;
  command.name = "schema";
  command.summary = "Print the JSON Schema of definitions, events or what a command prints";
  command.details =
      "The schemas (2020-12) of the formats 'wf: v1' and 'launchplan: v1', for editors and validators; of "
      "events, for what reads "
      "them; and of what each command prints with -o json. That of definitions comes from the same "
      "descriptions of fields as the loader. What it cannot say, 'wf lint' checks.\n"
      "'wf schema output' prints the things that commands share, such as a run or an artifact; 'wf schema "
      "output error' what a command prints that cannot do its work. 'wf help output' says the rules.";
  command.examples = {{"wf schema > workflow.v1.json", "write the schema of definitions to a file"},
                      {"wf schema launchplan", "of the files that 'wf launchplan create' reads"},
                      {"wf schema event", "of 'wf event list' and 'wf event follow'"},
                      {"wf schema output run", "of 'wf run -o json'"},
                      {"wf schema output artifact list", "of 'wf artifact list -o json'"}};
  command.positionals = {
      {"NAME", "workflow (the default), launchplan, event, or output and a command", words.get(), false}};
  command.run = [words](Context&) { return print_schema(*words); };
  return command;
}

}  // namespace wf::cli
