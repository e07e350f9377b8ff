#include "core/definition/cel_functions.hpp"

#include <algorithm>

#include "core/base/text.hpp"

namespace wf::cel {

namespace {

struct LeftOut {
  std::string_view name;
  std::string_view why;
};
constexpr std::string_view k_macro = "wf leaves the macros of CEL over elements out; compute it in a task";
constexpr std::array<LeftOut, 8> k_left_out{{{"all", k_macro},
                                             {"exists", k_macro},
                                             {"exists_one", k_macro},
                                             {"map", k_macro},
                                             {"filter", k_macro},
                                             {"bytes", "wf leaves bytes out of CEL; write a string"},
                                             {"uint", "wf leaves unsigned integers out of CEL; write int(x)"},
                                             {"type", "wf leaves values that are types out of CEL"}}};

std::array<std::span<const Function>, 4> all_parts() {
  return {arithmetic_functions(), conversion_functions(), text_functions(), time_functions()};
}

}  // namespace

const Function* find_function(std::string_view name) {
  for (std::span<const Function> part : all_parts()) {
    for (const Function& function : part) {
      if (function.name == name) return &function;
    }
  }
  return nullptr;
}

std::vector<std::string> function_names() {
  std::vector<std::string> names{"has"};
  for (std::span<const Function> part : {conversion_functions(), text_functions(), time_functions()}) {
    for (const Function& function : part) names.emplace_back(function.name);
  }
  return names;
}

const Overload* find_overload(const Function& function, std::span<const Value> arguments) {
  for (const Overload& overload : function.overloads) {
    if (overload.count() != arguments.size()) continue;
    auto takes = [&](std::size_t i) {
      return overload.parameters[i] == Kind::dyn || overload.parameters[i] == arguments[i].kind();
    };
    if (takes(0) && (arguments.size() == 1 || takes(1))) return &overload;
  }
  return nullptr;
}

std::string use_text(const Function& function, const std::vector<std::string>& types) {
  bool sign = function.name.find_first_of("+-*/%") == 0;
  if (sign && types.size() == 1) return cat(function.name.substr(0, 1), types[0]);
  if (sign) return cat(types[0], " ", function.name, " ", types[1]);
  return cat(function.name, "(", join(types, ", "), ")");
}

std::string_view left_out(std::string_view function) {
  auto found = std::find_if(k_left_out.begin(), k_left_out.end(),
                            [&](const LeftOut& one) { return one.name == function; });
  return found == k_left_out.end() ? std::string_view() : found->why;
}

}  // namespace wf::cel
