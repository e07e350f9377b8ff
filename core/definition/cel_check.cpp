#include <algorithm>
#include <set>

#include "core/base/text.hpp"
#include "core/definition/access.hpp"
#include "core/definition/cel_constant_parts.hpp"
#include "core/definition/cel_tree.hpp"
#include "core/definition/cel_type.hpp"
#include "core/definition/codes.hpp"
#include "core/definition/foreign_words.hpp"

namespace wf {

namespace cel {

namespace {

StaticType of_kind(Kind kind) {
  StaticType type;
  type.kind = kind;
  return type;
}

bool is_null(const Node& node) { return node.kind == NodeKind::literal && node.value.kind() == Kind::null; }

StaticType plain(StaticType type) {
  type.nullable = false;
  return type;
}

bool may_be(const StaticType& type, Kind kind) {
  return type.is_open() || kind == Kind::dyn || type.kind == kind;
}

// "write double(x)" where an int meets a float, and the like.
std::string conversion_hint(std::string_view function, const std::vector<StaticType>& types) {
  auto has = [&](Kind kind) {
    return std::any_of(types.begin(), types.end(), [&](const StaticType& type) { return type.kind == kind; });
  };
  if (!function.empty() && has(Kind::null)) return "null has no operators but == and !=";
  if (function == "%" && has(Kind::floating)) return "% is for ints: write int(x)";
  if (has(Kind::integer) && has(Kind::floating)) return "make both float: double(x)";
  if (function == "+" && has(Kind::string)) return "make both string: string(x)";
  if (has(Kind::timestamp) || has(Kind::duration)) return R"(write durations as duration("1h30m"))";
  return {};
}

std::string function_hint(std::string_view name) {
  const std::vector<std::string> known = function_names();
  std::string foreign = foreign_word_hint(WordOf::functions, name, known);
  return foreign.empty() ? did_you_mean(name, known) : foreign;
}

// A number in quotes is text.
std::string equality_hint(const StaticType& left, const StaticType& right) {
  for (const auto& [text, other] : {std::pair(&left, &right), std::pair(&right, &left)}) {
    bool number = other->kind == Kind::integer || other->kind == Kind::floating;
    if (text->kind != Kind::string || !number) continue;
    bool quoted = text->literal && text->values.size() == 1 && parse_int(text->values.front());
    return quoted ? cat("write it without quotes: ", text->values.front()) : "make both string: string(x)";
  }
  return conversion_hint("", {left, right});
}

// What to do about a value that does not fit what is wanted.
std::string result_hint(const StaticType& type, const Type& wanted) {
  bool only_null = type.nullable && fits(plain(type), wanted);
  if (!only_null && type.kind != Kind::null) return conversion_hint("", {type, static_type(wanted)});
  std::string other = only_null ? "say what it is when null: x != null ? x : …" : "give it a value";
  if (wanted.kind() == wf::Kind::boolean) return other;  // as a condition is
  return cat(other, "; or let what takes it be ", Type::optional(wanted).text());
}

// Of an enum, or of those among the members of a union.
std::vector<std::string> enum_values(const Type& type) {
  if (type.kind() == wf::Kind::enumeration) return type.names();
  std::vector<std::string> values;
  if (type.kind() != wf::Kind::one_of) return values;
  for (const Type& member : type.types()) {
    std::vector<std::string> more = enum_values(member);
    values.insert(values.end(), more.begin(), more.end());
  }
  return values;
}

// Finds the type of each node, and every fault on the way. What is faulty has an open type, which causes no
// further faults.
class Checker {
 public:
  Checker(const Tree& tree, const TypeOf& type_of, std::vector<ExpressionFault>& faults)
      : text_(tree.text), type_of_(type_of), faults_(faults) {}

  StaticType check(const Node& node) {
    StaticType type = check_kind(node);
    if (type.nullable && std::find(given_.begin(), given_.end(), text_of(node)) != given_.end())
      return plain(std::move(type));
    return type;
  }

