#include "core/definition/arguments.hpp"

#include <utility>

#include "core/base/text.hpp"
#include "core/definition/access.hpp"
#include "core/definition/bindings.hpp"
#include "core/definition/constants.hpp"
#include "core/definition/reference.hpp"

namespace wf {

namespace {

constexpr int k_max_level = 16;
constexpr std::string_view k_element_hint =
    "it stands for an element in the args of {each: $list, args: […]}";

}  // namespace

std::optional<Argument> ArgumentReader::refuse_kind(YamlId at, ArgumentUse use) {
  YamlKind kind = decoder_.tree.kind(at);
  bool command = use == ArgumentUse::command;
  decoder_.error(
      at, {codes::k_bad_argument,
           cat(kind_name(kind), " cannot be ", command ? "an argument" : "the value of a variable"),
           command ? "text, a reference, {if: EXPR, args: […]} or {each: $list, args: […]}"
                   : "text or a reference",
           kind == YamlKind::null ? "quote it: \"null\" or \"\"" : "quote it, or write several items"});
  return std::nullopt;
}

const Port* ArgumentReader::find(const Reference& reference, ArgumentUse use) const {
  if (reference.root == "inputs") {
    std::size_t i = draft_.input_index.find(reference.name);
    return i == PortIndex::npos ? nullptr : &task_.inputs[i];
  }
  if (reference.root != "outputs" || use == ArgumentUse::env) return nullptr;
  return find_port(task_.outputs, reference.name);
}

std::vector<std::string> ArgumentReader::known_references(ArgumentUse use) const {
  std::vector<std::string> known;
  for (const Port& port : task_.inputs) known.push_back(cat("inputs.", port.name));
  if (use == ArgumentUse::env) return known;
  for (const Port& port : task_.outputs) known.push_back(cat("outputs.", port.name));
  return known;
}

bool ArgumentReader::is_known(const Reference& reference, ArgumentUse use) const {
  return reference.root == k_element_root ? element_.has_value() : find(reference, use) != nullptr;
}

bool ArgumentReader::check_reference(YamlId at, const Reference& reference, ArgumentUse use) {
  if (is_known(reference, use)) {
    bool whole = reference.root != k_element_root && reference.path.empty();
    return whole || (check_access(at, reference) && check_words(at, reference));
  }
  auto known = [&] { return known_references(use); };
  Decoder::Near near = decoder_.near(reference.text(), task_.inputs.size() + task_.outputs.size(), known);
  std::string hint = std::move(near.hint);
  if (reference.root == k_element_root) {
    hint = k_element_hint;
  } else if (hint.empty() && reference.root != "inputs" && reference.root != "outputs") {
    hint = "a task sees its own inputs and outputs only: bind the value to an input in the node's 'with'";
  }
  std::string message = cat("task '", task_.name, "' has no '", reference.text(), "'");
  if (use == ArgumentUse::env && reference.root == "outputs")
    message = "the value of a variable cannot be an output";
  decoder_.error(at, {codes::k_unknown_reference, std::move(message), std::move(near.expected), std::move(hint)});
  return false;
}

std::optional<Type> ArgumentReader::whole_type(const Reference& reference) const {
  if (reference.root == k_element_root) return element_->type;
  std::size_t i = draft_.input_index.find(reference.name);
  if (reference.root != "inputs" || !draft_.inputs[i].typed) return std::nullopt;
  return task_.inputs[i].type;
}

// The type of what is referred to; nullopt when it is not known.
std::optional<Type> ArgumentReader::type_of(const Reference& reference) const {
  std::optional<Type> whole = whole_type(reference);
  if (!whole) return std::nullopt;
  auto found = accessed_type(*whole, reference);
  return std::holds_alternative<Type>(found) ? std::optional(std::get<Type>(std::move(found))) : std::nullopt;
}

bool ArgumentReader::check_access(YamlId at, const Reference& reference) {
  AccessFault fault;
  if (reference.root == "outputs" && !reference.path.empty()) {
    fault = {cat("'", reference.text(), "': an output is a path to write, with nothing inside yet"),
             cat("use $outputs.", reference.name)};
  } else {
    std::optional<Type> whole = whole_type(reference);
    if (!whole) return true;
    auto found = accessed_type(*whole, reference);
    if (std::holds_alternative<Type>(found)) return true;
    fault = std::get<AccessFault>(std::move(found));
  }
  decoder_.error(at, {codes::k_bad_access, std::move(fault.message), {}, std::move(fault.hint)});
  return false;
}

// Words come out of a value for scalars and content, and for lists of these; json shows when it runs.
bool ArgumentReader::check_words(YamlId at, const Reference& reference) {
  std::optional<Type> found = type_of(reference);
  if (!found) return true;
  const Type& type = without_optional(*found);
  const Type& one = type.kind() == Kind::list ? without_optional(type.element()) : type;
  if (one.is_scalar() || one.is_content() || type.kind() == Kind::json) return true;
  bool element = reference.root == k_element_root;
  bool record = element && type.kind() == Kind::record;
  decoder_.error(at, {codes::k_not_one_text,
                      cat("'", reference.text(), "' is ", found->text(),
                          ", which has neither a text nor a path of its own"),
                      "a scalar, a file or directory, or a list of them",
                      record    ? cat("write for example $", reference.text(), ".", type.names().front())
                      : element ? "go through it with {each: …} in these args"
                                : cat("pass $inputs.", reference.name, ", the path of a JSON file")});
  return false;
}

bool ArgumentReader::check_one_text(YamlId at, const Reference& reference) {
  std::optional<Type> declared = type_of(reference);
  if (!declared) return true;
  const Type& type = without_optional(*declared);
  bool inside = reference.root == k_element_root || !reference.path.empty();
  bool many =
      type.kind() == Kind::list && (inside || type.element().is_scalar() || type.is_content_collection());
  if (!many) return true;
  decoder_.error(at, {codes::k_not_one_text,
                      cat("'", reference.text(), "' is ", declared->text(), ", which is no single text"),
                      "a scalar, or something with one path",
                      cat("use $", reference.text(),
                          " as an argument of its own: it becomes one argument per element")});
  return false;
}

// Expressions see the task's inputs, and the element that they stand in.
std::variant<Type, NameProblem> ArgumentReader::type_named(std::string_view root,
                                                           std::string_view name) const {
  if (root == k_element_root && element_) {
    bool typed = name.empty() && element_->type;
    return typed ? std::variant<Type, NameProblem>(*element_->type) : NameProblem{};
  }
  std::size_t i = root == "inputs" ? draft_.input_index.find(name) : PortIndex::npos;
  if (i != PortIndex::npos)
    return draft_.inputs[i].typed ? std::variant<Type, NameProblem>(task_.inputs[i].type) : NameProblem{};
  std::string whole = cat(root, name.empty() ? "" : ".", name);
  auto known = [&] { return known_references(ArgumentUse::env); };
  std::string hint = root == k_element_root ? std::string(k_element_hint)
                                            : decoder_.near(whole, task_.inputs.size(), known).hint;
  return NameProblem{cat("task '", task_.name, "' has no '", whole, "'"), std::move(hint)};
}

std::optional<Type> ArgumentReader::check_expression(YamlId at, const Expression& expression,
                                                     const std::optional<Type>& wanted) {
  TypeOf type_of = [this](std::string_view root, std::string_view name) { return type_named(root, name); };
  auto checked = check(expression, type_of, wanted);
  if (auto* type = std::get_if<Type>(&checked)) return std::move(*type);
  report_faults(decoder_, at, expression, std::get<std::vector<ExpressionFault>>(std::move(checked)));
  return std::nullopt;
}

bool ArgumentReader::check_text(YamlId at, const Expression& expression) {
  std::optional<Type> type = check_expression(at, expression, std::nullopt);
  if (!type) return false;
  if (type->is_scalar() || type->kind() == Kind::json) return check_constant(at, expression);
  decoder_.error(
      at, {codes::k_not_one_text,
           cat("'", expression.text(), "' is ", type->text(), ", which is no single text"), "a scalar"});
  return false;
}

// Whether it has a text, as far as that is known before any run.
bool ArgumentReader::check_constant(YamlId at, const Expression& expression) {
  auto constant = constant_text(expression);
  auto* fault = constant ? std::get_if<ConstantFault>(&*constant) : nullptr;
  if (fault == nullptr) return true;
  decoder_.error(at, {fault->code, std::move(fault->message), {}, std::move(fault->hint)});
  return false;
}

bool ArgumentReader::check_template(YamlId at, const Template& text, ArgumentUse use) {
  bool good = true;
  for (const auto& piece : text.pieces) {
    if (const auto* reference = std::get_if<Reference>(&piece))
      good = check_reference(at, *reference, use) && check_one_text(at, *reference) && good;
    else if (const auto* expression = std::get_if<Expression>(&piece))
      good = check_text(at, *expression) && good;
  }
  return good;
}

// The kernel takes no longer text as an argument or a variable.
bool ArgumentReader::check_length(YamlId at, const std::string& text) {
  constexpr std::size_t k_most_bytes = std::size_t{128} * 1024 - 1;
  if (text.size() <= k_most_bytes) return true;
  decoder_.error(at, {codes::k_bad_value,
                      cat("this text has ", text.size(), " bytes, and a program can be given ", k_most_bytes),
                      {},
                      "keep it in a file, which is named under 'sources' or an input"});
  return false;
}

std::optional<Argument> ArgumentReader::read(YamlId at, ArgumentUse use) {
  if (!decoder_.tree.is_scalar(at)) return refuse_kind(at, use);
  ParsedText parsed = parse_text(decoder_.tree.text(at));
  if (auto* text = std::get_if<std::string>(&parsed)) {
    if (!check_length(at, *text)) return std::nullopt;
    return Argument(std::move(*text));
  }
  if (auto* reference = std::get_if<Reference>(&parsed)) {
    if (!check_reference(at, *reference, use)) return std::nullopt;
    if (use == ArgumentUse::env && !check_one_text(at, *reference)) return std::nullopt;
    return Argument(std::move(*reference));
  }
  auto& [text, places, faults] = std::get<ParsedTemplate>(parsed);
  bool good = check_template(at, text, use);
  report_faults(decoder_, at, faults);
  if (!good || !faults.empty()) return std::nullopt;
  return Argument(std::move(text));
}

std::vector<CommandItem> ArgumentReader::read_items(YamlId list) {
  std::vector<CommandItem> items;
  decoder_.tree.each_item(list, [&](YamlId at) {
    if (auto item = read_item(at)) items.push_back(std::move(*item));
  });
  return items;
}

std::optional<CommandItem> ArgumentReader::read_item(YamlId at) {
  YamlId condition = member_of(at, "if");
  YamlId list = member_of(at, "each");
  if (condition != k_no_yaml && list != k_no_yaml) {
    decoder_.error(list, {codes::k_bad_argument,
                          "'if' and 'each' stand side by side, and either could come first",
                          {},
                          "put one into the other: {each: $list, args: [{if: EXPR, args: […]}]}",
                          {decoder_.note(condition, "the condition")}});
    return std::nullopt;
  }
  if (condition != k_no_yaml) return read_conditional(at);
  if (list != k_no_yaml) return read_repeated(at);
  auto argument = read(at, ArgumentUse::command);
  if (!argument) return std::nullopt;
  return CommandItem{std::move(*argument)};
}

// The value of a key, if `at` is a mapping that has it.
YamlId ArgumentReader::member_of(YamlId at, std::string_view name) const {
  YamlId found = k_no_yaml;
  if (decoder_.tree.kind(at) != YamlKind::mapping) return found;
  decoder_.tree.each_member(at, [&](YamlId key, YamlId value) {
    if (decoder_.tree.is_scalar(key) && decoder_.tree.text(key) == name) found = value;
  });
  return found;
}

std::optional<CommandItem> ArgumentReader::read_conditional(YamlId at) {
  ConditionalKeys keys;
  decode_record(decoder_, at, conditional_record(), keys);
  auto condition = read_expression(decoder_, keys.condition);
  bool good = condition && check_expression(keys.condition, *condition, Type(Kind::boolean));
  auto args = read_args(keys.args);
  if (!good || !args) return std::nullopt;
  return CommandItem{ConditionalItems{std::move(*condition), std::move(*args)}};
}

std::optional<CommandItem> ArgumentReader::read_repeated(YamlId at) {
  RepeatedKeys keys;
  decode_record(decoder_, at, repeated_record(), keys);
  Element element;
  auto list = read_list(keys.list, element);
  std::optional<Element> outer = std::exchange(element_, std::move(element));
  auto args = read_args(keys.args);
  element_ = std::move(outer);
  if (!list || !args) return std::nullopt;
  return CommandItem{RepeatedItems{std::move(*list), std::move(*args)}};
}

std::optional<std::vector<CommandItem>> ArgumentReader::read_args(YamlId at) {
  if (at == k_no_yaml) return std::nullopt;
  if (!decoder_.expect(at, YamlKind::sequence, "a list of arguments: [--flag, $inputs.x]"))
    return std::nullopt;
  std::string fault;
  if (decoder_.tree[at].count == 0) fault = "'args' is empty: there is nothing to add";
  if (level_ == k_max_level) fault = cat("more than ", k_max_level, " 'args' stand in each other");
  if (!fault.empty()) {
    decoder_.error(at, {codes::k_bad_argument, std::move(fault), "a list of arguments: [--flag, $inputs.x]"});
    return std::nullopt;
  }
  ++level_;
  std::vector<CommandItem> items = read_items(at);
  --level_;
  return items;
}

// What is gone through, and what its elements are.
std::optional<Reference> ArgumentReader::read_list(YamlId at, Element& element) {
  constexpr std::string_view k_expected = "a reference to a list or a map, such as $inputs.files";
  std::string text;
  if (!decoder_.expect_text(at, text, k_expected)) return std::nullopt;
  ParsedText parsed = parse_text(text);
  auto* list = std::get_if<Reference>(&parsed);
  if (list == nullptr || list->root == "outputs") {
    decoder_.error(at, {codes::k_each_needs_list, cat("'", text, "' is no reference to a list or a map"),
                        std::string(k_expected)});
    return std::nullopt;
  }
  if (!is_known(*list, ArgumentUse::command)) {
    check_reference(at, *list, ArgumentUse::command);
    return std::nullopt;
  }
  if (!check_access(at, *list)) return std::nullopt;
  if (std::optional<Type> type = type_of(*list)) {
    element.type = repeated_type(*type);
    if (!element.type) {
      decoder_.error(at, {codes::k_each_needs_list,
                          cat("'", list->text(), "' is ", type->text(), ", which has no elements"),
                          std::string(k_expected)});
      return std::nullopt;
    }
  }
  return std::move(*list);
}

}  // namespace wf
