// What is known of an expression before anything runs.
#include "expression_support.hpp"

using namespace wf;
using namespace wf::test;

TEST_CASE("expressions have types") {
  const char* cases[][2] = {
      {"inputs.k + 1", "int"},
      {"inputs.k > 0.5", "bool"},
      {"inputs.f * 2.0", "float"},
      {"best.accuracy > 0.9 && inputs.b", "bool"},
      {"inputs.s + 'x'", "string"},
      {"inputs.e", "enum<fast|slow>"},
      {"inputs.e + 'x'", "string"},
      {"'a'", "string"},
      {"inputs.n", "int?"},
      {"inputs.n + 1", "int"},
      {"inputs.n == null ? 0 : inputs.n", "int"},
      {"inputs.n != null ? inputs.n : 0", "int"},
      {"null != inputs.n && inputs.b ? inputs.n : 0", "int"},
      {"inputs.b || inputs.n != null ? inputs.n : 0", "int?"},
      {"inputs.b || inputs.n == null ? 0 : inputs.n", "int"},
      {"!has(inputs.n) ? 0 : inputs.n", "int"},
      {"has(inputs.r.n) ? inputs.r.n : inputs.r.o", "int?"},
      {"has(inputs.r.n) && has(inputs.r.o) ? [inputs.r.n, inputs.r.o] : []", "list<int>"},
      {"inputs.n == null ? inputs.n : 0", "int?"},
      {"inputs.n != null ? 0 : inputs.n", "int?"},
      {"[1, null][0] != null ? [1, null][0] : 0", "int"},
      {"inputs.b ? 1 : null", "int?"},
      {"inputs.b ? null : null", "json"},
      {"inputs.b ? inputs.e : 'slow'", "string"},
      {"inputs.b ? [] : [1]", "list<int>"},
      {"[1, 2]", "list<int>"},
      {"[1, null]", "list<int?>"},
      {"[1, 'a']", "list<json>"},
      {"[[1], ['a']]", "list<json>"},
      {"[]", "list<json>"},
      {"{}", "map<json>"},
      {"[[1], []]", "list<list<int>>"},
      {"{'a': 1, 'b': 2}", "map<int>"},
      {"{'a': [1]}.a[0]", "int"},
      {"{1: 'a', 2: 'b'}[inputs.k]", "string"},
      {"inputs.l + [1]", "list<int>"},
      {"inputs.l + []", "list<int>"},
      {"inputs.l[0]", "int"},
      {"inputs.l.size()", "int"},
      {"inputs.m.anything", "float"},
      {"inputs.m['a']", "float"},
      {"inputs.j.rows[0].id", "json"},
      {"inputs.j + 1", "int"},
      {"inputs.j + inputs.j", "json"},
      {"-inputs.j", "json"},
      {"inputs.j < 3", "bool"},
      {"inputs.j == 'x' || inputs.j", "bool"},
      {"dyn(1) == 'a'", "bool"},
      {"inputs.at + duration('1h')", "datetime"},
      {"inputs.at - inputs.at", "duration"},
      {"inputs.at.getHours()", "int"},
      {"inputs.file", "file"},
      {"inputs.b ? inputs.file : inputs.same", "file"},
      {"[inputs.file]", "list<file>"},
      {"inputs.file == inputs.other", "bool"},
      {"inputs.n == null && inputs.n in [1, null]", "bool"},
      {"inputs.e in ['fast', 'slow']", "bool"},
      {"1 == 1.0 && 1 in [1.5]", "bool"},
      {"has(inputs.n) && has(inputs.j.rows)", "bool"},
      {"item.x", "int"},
      {"item", "map<int>"},
      {"inputs.r", "{record:{at:datetime,file:file,n:int?,o:int?,span:duration,u:duration|int}}"},
      {"inputs.r.at - inputs.r['at'] < inputs.r.span", "bool"},
      {"inputs.r.file", "file"},
      {"inputs.r[inputs.s]", "json"},
      {"inputs.b ? inputs.r : {'a': 1}", "map<json>"},
      {"inputs.r.u", "json"},
      {"size(inputs.r) + inputs.r.o", "int"},
      {"broken.name.field + 1", "json"}};
  for (auto& [expression, kind] : cases) {
    CAPTURE(expression);
    CHECK(checked(expression) == kind);
  }
}