  StaticType check_kind(const Node& node) {
    switch (node.kind) {
      case NodeKind::literal:
        return check_literal(node);
      case NodeKind::name:
        return check_name(node);
      case NodeKind::select:
        return field_type(node, check(node.children[0]));
      case NodeKind::index:
        return check_index(node);
      case NodeKind::call:
        return check_call(node);
      case NodeKind::list:
        return check_list(node);
      case NodeKind::map:
        return check_map(node);
      case NodeKind::negate:
        return apply(*find_function("-x"), node.span, {check(node.children[0])});
      case NodeKind::chain:
        return check_chain(node);
      case NodeKind::conditional:
        return check_conditional(node);
      case NodeKind::invert:
      case NodeKind::logic_and:
      case NodeKind::logic_or:
        for (const Node& child : node.children) demand_bool(node, child);
        return of_kind(Kind::boolean);
      case NodeKind::has:
        check(node.children[0]);
        return of_kind(Kind::boolean);
    }
    return {};
  }

  // Whether what the expression gives may leave it, and is what is wanted.
  void check_result(const Node& root, const StaticType& type, const std::optional<Type>& wanted) {
    if (wanted && !fits(type, *wanted)) {
      const std::size_t known = faults_.size();
      check_texts(root, *wanted);
      if (faults_.size() > known) return;
      fault(codes::k_type_mismatch, root.span,
            cat("expected ", wanted->text(), ", the expression gives ", type_text(type)),
            result_hint(type, *wanted));
    } else if (type.kind == Kind::map && !may_be(*type.key, Kind::string)) {
      fault(codes::k_expression_type, root.span, cat("a ", type_text(type), " stays inside the expression"),
            "give it keys that are strings");
    }
  }

  StaticType fault(std::string_view code, Span span, std::string message, std::string hint = {}) {
    faults_.push_back({code, span, std::move(message), std::move(hint)});
    return faulty();
  }

 private:
  static StaticType faulty() {
    StaticType type;
    type.faulty = true;
    return type;
  }

  static StaticType check_literal(const Node& node) {
    StaticType type = of_kind(node.value.kind());
    if (type.kind == Kind::string) {
      type.values = {node.value.as<std::string>()};
      type.literal = true;
    }
    return type;
  }

  StaticType check_name(const Node& node) {
    auto found = type_of_(node.text, node.field);
    if (const Type* type = std::get_if<Type>(&found)) {
      values_.insert(&node);
      return static_type(*type);
    }
    if (!node.field.empty()) {
      auto variable = type_of_(node.text, "");
      if (const Type* type = std::get_if<Type>(&variable)) return field_type(node, static_type(*type));
    }
    auto& problem = std::get<NameProblem>(found);
    if (problem.message.empty()) return faulty();
    return fault(codes::k_unknown_reference, node.span, std::move(problem.message), std::move(problem.hint));
  }

  StaticType field_type(const Node& node, const StaticType& whole) {
    if (whole.is_open()) return whole;
    if (whole.is_record()) {
      values_.insert(&node);
      return record_field(whole, node.field, node.span);
    }
    if (whole.kind == Kind::map && may_be(*whole.key, Kind::string)) return *whole.element;
    const Function* function = find_function(node.field);
    std::string hint;
    if (function != nullptr && function->call != Call::function) {
      hint = cat("write .", node.field, "()");
    } else if (whole.kind == Kind::list) {
      hint = "write [0] for its first element";
    }
    return fault(codes::k_no_field, node.span,
                 cat("a value of type ", type_text(whole), " has no field '", node.field, "'"),
                 std::move(hint));
  }

  StaticType record_field(const StaticType& whole, const std::string& field, Span span) {
    if (const Type* found = member_type(whole.declared, field)) return static_type(*found);
    return fault(codes::k_no_field, span, cat("the record has no field ", in_quotes(field)),
                 field_hint(whole.declared, field));
  }

