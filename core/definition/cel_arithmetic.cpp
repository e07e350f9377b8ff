// + - * / % on numbers, texts and lists. Those on datetimes and durations are in cel_time.cpp.
#include <limits>

#include "core/definition/cel_functions.hpp"
#include "core/definition/cel_time.hpp"

namespace wf::cel {

namespace {

using Int = std::int64_t;

Value overflow() { return {Fault{"the result is outside the range of 64-bit integers", {}, {}}}; }

template <bool (*Operation)(Int, Int, Int*)>
Value of_ints(std::span<Value> arguments, Budget&) {
  Int result = 0;
  if (Operation(arguments[0].as<Int>(), arguments[1].as<Int>(), &result)) return overflow();
  return {result};
}
bool add(Int a, Int b, Int* result) { return __builtin_add_overflow(a, b, result); }
bool subtract(Int a, Int b, Int* result) { return __builtin_sub_overflow(a, b, result); }
bool multiply(Int a, Int b, Int* result) { return __builtin_mul_overflow(a, b, result); }

// The quotient is one too many for an int, and implementations of CEL refuse the remainder along with it.
bool overflows(Int number, Int divisor) { return divisor == -1 && number == std::numeric_limits<Int>::min(); }

Value divide(std::span<Value> arguments, Budget&) {
  Int divisor = arguments[1].as<Int>();
  if (divisor == 0) return {Fault{"division by zero", "test the divisor first: d != 0 ? n / d : 0", {}}};
  if (overflows(arguments[0].as<Int>(), divisor)) return overflow();
  return {arguments[0].as<Int>() / divisor};
}

Value remainder(std::span<Value> arguments, Budget&) {
  Int divisor = arguments[1].as<Int>();
  if (divisor == 0) return {Fault{"modulus by zero", "test the divisor first: d != 0 ? n % d : 0", {}}};
  if (overflows(arguments[0].as<Int>(), divisor)) return overflow();
  return {arguments[0].as<Int>() % divisor};
}

Value negate_int(std::span<Value> arguments, Budget&) {
  Int result = 0;
  if (subtract(0, arguments[0].as<Int>(), &result)) return overflow();
  return {result};
}

Value negate_float(std::span<Value> arguments, Budget&) { return {-arguments[0].as<double>()}; }
Value add_floats(std::span<Value> a, Budget&) { return {a[0].as<double>() + a[1].as<double>()}; }
Value subtract_floats(std::span<Value> a, Budget&) { return {a[0].as<double>() - a[1].as<double>()}; }
Value multiply_floats(std::span<Value> a, Budget&) { return {a[0].as<double>() * a[1].as<double>()}; }
Value divide_floats(std::span<Value> a, Budget&) { return {a[0].as<double>() / a[1].as<double>()}; }

Value concatenate(std::span<Value> arguments, Budget& budget) {
  auto& left = std::get<std::string>(arguments[0].data);
  const auto& right = arguments[1].as<std::string>();
  if (!budget.spend(left.size() + right.size())) return {Budget::spent()};
  return {std::move(left += right)};
}

Value join_lists(std::span<Value> arguments, Budget& budget) {
  List joined;
  for (const Value& list : arguments) {
    for (std::size_t i = 0; i < size_of(list); ++i) {
      joined.push_back(element_at(list, i, budget));
      if (joined.back().is_fault()) return joined.back();
    }
  }
  return {std::make_shared<const List>(std::move(joined))};
}

constexpr Kind k_int = Kind::integer;
constexpr Kind k_float = Kind::floating;
constexpr Kind k_time = Kind::timestamp;
constexpr Kind k_span = Kind::duration;

constexpr Overload k_add[] = {{{k_int, k_int}, k_int, of_ints<add>},
                              {{k_float, k_float}, k_float, add_floats},
                              {{Kind::string, Kind::string}, Kind::string, concatenate},
                              {{Kind::list, Kind::list}, Kind::list, join_lists},
                              {{k_time, k_span}, k_time, later},
                              {{k_span, k_time}, k_time, later},
                              {{k_span, k_span}, k_span, add_durations}};
constexpr Overload k_subtract[] = {{{k_int, k_int}, k_int, of_ints<subtract>},
                                   {{k_float, k_float}, k_float, subtract_floats},
                                   {{k_time, k_time}, k_span, time_between},
                                   {{k_time, k_span}, k_time, earlier},
                                   {{k_span, k_span}, k_span, subtract_durations}};
constexpr Overload k_multiply[] = {{{k_int, k_int}, k_int, of_ints<multiply>},
                                   {{k_float, k_float}, k_float, multiply_floats}};
constexpr Overload k_divide[] = {{{k_int, k_int}, k_int, divide},
                                 {{k_float, k_float}, k_float, divide_floats}};
constexpr Overload k_remainder[] = {{{k_int, k_int}, k_int, remainder}};
constexpr Overload k_negate[] = {{{k_int, Kind::none}, k_int, negate_int},
                                 {{k_float, Kind::none}, k_float, negate_float}};

constexpr Function k_functions[] = {{"+", Call::function, k_add},       {"-", Call::function, k_subtract},
                                    {"*", Call::function, k_multiply},  {"/", Call::function, k_divide},
                                    {"%", Call::function, k_remainder}, {"-x", Call::function, k_negate}};

}  // namespace

std::span<const Function> arithmetic_functions() { return k_functions; }

}  // namespace wf::cel
