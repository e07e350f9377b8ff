#include "cli/description.hpp"

#include "cli/topics.hpp"
#include "core/base/json_members.hpp"
#include "core/base/text.hpp"

namespace wf::cli {

namespace {

Json kinds_json(const std::vector<Kind>& kinds) {
  return list_json(kinds, [](Kind kind) { return Json(kind_name(kind)); });
}

Json describe(const Option& option) {
  Json flags = list_json(split(option.flags, ','), [](std::string_view flag) { return Json(flag); });
  Json json = Json::object();
  json.add("flags", std::move(flags));
  json.add("value", option.value.empty() ? Json() : Json(option.value));
  json.add("help", option.help);
  json.add("choices", list_json(option.choices));
  json.add("kinds", kinds_json(kinds_of(option)));
  json.add("many", std::holds_alternative<std::vector<std::string>*>(option.target));
  return json;
}

Json describe(const Positional& positional) {
  Json json = Json::object();
  json.add("name", positional.name);
  json.add("help", positional.help);
  json.add("kinds", kinds_json(kinds_of(positional)));
  json.add("required", is_required(positional));
  json.add("many", takes_many(positional));
  return json;
}

Json describe(const Example& example) {
  Json json = Json::object();
  json.add("command", example.command);
  json.add("text", example.text);
  return json;
}

Json describe(const TopicBlock& block) {
  constexpr std::string_view k_kinds[] = {"paragraph", "item", "code"};
  Json json = Json::object();
  json.add("kind", k_kinds[static_cast<std::size_t>(block.kind)]);
  json.add("term", block.term);
  json.add("text", block.text);
  return json;
}

Json describe(const Command& command);
Json describe(const Topic& topic);

template <typename Item>
Json describe_all(const std::vector<Item>& items) {
  return list_json(items, [](const Item& item) { return describe(item); });
}

Json describe(const Command& command) {
  Json paragraphs = Json::array();
  for (std::string_view paragraph : split(command.details, '\n')) {
    if (!paragraph.empty()) paragraphs.push(paragraph);
  }
  Json json = Json::object();
  json.add("name", command.name);
  json.add("summary", command.summary);
  json.add("details", std::move(paragraphs));
  json.add("examples", describe_all(command.examples));
  json.add("arguments", describe_all(command.positionals));
  json.add("options", describe_all(options_of(command, nullptr)));
  return json;
}

Json describe(const Topic& topic) {
  Json json = Json::object();
  json.add("name", topic.name);
  json.add("summary", topic.summary);
  json.add("blocks", describe_all(topic.blocks));
  json.add("entries", describe_all(topic.entries));
  return json;
}

}  // namespace

Json describe(const std::vector<Command>& commands) {
  Globals unused;
  Json json = Json::object();
  json.add("commands", describe_all(commands));
  json.add("options", describe_all(global_options(unused)));
  json.add("topics", describe_all(all_topics()));
  return json;
}

}  // namespace wf::cli