TEST_CASE("what is wanted decides what literals are") {
  const char* fitting[][2] = {{"'fast'", "enum<fast|slow>"},
                              {"inputs.b ? 'fast' : 'slow'", "enum<fast|slow>"},
                              {"inputs.e", "string"},
                              {"['fast']", "list<enum<fast|slow>>"},
                              {"[]", "list<int>"},
                              {"{}", "map<file>"},
                              {"1", "int?"},
                              {"null", "int?"},
                              {"inputs.j", "int"},
                              {"[inputs.j]", "list<float>"},
                              {"[1, 'a']", "json"},
                              {"inputs.n", "json"}};
  for (auto& [expression, wanted] : fitting) {
    CAPTURE(expression);
    CHECK(checked(expression, wanted) == wanted);
  }
  CHECK(checked("'fats'", "enum<fast|slow>") ==
        "! 'fats' ! 'fats' is no value of enum<fast|slow> > did you mean 'fast'?");
  CHECK(checked("inputs.b ? 'zz' : 'fast'", "enum<fast|slow>") == "! 'zz' ! 'zz' is no value of enum<fast|slow>");
  CHECK(checked("['fast', inputs.b ? 'zz' : 'slow']", "list<enum<fast|slow>>") ==
        "! 'zz' ! 'zz' is no value of enum<fast|slow>");
  CHECK(checked("{'zz': 'yy'}", "map<enum<fast|slow>?>") == "! 'yy' ! 'yy' is no value of enum<fast|slow>");
  CHECK(checked("inputs.b ? 'zz' : 'fast'", "enum<fast|slow>|int") ==
        "! 'zz' ! 'zz' is no value of enum<fast|slow>|int");
  CHECK(checked("1", "float") ==
        "! 1 ! expected float, the expression gives int > make both float: double(x)");
  CHECK(checked("inputs.n", "int") ==
        "! inputs.n ! expected int, the expression gives int? > say what it is when null: x != null ? x : …; "
        "or "
        "let what takes it be int?");
  CHECK(checked("inputs.k", "bool") == "! inputs.k ! expected bool, the expression gives int");
  CHECK(checked("null", "int") ==
        "! null ! expected int, the expression gives null > give it a value; or let what takes it be int?");
  CHECK(checked("inputs.file", "json") == "! inputs.file ! expected json, the expression gives file");
  CHECK(checked("{1: 2}") ==
        "! {1: 2} ! a map of int to int stays inside the expression > give it keys that are strings");
}

