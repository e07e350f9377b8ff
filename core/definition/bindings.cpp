#include "core/definition/bindings.hpp"

#include <algorithm>
#include <array>

#include "core/base/text.hpp"
#include "core/definition/constants.hpp"
#include "core/definition/constraints.hpp"
#include "core/definition/reference.hpp"

namespace wf {

namespace {

// The function of expressions that reads json as such a value; "": there is none.
std::string_view conversion_to(Kind kind) {
  constexpr std::array<std::string_view, 6> k_names{"int",    "double",    "bool",
                                                    "string", "timestamp", "duration"};
  return kind <= Kind::duration ? k_names.at(static_cast<std::size_t>(kind)) : std::string_view();
}

std::string mismatch_hint(const Type& from, const Type& to) {
  if (from.kind() == Kind::list && assignable(from.element(), to)) {
    return "bind it under 'map' instead of 'with' to run once for each element";
  }
  if (from.kind() == Kind::optional && assignable(from.element(), to)) {
    return cat("it may be null: give the input the type ", Type::optional(to).text(),
               ", or say what it is then: $(x != null ? x : …)");
  }
  if (std::string_view convert = conversion_to(to.kind()); from.kind() == Kind::json && !convert.empty())
    return cat("say what it holds: $(", convert, "(x))");
  if (from.kind() == Kind::integer && to.kind() == Kind::floating) return "give both the same type";
  if (to.kind() == Kind::list && assignable(from, to.element())) return "write it as a list of one: [$…]";
  if (to.is_content() && from.kind() == to.kind())
    return cat("where it comes from, declare it as ", to.text());
  if (to.kind() == Kind::string && from.is_scalar()) return "write it into text: \"$(…)\"";
  return "give both the same type, or put a task in between that converts";
}

// What `error` is as a whole.
Type error_type() {
  const Type text(Kind::string);
  return Type::record({{"code", text}, {"message", text}, {"node", text}});
}

}  // namespace

void report_faults(Decoder& decoder, YamlId at, const Expression& expression,
                   std::vector<ExpressionFault> faults) {
  for (ExpressionFault& fault : faults) {
    if (fault.message.empty()) continue;
    decoder.error_inside(at, expression.offset() + fault.span.offset, std::max<std::size_t>(1, fault.span.length),
                         {fault.code, std::move(fault.message), {}, std::move(fault.hint)});
  }
}

void report_faults(Decoder& decoder, YamlId at, const std::vector<ReferenceFault>& faults) {
  for (const ReferenceFault& fault : faults)
    decoder.error_inside(at, fault.offset, fault.length, {fault.code, fault.message, {}, fault.hint});
}

std::optional<Expression> read_expression(Decoder& decoder, YamlId at) {
  std::string text;
  constexpr std::string_view k_expected = "an expression, such as best.accuracy > 0.9";
  if (!decoder.expect_text(at, text, k_expected)) return std::nullopt;
  if (trim(text).empty()) {
    decoder.error(at, {codes::k_expression_syntax, "the expression is empty", std::string(k_expected),
                       "write one, or leave the key out"});
    return std::nullopt;
  }
  auto begin = static_cast<std::size_t>(trim(text).data() - text.data());
  auto parsed = parse_expression(text);
  if (auto* expression = std::get_if<Expression>(&parsed)) return expression->at(begin);
  auto& fault = std::get<ExpressionFault>(parsed);
  decoder.error_inside(at, begin + fault.span.offset, std::max<std::size_t>(1, fault.span.length),
                       {fault.code, std::move(fault.message), {}, std::move(fault.hint)});
  return std::nullopt;
}

BindingReader::BindingReader(Decoder& decoder, Draft& draft)
    : decoder_(decoder),
      draft_(draft),
      literals_(decoder, Dollar::escaped, [&decoder](YamlId at, const Type& type, const std::string& text) {
        decoder.error(
            at, {codes::k_content_literal,
                 cat("'", text, "' is text, and a ", type.text(), " cannot be written out in a binding"),
                 "a reference such as $inputs.name or $node.output",
                 "add a workflow input with this path as its default, and reference that"});
        return std::optional<Json>();
      }) {}

bool BindingReader::has_reference(YamlId at) const {
  bool found = false;
  const YamlTree& tree = decoder_.tree;
  if (tree.is_scalar(at)) {
    if (!has_dollar(tree.text(at))) return false;
    return !std::holds_alternative<std::string>(parse_text(tree.text(at)));
  }
  if (tree.kind(at) == YamlKind::sequence) {
    tree.each_item(at, [&](YamlId item) { found = found || has_reference(item); });
  } else if (tree.kind(at) == YamlKind::mapping) {
    tree.each_member(at, [&](YamlId, YamlId value) { found = found || has_reference(value); });
  }
  return found;
}

bool BindingReader::check_type(YamlId at, const std::string& given, const Type& from, const Type* type,
                               const Target& target) {
  if (type == nullptr || assignable(from, *type)) return true;
  decoder_.error(at, {codes::k_type_mismatch,
                      cat(given, " is ", from.text(), ", but ", target.what, " takes ", type->text()),
                      type->text(), mismatch_hint(from, *type)});
  return false;
}

bool BindingReader::check_reference(YamlId at, const Reference& reference, const Type* type,
                                    const Target& target) {
  Resolved resolved = resolve(at, reference, target);
  if (!resolved.type) return resolved.found;
  return check_type(at, cat("'", reference.text(), "'"), *resolved.type, type, target);
}

bool BindingReader::check_template(YamlId at, const ParsedTemplate& parsed, const Type* type,
                                   const Target& target) {
  const Template& text = parsed.text;
  bool good = check_type(at, "text with $(…) in it", Type(Kind::string), type, target);
  bool takes_null = (type != nullptr && may_give_null(text, *type)) || sees_error_or_null(target);
  for (std::size_t i = 0; i < text.pieces.size(); ++i) {
    const Template::Piece& piece = text.pieces[i];
    inside_ = parsed.places[i];
    if (const auto* reference = std::get_if<Reference>(&piece)) {
      Resolved resolved = resolve(at, *reference, target);
      good = resolved.found && good;
      if (resolved.type) good = check_one_text(at, reference->text(), *resolved.type, takes_null) && good;
    } else if (const auto* expression = std::get_if<Expression>(&piece)) {
      auto checked = check_expression(at, *expression, std::nullopt, target);
      good = checked && check_one_text(at, expression->text(), *checked, takes_null) && good;
    }
  }
  inside_.reset();
  return good;
}

bool BindingReader::check_one_text(YamlId at, const std::string& what, const Type& type, bool takes_null) {
  if (type.kind() == Kind::optional && type.is_scalar() && !takes_null) {
    decoder_.warning_inside(
        at, inside_->offset, inside_->length,
        {codes::k_null_in_text,
         cat("'", what, "' may be null, which cannot stand inside text: the node fails then"),
         {},
         "say what it is then: $(x != null ? x : …)"});
  }
  if (type.is_scalar() || type.kind() == Kind::json) return true;
  report(at, {codes::k_not_one_text, cat("'", what, "' is ", type.text(), ", which is no single text"),
              "a scalar", "only scalars can be put into the text of a binding"});
  return false;
}

// Its type; what is wrong is shown where it stands in the text.
std::optional<Type> BindingReader::check_expression(YamlId at, const Expression& expression,
                                                    const std::optional<Type>& wanted, const Target& target) {
  bool named = true;
  const std::vector<ExpressionReference> places = references(expression);
  TypeOf type_of = [&](std::string_view root, std::string_view name) -> std::variant<Type, NameProblem> {
    if (root == "error" && sees_error_or_null(target) && member_type(error_type(), name) == nullptr)
      return name.empty() ? std::variant<Type, NameProblem>(Type::optional(error_type())) : NameProblem{};
    if (name.empty())
      return NameProblem{cat("nothing is called '", root, "'"), "write inputs.NAME or NODE.OUTPUT"};
    auto place = std::find_if(places.begin(), places.end(), [&](const ExpressionReference& one) {
      return one.reference.root == root && one.reference.name == name;
    });
    std::optional<Span> outer = inside_;
    if (place != places.end()) inside_ = Span{expression.offset() + place->span.offset, place->span.length};
    Resolved found = resolve_whole(at, {std::string(root), std::string(name), {}}, target);
    inside_ = outer;
    named = named && found.found;
    if (found.type) return std::move(*found.type);
    return NameProblem{};  // reported, or its type was
  };
  auto checked = check(expression, type_of, wanted);
  if (auto* faults = std::get_if<std::vector<ExpressionFault>>(&checked)) {
    report_faults(decoder_, at, expression, std::move(*faults));
    return std::nullopt;
  }
  return named ? std::optional(std::get<Type>(std::move(checked))) : std::nullopt;
}

std::optional<Expression> BindingReader::read_condition(YamlId at, std::size_t node) {
  return read_truth(at, {node, "the condition"});
}

std::optional<Expression> BindingReader::read_predicate(YamlId at) {
  return read_truth(at, {no_node, "what is expected", true});
}

std::optional<Expression> BindingReader::read_truth(YamlId at, const Target& target) {
  auto condition = read_expression(decoder_, at);
  if (!condition || !check_expression(at, *condition, Type(Kind::boolean), target)) return std::nullopt;
  return condition;
}

std::optional<Binding> BindingReader::read_text(YamlId at, const Type* type, const Target& target) {
  if (refuse_root_alone(at)) return std::nullopt;
  ParsedText parsed = parse_text(decoder_.tree.text(at));
  if (auto* reference = std::get_if<Reference>(&parsed)) {
    if (!check_reference(at, *reference, type, target)) return std::nullopt;
    return Binding{std::move(*reference)};
  }
  if (auto* text = std::get_if<ParsedTemplate>(&parsed)) {
    bool for_text = type != nullptr && without_optional(*type).kind() == Kind::string;
    if (text->faults.empty() && text->text.pieces.size() == 1 && !for_text)
      return read_whole(at, text->text.pieces.front(), type, target);
    return read_template(at, std::move(*text), type, target);
  }
  return read_literal(at, type);
}

std::optional<Binding> BindingReader::read_template(YamlId at, ParsedTemplate parsed, const Type* type,
                                                    const Target& target) {
  report_faults(decoder_, at, parsed.faults);
  // A `$(…)` that cannot be read may have been all of it, of any type.
  bool good = check_template(at, parsed, parsed.faults.empty() ? type : nullptr, target);
  if (!good || !parsed.faults.empty()) return std::nullopt;
  warn_without_error(at, parsed.text, target);
  warn_lookalikes(at);
  Binding binding{std::move(parsed.text)};
  return check_constant(at, binding, type) ? std::optional(std::move(binding)) : std::nullopt;
}

// What on_exit sees of a failure is null where nothing has failed.
bool BindingReader::sees_error_or_null(const Target& target) const {
  return target.node != no_node && draft_.workflow.nodes[target.node].hook == Hook::on_exit;
}

// In a run in which nothing fails: text that would be none then.
void BindingReader::warn_without_error(YamlId at, const Template& text, const Target& target) {
  if (!sees_error_or_null(target)) return;
  const Json null;
  ValueOf nothing_failed = [&](std::string_view root, std::string_view name) -> std::optional<TypedValue> {
    if (root != "error") return std::nullopt;
    return TypedValue{name.empty() ? Type::optional(error_type()) : Type::optional(Type(Kind::string)),
                      &null};
  };
  for (const auto& piece : text.pieces) {
    const auto* reference = std::get_if<Reference>(&piece);
    const auto* expression = std::get_if<Expression>(&piece);
    bool fails = reference != nullptr && reference->root == "error";
    if (expression != nullptr) {
      auto places = references(*expression);
      bool is_known =
          !places.empty() && std::all_of(places.begin(), places.end(), [](const ExpressionReference& one) {
            return one.reference.root == "error";
          });
      auto found = is_known ? evaluate_text(*expression, nothing_failed) : std::optional<std::string>("");
      const auto* value = std::get_if<std::optional<std::string>>(&found);
      fails = value == nullptr || !*value;
    }
    if (!fails) continue;
    decoder_.warning(at,
                     {codes::k_no_error_then,
                      "without a failure 'error' is null, which cannot stand inside text: on_exit fails then",
                      {},
                      "say what it is then: \"$(error == null ? 'nothing failed' : error.message)\""});
    return;
  }
}

// Whether it gives something, as far as that is known before any run.
bool BindingReader::check_constant(YamlId at, const Binding& binding, const Type* type) {
  bool is_text = std::holds_alternative<Template>(binding.value);
  if (type == nullptr && !is_text) return true;
  auto constant = constant_of(binding, type == nullptr ? Type(Kind::string) : *type);
  auto* fault = constant ? std::get_if<ConstantFault>(&*constant) : nullptr;
  if (fault == nullptr) return true;
  decoder_.error(at, {fault->code, std::move(fault->message), {}, std::move(fault->hint)});
  return false;
}

// A text that is one `$(…)`, where something else than text is expected: what stands in it is given.
std::optional<Binding> BindingReader::read_whole(YamlId at, Template::Piece& piece, const Type* type,
                                                 const Target& target) {
  if (auto* reference = std::get_if<Reference>(&piece)) {
    if (!check_reference(at, *reference, type, target)) return std::nullopt;
    return Binding{std::move(*reference)};
  }
  auto& expression = std::get<Expression>(piece);
  std::optional<Type> wanted = type == nullptr ? std::nullopt : std::optional(*type);
  if (!check_expression(at, expression, wanted, target)) return std::nullopt;
  Binding binding{std::move(expression)};
  return check_constant(at, binding, type) ? std::optional(std::move(binding)) : std::nullopt;
}

std::optional<Binding> BindingReader::read_literal(YamlId at, const Type* type) {
  auto name = type == nullptr ? std::nullopt : known_name(at);
  if (name && std::holds_alternative<ValueError>(value_from_json(*type, Json(name->text()), {}))) {
    decoder_.error(at,
                   {codes::k_bad_value, cat("expected ", type->text(), ", got the text '", name->text(), "'"),
                    type->text(), cat("write $", name->text())});
    return std::nullopt;
  }
  auto value = type == nullptr ? literals_.read_untyped(at) : literals_.read(at, *type);
  if (!value) return std::nullopt;
  if (decoder_.tree.is_scalar(at)) warn_lookalikes(at);
  return Binding{std::move(*value)};
}

// Whether a list or mapping with references inside may stand where `type` is expected, and as which type;
// nullptr there when any may. nullopt after a report.
std::optional<const Type*> BindingReader::accepting(YamlId at, const Type* type, Shape shape,
                                                    const Target& target) {
  if (type == nullptr) return nullptr;
  if (const Type* found = type_of_shape(*type, shape)) return found;
  decoder_.error(at, {codes::k_type_mismatch,
                      cat(shape == Shape::list ? "a list" : "a mapping", " is given, but ", target.what,
                          " takes ", type->text()),
                      type->text(),
                      without_optional(*type).kind() == Kind::one_of
                          ? "exactly one member of a union must be of that shape"
                          : ""});
  return std::nullopt;
}

std::optional<Binding> BindingReader::read_list(YamlId at, const Type* type, const Target& target) {
  auto accepted = accepting(at, type, Shape::list, target);
  if (!accepted) return std::nullopt;
  const Type* element = *accepted == nullptr ? nullptr : item_type(**accepted);
  BindingList list;
  bool complete = true;
  decoder_.tree.each_item(at, [&](YamlId item) {
    auto binding = read(item, element, target);
    complete = complete && binding;
    if (binding) list.items.push_back(std::move(*binding));
  });
  if (!complete) return std::nullopt;
  return Binding{std::move(list)};
}

std::optional<Binding> BindingReader::read_map(YamlId at, const Type* type, const Target& target) {
  auto accepted = accepting(at, type, Shape::mapping, target);
  if (!accepted) return std::nullopt;
  const Type* holder = *accepted;
  BindingMap map;
  bool complete = holder == nullptr || holder->kind() != Kind::record || check_fields(decoder_, at, *holder);
  decoder_.tree.each_member(at, [&](YamlId key, YamlId value) {
    if (!decoder_.tree.is_scalar(key)) return;
    const Type* member = holder == nullptr ? nullptr : member_type(*holder, decoder_.tree.text(key));
    auto binding = read(value, member, target);
    complete = complete && binding;
    if (binding) map.members.push_back({std::string(decoder_.tree.text(key)), std::move(*binding)});
  });
  if (!complete) return std::nullopt;
  return Binding{std::move(map)};
}

std::optional<Binding> BindingReader::read(YamlId at, const Type* type, const Target& target) {
  const YamlTree& tree = decoder_.tree;
  if (tree.is_scalar(at))
    return has_dollar(tree.text(at)) ? read_text(at, type, target) : read_literal(at, type);
  if (tree.kind(at) == YamlKind::null || !has_reference(at)) return read_literal(at, type);
  return tree.kind(at) == YamlKind::sequence ? read_list(at, type, target) : read_map(at, type, target);
}

std::optional<Binding> BindingReader::read_input(YamlId at, const Type* type, std::size_t node,
                                                 const std::string& what) {
  return read(at, type, {node, what});
}

std::optional<WorkflowOutput> BindingReader::read_output(YamlId at, const std::string& name, const Port* promised) {
  std::string what = cat("output '", name, "'");
  if (!has_reference(at) && promised != nullptr) {
    auto literal = read(at, &promised->type, {no_node, what});
    const Json* value = literal ? std::get_if<Json>(&literal->value) : nullptr;
    auto broken = value == nullptr ? std::nullopt : violation(*promised, *value);
    if (broken) decoder_.error(at, {codes::k_constraint_broken, cat(what, ": ", broken->message)});
    return literal ? std::optional(WorkflowOutput{name, promised->type, std::move(*literal)}) : std::nullopt;
  }
  if (!has_reference(at)) {
    auto meant = known_name(at);
    decoder_.error(at, {codes::k_literal_output, cat(what, " of the workflow is no reference"),
                        "$node.output or $inputs.name",
                        meant ? cat("write $", meant->text())
                              : "a value that never changes belongs to the definition, not to the results"});
    return std::nullopt;
  }
  auto binding = read(at, nullptr, {no_node, what});
  if (!binding) return std::nullopt;
  bool known = true;
  auto type = binding_type(*binding, [&](const Reference& reference) -> std::optional<Type> {
    std::optional<Type> found = resolve(at, reference, {no_node, what}).type;
    known = known && found;
    return found;
  });
  if (!type && known) {
    decoder_.error(at, {codes::k_mixed_output,
                        cat("the elements of ", what, " have types that no list or map can hold together"),
                        "elements of one type, or none with files", "give each its own output"});
  }
  if (!type) return std::nullopt;
  return WorkflowOutput{name, std::move(*type), std::move(*binding)};
}

}  // namespace wf
