#include <re2/re2.h>

#include <string>
#include <unordered_map>

#include "core/base/text.hpp"
#include "core/definition/cel_functions.hpp"

namespace wf::cel {

namespace {

constexpr std::size_t k_max_pattern = 1000;
constexpr std::size_t k_most_known = 1000;      // patterns that were checked
constexpr std::int64_t k_memory = 1 << 20;      // of a compiled pattern and what it remembers of a search
constexpr std::size_t k_compile_cost = 1000;    // of any pattern, …
constexpr std::size_t k_instruction_cost = 10;  // of each instruction that it became, …
constexpr std::size_t k_failure_cost = 50'000;  // and of one that became too large

RE2::Options bounded() {
  RE2::Options options(RE2::Quiet);
  options.set_max_mem(k_memory);
  return options;
}

re2::StringPiece piece(std::string_view text) { return {text.data(), text.size()}; }

std::string problem_of(const RE2& regex, std::string_view pattern) {
  return regex.ok() ? std::string() : cat(in_quotes(pattern), " is no regular expression: ", regex.error());
}

std::string too_long() { return cat("the regular expression has more than ", k_max_pattern, " bytes"); }

}  // namespace

std::string regex_problem(std::string_view pattern) {
  if (pattern.size() > k_max_pattern) return too_long();
  // Aliases ask about one pattern as often as they stand for it.
  thread_local std::unordered_map<std::string, std::string> known;
  if (auto found = known.find(std::string(pattern)); found != known.end()) return found->second;
  if (known.size() == k_most_known) known.clear();
  return known.emplace(pattern, problem_of(RE2(piece(pattern), bounded()), pattern)).first->second;
}

Value regex_matches(std::string_view text, std::string_view pattern, Budget& budget) {
  if (pattern.size() > k_max_pattern) return {Fault{too_long(), {}, {}}};
  if (!budget.spend(k_compile_cost)) return {Budget::spent()};
  RE2 regex(piece(pattern), bounded());
  if (!regex.ok() && !budget.spend(k_failure_cost)) return {Budget::spent()};
  if (!regex.ok()) return {Fault{problem_of(regex, pattern), std::string(k_regex_hint), {}}};
  // RE2's worst case is a step for each instruction at each byte.
  auto size = static_cast<std::size_t>(regex.ProgramSize());
  if (!budget.spend(size * k_instruction_cost + text.size() * (1 + size / 16))) return {Budget::spent()};
  return {RE2::PartialMatch(piece(text), regex)};
}

}  // namespace wf::cel