  StaticType check_index(const Node& node) {
    StaticType whole = check(node.children[0]);
    StaticType key = check(node.children[1]);
    if (whole.is_open()) return whole;
    Span span = node.children[1].span;
    if (whole.is_record() && is_text(node.children[1]))
      return record_field(whole, node.children[1].value.as<std::string>(), span);
    if (whole.kind == Kind::list) {
      if (may_be(key, Kind::integer)) return *whole.element;
      return fault(codes::k_no_overload, span, cat("the index of a list is an int, not ", type_text(key)));
    }
    if (whole.kind == Kind::map) {
      if (comparable(key, *whole.key)) return *whole.element;
      return fault(codes::k_no_overload, span,
                   cat("the keys of this map are ", type_text(*whole.key), ", not ", type_text(key)));
    }
    return fault(codes::k_no_overload, node.span,
                 cat("a value of type ", type_text(whole), " has no elements"));
  }

  StaticType check_call(const Node& node) {
    std::string_view why = left_out(node.text);
    if (!why.empty()) {
      return fault(codes::k_expression_left_out, node.span, cat("'", node.text, "' cannot be called"),
                   std::string(why));
    }
    std::vector<StaticType> types;
    for (const Node& child : node.children) types.push_back(check(child));
    if (node.function == nullptr) {
      return fault(codes::k_unknown_function, node.span, cat("there is no function '", node.text, "'"),
                   function_hint(node.text));
    }
    const Function& function = *node.function;
    Call wrong = node.method ? Call::function : Call::method;
    if (function.call == wrong) {
      return fault(codes::k_unknown_function, node.span,
                   cat("'", node.text, "' is called ", node.method ? "as a function" : "as a method"),
                   cat("write ", node.method ? cat(node.text, "(x)") : cat("x.", node.text, "(…)")));
    }
    return apply(function, node.span, types);
  }

  // The result of the overloads that these types may choose.
  StaticType apply(const Function& function, Span span, const std::vector<StaticType>& types) {
    if (std::any_of(types.begin(), types.end(), [](const StaticType& type) { return type.faulty; }))
      return faulty();
    std::optional<Kind> result;
    for (const Overload& overload : function.overloads) {
      bool chosen = overload.count() == types.size();
      for (std::size_t i = 0; chosen && i < types.size(); ++i)
        chosen = may_be(types[i], overload.parameters[i]);
      if (chosen) result = result && *result != overload.result ? Kind::dyn : overload.result;
    }
    if (!result) return no_overload(function, span, types);
    if (*result != Kind::list) return of_kind(*result);
    if (types[0].is_open() || types[1].is_open()) return list_type({});
    std::optional<StaticType> element = common_type(*types[0].element, *types[1].element);
    return element ? list_type(std::move(*element)) : no_overload(function, span, types);
  }

  StaticType no_overload(const Function& function, Span span, const std::vector<StaticType>& types) {
    std::vector<std::string> texts;
    for (const StaticType& type : types) texts.push_back(type_text(type));
    return fault(codes::k_no_overload, span, cat("no such overload: ", use_text(function, texts)),
                 conversion_hint(function.name, types));
  }

  StaticType check_list(const Node& node) {
    StaticType element = of_kind(Kind::none);
    for (const Node& child : node.children) {
      element = common_type(element, check(child)).value_or(StaticType());
    }
    return list_type(std::move(element));
  }

  StaticType check_map(const Node& node) {
    StaticType key = of_kind(Kind::none);
    StaticType element = of_kind(Kind::none);
    for (std::size_t i = 0; i < node.children.size(); i += 2) {
      StaticType one = check(node.children[i]);
      bool allowed =
          one.is_open() || one.kind == Kind::string || one.kind == Kind::integer || one.kind == Kind::boolean;
      if (!allowed) {
        one = fault(codes::k_no_overload, node.children[i].span,
                    cat("a key of a map cannot be ", type_text(one)), "keys are strings, ints or bools");
      }
      key = common_type(key, one).value_or(StaticType());
      element = common_type(element, check(node.children[i + 1])).value_or(StaticType());
    }
    return map_type(std::move(key), std::move(element));
  }

