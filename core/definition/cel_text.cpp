// size, and what there is for texts.
#include <algorithm>
#include <cstring>

#include "core/definition/cel_functions.hpp"

namespace wf::cel {

namespace {

Value code_points(std::span<Value> arguments, Budget& budget) {
  const auto& text = arguments[0].as<std::string>();
  if (!budget.spend(text.size())) return {Budget::spent()};
  return {static_cast<std::int64_t>(std::count_if(
      text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xc0U) != 0x80; }))};
}

Value elements(std::span<Value> arguments, Budget&) {
  return {static_cast<std::int64_t>(size_of(arguments[0]))};
}

using Test = bool (*)(const std::string& text, const std::string& part);
template <Test test>
Value tested(std::span<Value> arguments, Budget& budget) {
  const auto& text = arguments[0].as<std::string>();
  const auto& part = arguments[1].as<std::string>();
  if (!budget.spend(text.size() + part.size())) return {Budget::spent()};
  return {test(text, part)};
}
bool starts_with(const std::string& text, const std::string& part) { return text.starts_with(part); }
bool ends_with(const std::string& text, const std::string& part) { return text.ends_with(part); }
// memmem takes linear time, which std::string::find does not.
bool contains(const std::string& text, const std::string& part) {
  return memmem(text.data(), text.size(), part.data(), part.size()) != nullptr;
}

Value matches(std::span<Value> arguments, Budget& budget) {
  return regex_matches(arguments[0].as<std::string>(), arguments[1].as<std::string>(), budget);
}

constexpr Overload k_size[] = {{{Kind::string, Kind::none}, Kind::integer, code_points},
                               {{Kind::list, Kind::none}, Kind::integer, elements},
                               {{Kind::map, Kind::none}, Kind::integer, elements}};
template <Apply apply>
constexpr Overload k_of_texts[] = {{{Kind::string, Kind::string}, Kind::boolean, apply}};

constexpr Function k_functions[] = {{"size", Call::both, k_size},
                                    {"startsWith", Call::method, k_of_texts<tested<starts_with>>},
                                    {"endsWith", Call::method, k_of_texts<tested<ends_with>>},
                                    {"contains", Call::method, k_of_texts<tested<contains>>},
                                    {"matches", Call::both, k_of_texts<matches>}};

}  // namespace

std::span<const Function> text_functions() { return k_functions; }

}  // namespace wf::cel
