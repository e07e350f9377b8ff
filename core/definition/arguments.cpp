#include "core/definition/arguments.hpp"

#include "core/base/text.hpp"
#include "core/definition/access.hpp"
#include "core/definition/bindings.hpp"
#include "core/definition/reference.hpp"

namespace wf {

std::optional<Argument> ArgumentReader::refuse_kind(YamlId at, ArgumentUse use) {
  YamlKind kind = decoder_.tree.kind(at);
  bool reserved = false;
  if (kind == YamlKind::mapping && use == ArgumentUse::command) {
    decoder_.tree.each_member(at, [&](YamlId key, YamlId) {
      bool word = decoder_.tree.is_scalar(key) &&
                  (decoder_.tree.text(key) == "if" || decoder_.tree.text(key) == "each");
      reserved = reserved || word;
    });
  }
  if (reserved) {
    decoder_.error(at, {codes::k_reserved_argument,
                        "conditional arguments ({if: …}, {each: …}) arrive in a later version of wf",
                        "text or a reference", "decide inside a script, or write two tasks"});
  } else {
    decoder_.error(
        at, {codes::k_bad_argument,
             cat(kind_name(kind), " cannot be ",
                 use == ArgumentUse::command ? "an argument" : "the value of a variable"),
             "text or a reference",
             kind == YamlKind::null ? "quote it: \"null\" or \"\"" : "quote it, or write several items"});
  }
  return std::nullopt;
}

const Port* ArgumentReader::find(const Reference& reference, ArgumentUse use) const {
  if (reference.root == "inputs") {
    std::size_t i = draft_.input_index.find(reference.name);
    return i == PortIndex::npos ? nullptr : &task_.inputs[i];
  }
  if (reference.root != "outputs" || use == ArgumentUse::env) return nullptr;
  std::size_t i = draft_.output_index.find(reference.name);
  return i == PortIndex::npos ? nullptr : &task_.outputs[i];
}

std::vector<std::string> ArgumentReader::known_references(ArgumentUse use) const {
  std::vector<std::string> known;
  for (const Port& port : task_.inputs) known.push_back(cat("inputs.", port.name));
  if (use == ArgumentUse::env) return known;
  for (const Port& port : task_.outputs) known.push_back(cat("outputs.", port.name));
  return known;
}

bool ArgumentReader::check_reference(YamlId at, const Reference& reference, ArgumentUse use) {
  if (find(reference, use) != nullptr) return reference.path.empty() || check_path(at, reference);
  std::vector<std::string> known = known_references(use);
  std::string hint = did_you_mean(reference.text(), known);
  if (hint.empty() && reference.root != "inputs" && reference.root != "outputs") {
    hint = "a task sees its own inputs and outputs only: bind the value to an input in the node's 'with'";
  }
  std::string message = cat("task '", task_.name, "' has no '", reference.text(), "'");
  if (use == ArgumentUse::env && reference.root == "outputs")
    message = "the value of a variable cannot be an output";
  decoder_.error(at, {codes::k_unknown_reference, std::move(message),
                      known.empty() ? "" : cat("one of ", join(known, ", ")), std::move(hint)});
  return false;
}

// The type of what is referred to; nullopt when it is not known.
std::optional<Type> ArgumentReader::type_of(const Reference& reference) const {
  std::size_t i = draft_.input_index.find(reference.name);
  if (reference.root != "inputs" || !draft_.inputs[i].typed) return std::nullopt;
  auto found = accessed_type(task_.inputs[i].type, reference);
  return std::holds_alternative<Type>(found) ? std::optional(std::get<Type>(std::move(found))) : std::nullopt;
}

// Words come out of a value for scalars and content, and for lists of these; json shows when it runs.
bool ArgumentReader::check_path(YamlId at, const Reference& reference) {
  if (reference.root == "outputs") {
    decoder_.error(at,
                   {codes::k_bad_access,
                    cat("'", reference.text(), "': an output is a path to write, with nothing inside yet"),
                    {},
                    cat("use $outputs.", reference.name)});
    return false;
  }
  std::size_t i = draft_.input_index.find(reference.name);
  if (!draft_.inputs[i].typed) return true;
  auto found = accessed_type(task_.inputs[i].type, reference);
  if (auto* fault = std::get_if<AccessFault>(&found)) {
    decoder_.error(at, {codes::k_bad_access, std::move(fault->message), {}, std::move(fault->hint)});
    return false;
  }
  const Type& type = without_optional(std::get<Type>(found));
  const Type& one = type.kind() == Kind::list ? without_optional(type.element()) : type;
  if (one.is_scalar() || one.is_content() || type.kind() == Kind::json) return true;
  decoder_.error(at, {codes::k_not_one_text,
                      cat("'", reference.text(), "' is ", std::get<Type>(found).text(),
                          ", which has neither a text nor a path of its own"),
                      "a scalar, a file or directory, or a list of them",
                      cat("pass $inputs.", reference.name, ", the path of a JSON file")});
  return false;
}

bool ArgumentReader::check_one_text(YamlId at, const Reference& reference) {
  std::optional<Type> declared = type_of(reference);
  if (!declared) return true;
  const Type& type = without_optional(*declared);
  bool inside = !reference.path.empty();
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

// Expressions see the task's inputs, and have to give one text.
bool ArgumentReader::check_expression(YamlId at, const Expression& expression) {
  TypeOf type_of = [&](std::string_view root, std::string_view name) -> std::variant<Type, NameProblem> {
    std::size_t i = root == "inputs" ? draft_.input_index.find(name) : PortIndex::npos;
    if (i != PortIndex::npos)
      return draft_.inputs[i].typed ? std::variant<Type, NameProblem>(task_.inputs[i].type) : NameProblem{};
    std::string whole = cat(root, name.empty() ? "" : ".", name);
    return NameProblem{cat("task '", task_.name, "' has no '", whole, "'"),
                       did_you_mean(whole, known_references(ArgumentUse::env))};
  };
  auto checked = check(expression, type_of);
  if (auto* faults = std::get_if<std::vector<ExpressionFault>>(&checked)) {
    report_faults(decoder_, at, expression, std::move(*faults));
    return false;
  }
  const Type& type = std::get<Type>(checked);
  if (type.is_scalar() || type.kind() == Kind::json) return true;
  decoder_.error(at, {codes::k_not_one_text,
                      cat("'", expression.text(), "' is ", type.text(), ", which is no single text"),
                      "a scalar"});
  return false;
}

bool ArgumentReader::check_template(YamlId at, const Template& text, ArgumentUse use) {
  bool good = true;
  for (const auto& piece : text.pieces) {
    if (const auto* reference = std::get_if<Reference>(&piece))
      good = check_reference(at, *reference, use) && check_one_text(at, *reference) && good;
    else if (const auto* expression = std::get_if<Expression>(&piece))
      good = check_expression(at, *expression) && good;
  }
  return good;
}

std::optional<Argument> ArgumentReader::read(YamlId at, ArgumentUse use) {
  if (!decoder_.tree.is_scalar(at)) return refuse_kind(at, use);
  ParsedText parsed = parse_text(decoder_.tree.text(at));
  if (auto* fault = std::get_if<ReferenceFault>(&parsed)) {
    decoder_.error_inside(at, fault->offset, fault->length,
                          {fault->code, std::move(fault->message), {}, std::move(fault->hint)});
    return std::nullopt;
  }
  if (auto* text = std::get_if<std::string>(&parsed)) return Argument(std::move(*text));
  if (auto* reference = std::get_if<Reference>(&parsed)) {
    if (!check_reference(at, *reference, use)) return std::nullopt;
    if (use == ArgumentUse::env && !check_one_text(at, *reference)) return std::nullopt;
    return Argument(std::move(*reference));
  }
  auto& text = std::get<Template>(parsed);
  if (!check_template(at, text, use)) return std::nullopt;
  return Argument(std::move(text));
}

}  // namespace wf
