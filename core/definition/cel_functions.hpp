// What operators and functions take and do. One table serves check() and evaluate().
#pragma once
#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/definition/cel_value.hpp"

namespace wf::cel {

// Arguments have the kinds of the overload and are no faults; they may be moved from.
using Apply = Value (*)(std::span<Value> arguments, Budget& budget);

struct Overload {
  std::array<Kind, 2> parameters;  // the receiver first; `none` where there is no second, `dyn` takes any
  Kind result;
  Apply apply;
  std::size_t count() const { return parameters[1] == Kind::none ? 1 : 2; }
};

enum class Call : std::uint8_t { function, method, both };

struct Function {
  std::string_view name;  // "size", "+"; "-x" is negation
  Call call;
  std::span<const Overload> overloads;
};

// Operators are found under their sign.
const Function* find_function(std::string_view name);
// Those that are called by name.
std::vector<std::string> function_names();

// The overload for arguments of these kinds at run time, or nullptr.
const Overload* find_overload(const Function& function, std::span<const Value> arguments);

// "int + float", "-bool", "size(int)": a use that no overload is for.
std::string use_text(const Function& function, const std::vector<std::string>& types);

// Why wf leaves a function of CEL out, and what to do; "" for names that CEL does not have.
std::string_view left_out(std::string_view function);

// Parts of the table.
std::span<const Function> arithmetic_functions();
std::span<const Function> conversion_functions();
std::span<const Function> text_functions();
std::span<const Function> time_functions();

// Why a text is no regular expression of RE2; "" when it is one.
std::string regex_problem(std::string_view pattern);
inline constexpr std::string_view k_regex_hint = "the syntax is RE2's";
// Whether the pattern is found anywhere in the text.
Value regex_matches(std::string_view text, std::string_view pattern, Budget& budget);

}  // namespace wf::cel