  StaticType check_conditional(const Node& node) {
    demand_bool(node, node.children[0]);
    StaticType yes = check_where(node.children[0], true, node.children[1]);
    StaticType no = check_where(node.children[0], false, node.children[2]);
    if (auto common = common_type(yes, no)) return *common;
    std::string hint = conversion_hint("", {yes, no});
    return fault(codes::k_no_overload, node.span,
                 cat("both sides of ':' need one type, these are ", type_text(yes), " and ", type_text(no)),
                 std::move(hint));
  }

  // The type of `node` where the condition has come out like that.
  StaticType check_where(const Node& condition, bool outcome, const Node& node) {
    std::size_t known = given_.size();
    note_given(condition, outcome);
    StaticType type = check(node);
    given_.resize(known);
    return type;
  }

  // What is not null then: an expression has one value, wherever it stands.
  void note_given(const Node& condition, bool outcome) {
    const std::vector<Node>& parts = condition.children;
    if (condition.kind == NodeKind::invert) {
      note_given(parts[0], !outcome);
    } else if (condition.kind == (outcome ? NodeKind::logic_and : NodeKind::logic_or)) {
      for (const Node& part : parts) note_given(part, outcome);
    } else if (condition.kind == NodeKind::has && outcome) {
      if (values_.contains(&parts[0])) given_.push_back(text_of(parts[0]));
    } else if (condition.kind == NodeKind::chain && parts.size() == 2 &&
               condition.operators[0] == (outcome ? Operator::not_equal : Operator::equal)) {
      for (std::size_t i = 0; i < 2; ++i) {
        if (is_null(parts[i])) given_.push_back(text_of(parts[1 - i]));
      }
    }
  }

  std::string_view text_of(const Node& node) const {
    return text_.substr(node.span.offset, node.span.length);
  }

  void demand_bool(const Node& node, const Node& operand) {
    StaticType type = check(operand);
    if (may_be(type, Kind::boolean)) return;
    std::string_view sign = node.kind == NodeKind::invert        ? "!"
                            : node.kind == NodeKind::logic_and   ? "&&"
                            : node.kind == NodeKind::conditional ? "?:"
                                                                 : "||";
    std::string hint = type.kind == Kind::string || type.kind == Kind::list || type.kind == Kind::map
                           ? "write size(x) > 0 to test for something in it"
                           : "compare it with something: x != 0";
    fault(codes::k_no_overload, operand.span, cat(sign, " needs a bool, found ", type_text(type)),
          type.kind == Kind::null ? std::string() : std::move(hint));
  }

  StaticType check_chain(const Node& node) {
    StaticType left = check(node.children[0]);
    for (std::size_t i = 1; i < node.children.size(); ++i) {
      StaticType right = check(node.children[i]);
      Operator op = node.operators[i - 1];
      Span span = chain_span(node, i);
      const Node* first = i == 1 ? &node.children[0] : nullptr;
      if (op >= Operator::add) {
        left = apply(*find_function(sign_of(op)), span, {left, right});
      } else {
        check_relation(op, span, left, right, first, node.children[i]);
        left = of_kind(Kind::boolean);
      }
    }
    return left;
  }

  void check_relation(Operator op, Span span, const StaticType& left, const StaticType& right,
                      const Node* first, const Node& second) {
    if (op == Operator::in) return check_in(span, left, right, second);
    bool equality = op == Operator::equal || op == Operator::not_equal;
    if (equality) {
      check_values(left, second);
      if (first != nullptr) check_values(right, *first);
    }
    if (equality ? comparable(left, right) : orderable(left, right)) return;
    bool null = left.kind == Kind::null || right.kind == Kind::null;
    if (equality && null) {
      const StaticType& other = left.kind == Kind::null ? right : left;
      fault(codes::k_never_equal, span, cat("a value of type ", type_text(other), " is never null"));
    } else if (equality) {
      fault(codes::k_never_equal, span,
            cat("values of type ", type_text(left), " and ", type_text(right), " are never equal"),
            equality_hint(left, right));
    } else {
      fault(codes::k_no_overload, span,
            cat("no such overload: ", type_text(left), " ", sign_of(op), " ", type_text(right)));
    }
  }

