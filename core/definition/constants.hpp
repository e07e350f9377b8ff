// What is given is known before any run where it refers to nothing.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <variant>

#include "core/definition/model.hpp"

namespace wf {

// Why nothing is given, in any run.
struct ConstantFault {
  std::string_view code;
  std::string message;
  std::string hint;
};

// The value of a binding for an input of that type; nullopt: it refers to something, or is a list or mapping
// of bindings, each of which is to be looked at.
std::optional<std::variant<Json, ConstantFault>> constant_of(const Binding& binding, const Type& type);

// Whether null may be given: by a text that is one `$(…)` alone, where a value may be missing.
bool may_give_null(const Template& text, const Type& type);

// The text that `$(…)` stands for; nullopt: it refers to something.
std::optional<std::variant<std::string, ConstantFault>> constant_text(const Expression& expression);

// Whether a condition is always true, or always false.
std::optional<bool> constant_truth(const Expression& condition);

// How many items a list has that is bound.
std::optional<std::int64_t> length_of(const Binding& list);

}  // namespace wf
