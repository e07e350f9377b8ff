// Expressions over a few names of every type, and their results as text.
#pragma once
#include <doctest/doctest.h>

#include <map>
#include <string>
#include <utility>

#include "core/base/text.hpp"
#include "core/definition/expression.hpp"
#include "core/definition/type.hpp"
#include "core/definition/value.hpp"

namespace wf::test {

inline Type type(std::string_view text) { return std::get<Type>(parse_type(text)); }

inline const std::map<std::string, std::pair<Type, Json>>& names() {
  static const std::map<std::string, std::pair<Type, Json>> k_names = [] {
    std::map<std::string, std::pair<Type, Json>> names;
    auto add = [&](const char* name, const char* kind, const char* canonical) {
      Json value = Json::parse(canonical, "test");
      names[name] = {type(kind), std::get<Json>(value_from_canonical(type(kind), value))};
    };
    auto digest = [](const char* text) { return sha256(text).text(); };
    add("inputs.k", "int", "5");
    add("inputs.f", "float", "0.5");
    add("inputs.s", "string", R"("häß")");
    add("inputs.b", "bool", "true");
    add("inputs.e", "enum<fast|slow>", R"("fast")");
    add("inputs.n", "int?", "null");
    add("inputs.o", "int?", "7");
    add("inputs.at", "datetime", R"("2026-01-31T10:20:30.25Z")");
    add("inputs.span", "duration", "5400000000000");
    add("inputs.l", "list<int>", "[3,1,2]");
    add("inputs.texts", "list<string>", R"(["a","b"])");
    add("inputs.times", "list<datetime>", R"(["2026-01-01T00:00:00Z"])");
    add("inputs.m", "map<float>", R"({"a":1.5,"b":2.0})");
    add("inputs.j", "json", R"({"rows":[{"id":1},{"id":2.0}],"none":null,"text":"x","for":3,"a-b":4})");
    add("inputs.file", "file", cat(R"({"$blob":")", digest("1"), R"("})").c_str());
    add("inputs.same", "file", cat(R"({"$blob":")", digest("1"), R"("})").c_str());
    add("inputs.other", "file", cat(R"({"$blob":")", digest("2"), R"("})").c_str());
    add("inputs.folder", "directory", cat(R"({"$tree":")", digest("1"), R"("})").c_str());
    add("inputs.files", "list<file>", cat(R"([{"$blob":")", digest("2"), R"("}])").c_str());
    add("inputs.r", "{record:{at:datetime,file:file,n:int?,o:int?,span:duration,u:duration|int}}",
        cat(R"({"at":"2026-01-31T10:20:30Z","file":{"$blob":")", digest("1"),
            R"("},"n":null,"o":3,"span":1000000000,"u":{"$as":{"duration":5}}})")
            .c_str());
    add("inputs.u", "duration|int", R"({"$as":{"duration":1000000000}})");
    add("inputs.us", "list<datetime|string>",
        R"([{"$as":{"datetime":"2026-01-31T10:20:30Z"}},{"$as":{"string":"2026-01-31T10:20:30Z"}},"x"])");
    add("best.accuracy", "float", "0.93");
    add("item.", "map<int>", R"({"x":4})");
    return names;
  }();
  return k_names;
}

inline std::optional<TypedValue> value_of(std::string_view root, std::string_view name) {
  auto found = names().find(cat(root, ".", name));
  if (found == names().end()) return std::nullopt;
  return TypedValue{found->second.first, &found->second.second};
}

inline std::variant<Type, NameProblem> type_of(std::string_view root, std::string_view name) {
  if (root == "broken") return NameProblem{};
  if (auto value = value_of(root, name)) return value->type;
  std::vector<std::string> known;
  for (const auto& [text, value] : names()) {
    if (text.starts_with(cat(root, "."))) known.push_back(text.substr(root.size() + 1));
  }
  return NameProblem{cat("there is no '", root, name.empty() ? "" : ".", name, "'"),
                     did_you_mean(name, known)};
}

inline std::string shown(const Expression& expression, const ExpressionFault& fault) {
  std::string where = expression.text().substr(fault.span.offset, fault.span.length);
  return cat("! ", where, " ! ", fault.message);
}

// The canonical text of the value, "! PART ! MESSAGE" when evaluation fails, "? MESSAGE" when reading does.
inline std::string evaluated(std::string_view text, const char* kind = "json",
                             std::int64_t budget = k_expression_budget) {
  auto parsed = parse_expression(text);
  if (auto* fault = std::get_if<ExpressionFault>(&parsed)) return cat("? ", fault->message);
  const auto& expression = std::get<Expression>(parsed);
  auto result = evaluate(expression, value_of, type(kind), budget);
  if (auto* fault = std::get_if<ExpressionFault>(&result)) return shown(expression, *fault);
  return std::get<Json>(result).canonical();
}

inline std::string evaluated_text(std::string_view text) {
  const auto expression = std::get<Expression>(parse_expression(text));
  auto result = evaluate_text(expression, value_of);
  if (auto* fault = std::get_if<ExpressionFault>(&result)) return shown(expression, *fault);
  return std::get<std::optional<std::string>>(result).value_or("(none)");
}

// The type, or the faults one after the other.
inline std::string checked(std::string_view text, const char* wanted = nullptr) {
  auto parsed = parse_expression(text);
  if (auto* fault = std::get_if<ExpressionFault>(&parsed)) return cat("? ", fault->message);
  const auto& expression = std::get<Expression>(parsed);
  auto result = check(expression, type_of, wanted == nullptr ? std::nullopt : std::optional(type(wanted)));
  if (auto* found = std::get_if<Type>(&result)) return found->text();
  std::string out;
  for (const ExpressionFault& fault : std::get<1>(result)) {
    CHECK(!fault.code.empty());
    out += cat(out.empty() ? "" : "\n", shown(expression, fault));
    if (!fault.hint.empty()) out += cat(" > ", fault.hint);
  }
  return out;
}

// An expression and its value, as canonical text.
struct Case {
  const char* expression;
  const char* result;
};

template <std::size_t N>
void hold(const Case (&cases)[N]) {
  for (const auto& [expression, result] : cases) {
    CAPTURE(expression);
    CHECK(evaluated(expression) == result);
  }
}

}  // namespace wf::test