  void check_in(Span span, const StaticType& left, const StaticType& right, const Node& second) {
    if (right.is_open()) return;
    if (right.kind != Kind::list && right.kind != Kind::map) {
      fault(codes::k_no_overload, span, cat("'in' needs a list or a map, found ", type_text(right)),
            right.kind == Kind::string ? "write text.contains(part)" : "");
      return;
    }
    const StaticType& one = right.kind == Kind::list ? *right.element : *right.key;
    if (right.kind == Kind::list) check_values(left, second);
    if (comparable(left, one)) return;
    fault(codes::k_never_equal, span,
          cat("a value of type ", type_text(left), " is never in a ", type_text(right)));
  }

  // Each literal that goes to an enum, by itself or inside of what does.
  void check_texts(const Node& node, const Type& given) {
    const Type& wanted = without_optional(given);
    bool list = node.kind == NodeKind::list && wanted.kind() == wf::Kind::list;
    bool map = node.kind == NodeKind::map && wanted.kind() == wf::Kind::map;
    if (list || map || node.kind == NodeKind::conditional) {
      for (std::size_t i = list ? 0 : 1; i < node.children.size(); i += map ? 2 : 1)
        check_texts(node.children[i], list || map ? wanted.element() : wanted);
    }
    if (!is_text(node)) return;
    const auto& value = node.value.as<std::string>();
    std::vector<std::string> known = enum_values(wanted);
    if (known.empty() || std::find(known.begin(), known.end(), value) != known.end()) return;
    fault(codes::k_type_mismatch, node.span, cat(in_quotes(value), " is no value of ", wanted.text()),
          did_you_mean(value, known));
  }

  // Each literal that an enum is compared with has to be one of its values.
  void check_values(const StaticType& text, const Node& other) {
    if (text.kind != Kind::string || text.values.empty() || text.literal) return;
    if (other.kind == NodeKind::list || other.kind == NodeKind::conditional) {
      std::size_t first = other.kind == NodeKind::conditional ? 1 : 0;
      for (std::size_t i = first; i < other.children.size(); ++i) check_values(text, other.children[i]);
    }
    if (!is_text(other)) return;
    const auto& value = other.value.as<std::string>();
    if (std::binary_search(text.values.begin(), text.values.end(), value)) return;
    std::string near = did_you_mean(value, text.values);
    fault(codes::k_never_equal, other.span, cat(in_quotes(value), " is no value of ", type_text(text)),
          std::move(near));
  }

  std::string_view text_;
  const TypeOf& type_of_;
  std::vector<ExpressionFault>& faults_;
  std::set<const Node*> values_;         // names and fields whose value has() tells from null
  std::vector<std::string_view> given_;  // what is not null where the checker is
};

}  // namespace

}  // namespace cel

std::variant<Type, std::vector<ExpressionFault>> check(const Expression& expression, const TypeOf& type_of,
                                                       const std::optional<Type>& wanted) {
  const cel::Node& root = expression.tree().root;
  std::vector<ExpressionFault> faults;
  cel::Checker checker(expression.tree(), type_of, faults);
  cel::StaticType type = checker.check(root);
  if (faults.empty()) cel::check_constants(root, faults);
  if (faults.empty()) checker.check_result(root, type, wanted);
  const Type result = wanted ? *wanted : cel::declared_type(type, cel::Literals::strings);
  if (faults.empty()) cel::check_constant_result(expression, result, faults);
  std::stable_sort(faults.begin(), faults.end(),
                   [](const ExpressionFault& left, const ExpressionFault& right) {
                     return left.span.offset < right.span.offset;
                   });
  if (!faults.empty()) return faults;
  return result;
}

}  // namespace wf