TEST_CASE("faults name the place, what was expected and what to do") {
  const char* cases[][2] = {
      {"inputs.kk > 1", "! inputs.kk ! there is no 'inputs.kk' > did you mean 'k'?"},
      {"inputs > 1", "! inputs ! there is no 'inputs'"},
      {"inputs.k.x", "! inputs.k.x ! a value of type int has no field 'x'"},
      {"inputs.l.first",
       "! inputs.l.first ! a value of type list<int> has no field 'first' > write [0] for its first element"},
      {"inputs.at.getHours",
       "! inputs.at.getHours ! a value of type datetime has no field 'getHours' > write .getHours()"},
      {"inputs.k + 1.5", "! inputs.k + 1.5 ! no such overload: int + float > make both float: double(x)"},
      {"1 + inputs.k + 'x'",
       "! 1 + inputs.k + 'x' ! no such overload: int + string > make both string: string(x)"},
      {"inputs.f % 2.0", "! inputs.f % 2.0 ! no such overload: float % float > % is for ints: write int(x)"},
      {"-inputs.s", "! -inputs.s ! no such overload: -string"},
      {"null + 1", "! null + 1 ! no such overload: null + int > null has no operators but == and !="},
      {"inputs.at + 5",
       R"(! inputs.at + 5 ! no such overload: datetime + int > write durations as duration("1h30m"))"},
      {"inputs.r.spam", "! inputs.r.spam ! the record has no field 'spam' > did you mean 'span'?"},
      {"inputs.r['zz'].x", "! 'zz' ! the record has no field 'zz' > it has at, file, n, o, span, u"},
      {"inputs.r.span > 3", "! inputs.r.span > 3 ! no such overload: duration > int"},
      {"!(inputs.kk + 1) && size(inputs.kk.x[0] * 2) > 'a'",
       "! inputs.kk ! there is no 'inputs.kk' > did you mean 'k'?\n"
       "! inputs.kk ! there is no 'inputs.kk' > did you mean 'k'?"},
      {"'x' + (inputs.kk + 1)", "! inputs.kk ! there is no 'inputs.kk' > did you mean 'k'?"},
      {"inputs.k && true", "! inputs.k ! && needs a bool, found int > compare it with something: x != 0"},
      {"!inputs.s",
       "! inputs.s ! ! needs a bool, found string > write size(x) > 0 to test for something in it"},
      {"inputs.l ? 1 : 2",
       "! inputs.l ! ?: needs a bool, found list<int> > write size(x) > 0 to test for something in it"},
      {"inputs.b ? 1 : 'a'",
       "! inputs.b ? 1 : 'a' ! both sides of ':' need one type, these are int and string"},
      {"inputs.k == 'a'",
       "! inputs.k == 'a' ! values of type int and string are never equal > make both string: string(x)"},
      {"inputs.k == null", "! inputs.k == null ! a value of type int is never null"},
      {"inputs.l == ['a']",
       "! inputs.l == ['a'] ! values of type list<int> and list<string> are never equal"},
      {"inputs.file == inputs.folder",
       "! inputs.file == inputs.folder ! values of type file and directory are never equal"},
      {"inputs.file == 'data.csv'",
       "! inputs.file == 'data.csv' ! values of type file and string are never equal"},
      {"inputs.file < inputs.other", "! inputs.file < inputs.other ! no such overload: file < file"},
      {"size(inputs.file)", "! size(inputs.file) ! no such overload: size(file)"},
      {"inputs.l + ['a']", "! inputs.l + ['a'] ! no such overload: list<int> + list<string>"},
      {"inputs.b ? [1] : ['a']",
       "! inputs.b ? [1] : ['a'] ! both sides of ':' need one type, these are list<int> and list<string>"},
      {"inputs.s < 3", "! inputs.s < 3 ! no such overload: string < int"},
      {"inputs.l < [1]", "! inputs.l < [1] ! no such overload: list<int> < list<int>"},
      {"0 < inputs.k < 9", "! 0 < inputs.k < 9 ! no such overload: bool < int"},
      {"inputs.e == 'fsat'", "! 'fsat' ! 'fsat' is no value of enum<fast|slow> > did you mean 'fast'?"},
      {"'medium' != inputs.e", "! 'medium' ! 'medium' is no value of enum<fast|slow>"},
      {"inputs.e in ['fast', 'slwo']",
       "! 'slwo' ! 'slwo' is no value of enum<fast|slow> > did you mean 'slow'?"},
      {"'a' in inputs.s",
       "! 'a' in inputs.s ! 'in' needs a list or a map, found string > write text.contains(part)"},
      {"'a' in inputs.l", "! 'a' in inputs.l ! a value of type string is never in a list<int>"},
      {"1 in inputs.m", "! 1 in inputs.m ! a value of type int is never in a map<float>"},
      {"inputs.l['a']", "! 'a' ! the index of a list is an int, not string"},
      {"inputs.m[1]", "! 1 ! the keys of this map are string, not int"},
      {"inputs.s[0]", "! inputs.s[0] ! a value of type string has no elements"},
      {"{1.5: 2}[0]", "! 1.5 ! a key of a map cannot be float > keys are strings, ints or bools"},
      {"length(inputs.s)", "! length(inputs.s) ! there is no function 'length' > write size(x)"},
      {"inputs.s.startWith('a')",
       "! inputs.s.startWith('a') ! there is no function 'startWith' > did you mean 'startsWith'?"},
      {"contains(inputs.s, 'a')",
       "! contains(inputs.s, 'a') ! 'contains' is called as a method > write x.contains(…)"},
      {"inputs.k.string()", "! inputs.k.string() ! 'string' is called as a function > write string(x)"},
      {"inputs.s.contains(1)", "! inputs.s.contains(1) ! no such overload: contains(string, int)"},
      {"size(inputs.s, 1)", "! size(inputs.s, 1) ! no such overload: size(string, int)"},
      {"size()", "! size() ! no such overload: size()"},
      {"inputs.l.exists(x)",
       "! inputs.l.exists(x) ! 'exists' cannot be called > wf leaves the macros of CEL over elements out; "
       "compute "
       "it in a task"},
      {"uint(1)",
       "! uint(1) ! 'uint' cannot be called > wf leaves unsigned integers out of CEL; write int(x)"},
      {"bytes('a')", "! bytes('a') ! 'bytes' cannot be called > wf leaves bytes out of CEL; write a string"},
      {"type(1)", "! type(1) ! 'type' cannot be called > wf leaves values that are types out of CEL"},
      {"has(inputs.k.x)", "! inputs.k.x ! a value of type int has no field 'x'"},
      {"inputs.kk + 1 < best.acuracy",
       "! inputs.kk ! there is no 'inputs.kk' > did you mean 'k'?\n"
       "! best.acuracy ! there is no 'best.acuracy' > did you mean 'accuracy'?"},
      {"(inputs.k + 'a') * (inputs.s - 1)",
       "! inputs.k + 'a' ! no such overload: int + string > make both string: string(x)\n"
       "! inputs.s - 1 ! no such overload: string - int"}};
  for (auto& [expression, faults] : cases) {
    CAPTURE(expression);
    CHECK(checked(expression) == faults);
  }
}

TEST_CASE("parts that fail in every run are found before one") {
  const char* cases[][2] = {
      {"inputs.k > 1 / 0", "! 1 / 0 ! division by zero > test the divisor first: d != 0 ? n / d : 0"},
      {"inputs.at > timestamp('2026-13-01')",
       "! timestamp('2026-13-01') ! '2026-13-01' is no datetime of the years 0001 to 9999 > write RFC 3339 "
       "with a "
       "zone: 2026-01-31T10:20:30Z"},
      {"inputs.span > duration('1 h')",
       "! duration('1 h') ! '1 h' is no duration > write terms of h, m, s, ms, us and ns within 292 years: "
       "1h30m"},
      {"inputs.s.matches('(')", "! '(' ! '(' is no regular expression: missing ): ( > the syntax is RE2's"},
      {"inputs.s.matches('(' + 'a')",
       "! '(' + 'a' ! '(a' is no regular expression: missing ): (a > the syntax is RE2's"},
      {"inputs.at.getHours('Europe/Berlin') > 3",
       "! 'Europe/Berlin' ! 'Europe/Berlin' is no time zone that wf knows in expressions > write \"UTC\" or an "
       "offset such as \"+02:00\"; names of zones are left out"},
      {"inputs.at.getFullYear('+02:00')", "int"},
      {"inputs.at.getDate(inputs.s)", "int"},
      {"{'a': 1, 'a': 2}[inputs.s]", "! {'a': 1, 'a': 2} ! the map has the key 'a' twice"},
      {"[1, 2][2] + inputs.k",
       "! [1, 2][2] ! index 2 is out of range: the list has 2 elements > the first element has the index 0"},
      {"true || 1 / 0 > 1", "bool"},
      {"inputs.b || 1 / 0 > 1", "bool"},
      {"1 / 0 > 1 && inputs.b", "bool"},
      {"inputs.b ? 1 / 0 : 0", "int"},
      {"1 / 0 > 1 ? inputs.k : 0", "! 1 / 0 ! division by zero > test the divisor first: d != 0 ? n / d : 0"},
      {"inputs.b ? 1 / inputs.k : 0", "int"}};
  for (auto& [expression, faults] : cases) {
    CAPTURE(expression);
    CHECK(checked(expression) == faults);
  }
}

TEST_CASE("what is checked evaluates to the type that was said") {
  const char* expressions[] = {"inputs.k + 1",
                               "inputs.l + [1]",
                               "inputs.b ? 1 : null",
                               "inputs.at - inputs.at",
                               "[1, null]",
                               "{'a': [inputs.span]}",
                               "[inputs.file]",
                               "inputs.e",
                               "inputs.at + inputs.span",
                               "inputs.j.rows",
                               "inputs.m",
                               "string(inputs.f)",
                               "[inputs.at]",
                               "[1, 'a', inputs.span]",
                               "best.accuracy >= 0.9",
                               "item"};
  for (const char* expression : expressions) {
    CAPTURE(expression);
    std::string kind = checked(expression);
    CHECK_FALSE(evaluated(expression, kind.c_str()).starts_with("!"));
  }
}
