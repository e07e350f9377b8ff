// What expressions evaluate to, continued: lists, maps, conversions, times, and the form of results.
#include "expression_support.hpp"

using namespace wf;
using namespace wf::test;

TEST_CASE("lists") {
  hold({{"[0, 1, 2] + [3, 4, 5] == [0, 1, 2, 3, 4, 5]", "true"},
        {"[] + [3, 4]", "[3,4]"},
        {"inputs.l + [9]", "[3,1,2,9]"},
        {"[7, 8, 9][0]", "7"},
        {"[7, 8, 9][dyn(0.0)]", "7"},
        {"[7, 8, 9][dyn(0.1)]", "! [7, 8, 9][dyn(0.1)] ! a float that is no index of the list"},
        {"['George', 'John', 'Paul', 'Ringo'][3]", R"("Ringo")"},
        {"[1, 2, 3][3]", "! [1, 2, 3][3] ! index 3 is out of range: the list has 3 elements"},
        {"[1, 2, 3][-1]", "! [1, 2, 3][-1] ! index -1 is out of range: the list has 3 elements"},
        {"[1, 2, 3]['']", "! [1, 2, 3][''] ! no such overload: list[string]"},
        {"[[[['foo']]]][0][0][0][0]", R"("foo")"},
        {"inputs.l[inputs.k - 4]", "1"},
        {"7 in []", "false"},
        {"3 in [5, 4, 3, 2, 1]", "true"},
        {"3.0 in [5, 4, 3]", "true"},
        {"3 in [5.0, 4.0, 3.0]", "true"},
        {"'elem' in [1, 'elem', 2]", "true"},
        {"'hawaiian' in ['meat', 'veggie']", "false"},
        {"1 in inputs.l", "true"},
        {"1 in 'text'", "! 1 in 'text' ! no such overload: int in string"},
        {"size([])", "0"},
        {"[1, 2, 3].size()", "3"},
        {"size(inputs.l) + size(inputs.files)", "4"},
        {"[1, 1 / 0]", "! 1 / 0 ! division by zero"},
        {"size(5)", "! size(5) ! no such overload: size(int)"}});
}

TEST_CASE("maps and json") {
  hold({{"{0: 1, 2: 2, 5: true}[5]", "true"},
        {"{true: 5}[true]", "5"},
        {"{true: 1, false: 2}[false]", "2"},
        {"{1: 1.0, 2: 2.0, 3: 3.0}[3.0]", "3.0"},
        {"{1: 1.0, 2: 2.0}[2.5]", "! {1: 1.0, 2: 2.0}[2.5] ! no such key"},
        {"{'n': 'x'}['n']", R"("x")"},
        {"{'n': 'x'}.n", R"("x")"},
        {"{'map': {'k': 'v'}, 'list': [1]}.map.k", R"("v")"},
        {"{0: 1}[1]", "! {0: 1}[1] ! no such key"},
        {"{'a': 1}.b", "! {'a': 1}.b ! no such key: 'b'"},
        {"{3.3: 1}", "! {3.3: 1} ! a key of a map cannot be float"},
        {"{null: 1}", "! {null: 1} ! a key of a map cannot be null"},
        {"{'a': 1, 'a': 2}", "! {'a': 1, 'a': 2} ! the map has the key 'a' twice"},
        {"{true: 1, false: 2, true: 3}[true]",
         "! {true: 1, false: 2, true: 3} ! two keys of the map are equal"},
        {"{1: 'a'}", "! {1: 'a'} ! a map whose keys are int stays inside the expression"},
        {"7 in {}", "false"},
        {"true in {true: 1}", "true"},
        {"1.0 in {1: 1} && !(3.1 in {3: 1})", "true"},
        {"'ant' in {'ant': 6} && !('bee' in {'ant': 6})", "true"},
        {"'b' in inputs.m && !('c' in inputs.m) && !(dyn(1) in inputs.m)", "true"},
        {"size({1: 'one', 2: 'two'})", "2"},
        {"inputs.m.size()", "2"},
        {"inputs.m.a + inputs.m['b']", "3.5"},
        {"inputs.j.rows[0].id", "1"},
        {"inputs.j.rows[1].id == 2", "true"},
        {"inputs.j['rows'][0]['id'] + 1", "2"},
        {"inputs['j'].text", R"("x")"},
        {"inputs.j.for", "3"},
        {"inputs.j['a-b']", "4"},
        {"inputs.j.rows.size()", "2"},
        {"inputs.j.text.id", "! inputs.j.text.id ! no such overload: string.id"},
        {"inputs.j.missing", "! inputs.j.missing ! no such key: 'missing'"},
        {"inputs.j.none == null", "true"},
        {"inputs.j", R"({"a-b":4,"for":3,"none":null,"rows":[{"id":1},{"id":2.0}],"text":"x"})"},
        {"item.x * 2", "8"},
        {"item", R"({"x":4})"},
        {"has({'a': 1}.a)", "true"},
        {"has({'a': 1}.b)", "false"},
        {"has({}.a)", "false"},
        {"has(inputs.j.rows) && has(inputs.j.none) && !has(inputs.j.missing)", "true"},
        {"has(inputs.o)", "true"},
        {"has(inputs.n)", "false"},
        {"has(item.x) && !has(item.y)", "true"},
        {"has(inputs.k.x)", "! has(inputs.k.x) ! no such overload: has(int.x)"},
        {"has(inputs.j.missing.deeper)", "! inputs.j.missing ! no such key: 'missing'"},
        {"inputs.file", "! inputs.file ! json cannot hold a file or folder"}});
}

TEST_CASE("fields of records have their own types") {
  hold({{"inputs.r.span == duration('1s')", "true"},
        {"inputs.r['at'] + inputs.r.span", R"("2026-01-31T10:20:31Z")"},
        {"inputs.r.file == inputs.file && inputs.r.file != inputs.other", "true"},
        {"inputs.r == inputs.r && size(inputs.r) == 6", "true"},
        {"inputs.r.o + 1", "4"},
        {"has(inputs.r.o) && !has(inputs.r.n)", "true"},
        {"'n' in inputs.r", "true"},
        {"string(inputs.r.span)", R"("1s")"},
        {"[inputs.r.span, inputs.r.at]", R"(["1s","2026-01-31T10:20:30Z"])"},
        {"inputs.r.zz", "! inputs.r.zz ! no such key: 'zz'"}});
}

TEST_CASE("a value of a union is that of its member") {
  hold({{"inputs.u == duration('1s')", "true"},
        {"inputs.u", R"("1s")"},
        {"inputs.r.u", R"("5ns")"},
        {"inputs.us[0] == timestamp('2026-01-31T10:20:30Z')", "true"},
        {"inputs.us[1] == '2026-01-31T10:20:30Z'", "true"},
        {"inputs.us[1] + inputs.us[2]", R"("2026-01-31T10:20:30Zx")"}});
}

TEST_CASE("what is written has the type that is wanted") {
  const char* cases[][3] = {
      {"inputs.u", "duration|int", R"({"$as":{"duration":1000000000}})"},
      {"7", "duration|int", R"({"$as":{"int":7}})"},
      {"duration('7s')", "duration|int", R"({"$as":{"duration":7000000000}})"},
      {"inputs.at", "datetime|string", R"({"$as":{"datetime":"2026-01-31T10:20:30.25Z"}})"},
      {"'2026-01-31T10:20:30Z'", "datetime|string", R"({"$as":{"string":"2026-01-31T10:20:30Z"}})"},
      {"dyn(1)", "bool|float", "1.0"},
      {"dyn(1)", "float|int", "1"},
      {"null", "bool|int|null", "null"},
      {"[dyn(1), 'a']", "list<int|string>", R"([1,"a"])"},
      {"[dyn(1)]", "list<int>|list<string>", "[1]"},
      {"[]", "list<int>|list<string>",
       "! [] ! the value does not fit: several members of list<int>|list<string> would take it"},
      {"dyn(true)", "duration|int", "! dyn(true) ! the value does not fit: expected duration|int, got true"},
      {"'red'", "enum<red>|string",
       "! 'red' ! the value does not fit: several members of enum<red>|string would take it"},
      {"inputs.b ? 5 : inputs.j", "duration",
       "! inputs.b ? 5 : inputs.j ! the value does not fit: expected duration, got 5"},
      {"inputs.b ? inputs.span : inputs.j", "int",
       "! inputs.b ? inputs.span : inputs.j ! the value does not fit: expected int, got \"1h30m\""},
      {"inputs.b ? inputs.at : inputs.j", "string",
       "! inputs.b ? inputs.at : inputs.j ! the value does not fit: expected string, got "
       "\"2026-01-31T10:20:30.25Z\""},
      {"{'a': 1, 'd': duration('1s'), 'j': duration('1s')}", "{record:{a:float,d:duration,j:json}}",
       R"({"a":1.0,"d":1000000000,"j":"1s"})"},
      {"{'a': 1, 'bb': 2}", "{record:{a:float,b:int?}}",
       "! {'a': 1, 'bb': 2} ! the value does not fit: there is no field 'bb'"}};
  for (auto& [expression, wanted, result] : cases) {
    CAPTURE(expression);
    CHECK(evaluated(expression, wanted) == result);
  }
}

TEST_CASE("the text of a value needs no check before") {
  const char* cases[][2] = {{"inputs.span", "1h30m"},
                            {"inputs.r.at", "2026-01-31T10:20:30Z"},
                            {"inputs.f * 2.0", "1.0"},
                            {"1.0 / 0.0", "inf"},
                            {"inputs.s", "h\u00e4\u00df"},
                            {"inputs.n", "(none)"},
                            {"inputs.l", "[3,1,2]"},
                            {"inputs.u", "1s"},
                            {"inputs.zz", "! inputs.zz ! 'inputs.zz' has no value"}};
  for (auto& [text, result] : cases) {
    CAPTURE(text);
    CHECK(evaluated_text(text) == result);
  }
}

TEST_CASE("conversions") {
  hold({{"int(-123.456)", "-123"},
        {"int(1.9)", "1"},
        {"int(-7.9)", "-7"},
        {"int(double(36028797018963969))", "36028797018963968"},
        {"int(9223372036854775807.0)",
         "! int(9223372036854775807.0) ! the float is outside the range of 64-bit integers"},
        {"int(-9223372036854775808.0)",
         "! int(-9223372036854775808.0) ! the float is outside the range of 64-bit integers"},
        {"int(1e99)", "! int(1e99) ! the float is outside the range of 64-bit integers"},
        {"int(0.0/0.0)", "! int(0.0/0.0) ! the float is outside the range of 64-bit integers"},
        {"int('987')", "987"},
        {"int('-9223372036854775808')", "-9223372036854775808"},
        {"int('9223372036854775808')", "! int('9223372036854775808') ! '9223372036854775808' is no int"},
        {"int(' 1')", "! int(' 1') ! ' 1' is no int"},
        {"int('1.0')", "! int('1.0') ! '1.0' is no int"},
        {"int('')", "! int('') ! '' is no int"},
        {"int(true)", "! int(true) ! no such overload: int(bool)"},
        {"int(timestamp('2004-09-16T23:59:59Z'))", "1095379199"},
        {"int(5)", "5"},
        {"double(1000000000000)", "1000000000000.0"},
        {"double(9223372036854775807) == 9223372036854775808.0", "true"},
        {"double('-987.654')", "-987.654"},
        {"double('6.02214e23')", "6.02214e+23"},
        {"double('123')", "123.0"},
        {"double('1,5')", "! double('1,5') ! '1,5' is no float"},
        {"double('0x10')", "! double('0x10') ! '0x10' is no float"},
        {"string(double('inf'))", R"("inf")"},
        {"double(5.5)", "5.5"},
        {"string(123)", R"("123")"},
        {"string(-456)", R"("-456")"},
        {"string(123.456)", R"("123.456")"},
        {"string(-4.5e-3)", R"("-0.0045")"},
        {"string(1.0)", R"("1.0")"},
        {"string(true)", R"("true")"},
        {"string('x')", R"("x")"},
        {"string(null)", "! string(null) ! no such overload: string(null)"},
        {"bool('1') && bool('t') && bool('true') && bool('TRUE') && bool('True')", "true"},
        {"bool('0') || bool('f') || bool('false') || bool('FALSE') || bool('False')", "false"},
        {"bool('TrUe')", "! bool('TrUe') ! 'TrUe' is no bool"},
        {"bool(true)", "true"},
        {"bool(1)", "! bool(1) ! no such overload: bool(int)"}});
}

TEST_CASE("datetimes and durations") {
  hold(
      {{"int(timestamp('2009-02-13T23:31:30Z'))", "1234567890"},
       {"string(timestamp('2009-02-13T23:31:30Z'))", R"("2009-02-13T23:31:30Z")"},
       {"string(timestamp('9999-12-31T23:59:59.999999999Z'))", R"("9999-12-31T23:59:59.999999999Z")"},
       {"string(timestamp(-62135596800))", R"("0001-01-01T00:00:00Z")"},
       {"timestamp(timestamp(1000000000)) == timestamp(1000000000)", "true"},
       {"timestamp('2024-01-01T02:00:00+02:00') == timestamp('2024-01-01T00:00:00Z')", "true"},
       {"string(duration('1000000s'))", R"("1000000s")"},
       {"string(duration('1m1ms'))", R"("60.001s")"},
       {"string(duration('-1.5h'))", R"("-5400s")"},
       {"string(duration('-1ns'))", R"("-0.000000001s")"},
       {"string(duration('0'))", R"("0s")"},
       {"duration('+1h30m') == duration('90m')", "true"},
       {"duration('60s') == duration('3600s')", "false"},
       {"timestamp('2009-02-13T23:00:00Z') + duration('240s') == timestamp('2009-02-13T23:04:00Z')", "true"},
       {"duration('120s') + timestamp('2009-02-13T23:01:00Z') == timestamp('2009-02-13T23:03:00Z')", "true"},
       {"string(timestamp('0001-01-01T00:00:01.000000001Z') + duration('-999999999ns'))",
        R"("0001-01-01T00:00:00.000000002Z")"},
       {"string(timestamp('0001-01-01T00:00:01.999999999Z') + duration('999999999ns'))",
        R"("0001-01-01T00:00:02.999999998Z")"},
       {"string(timestamp('2009-02-13T23:10:00Z') - duration('600s'))", R"("2009-02-13T23:00:00Z")"},
       {"timestamp('2009-02-13T23:31:00Z') - timestamp('2009-02-13T23:29:00Z') == duration('120s')", "true"},
       {"duration('600s') + duration('50s') - duration('42s') == duration('608s')", "true"},
       {"duration('200s') < duration('300s') && duration('300s') >= duration('300s')", "true"},
       {"timestamp('2009-02-13T23:59:00Z') > timestamp('2009-02-13T23:00:00Z')", "true"},
       {"timestamp('1969-12-31T23:59:59.5Z') < timestamp('1969-12-31T23:59:59.6Z')", "true"},
       {"timestamp('2009-02-13T23:31:30Z').getFullYear()", "2009"},
       {"timestamp('2009-02-13T23:31:30Z').getMonth()", "1"},
       {"timestamp('2009-02-13T23:31:30Z').getDate()", "13"},
       {"timestamp('2009-02-13T23:31:30Z').getDayOfMonth()", "12"},
       {"timestamp('2009-02-13T23:31:30Z').getDayOfWeek()", "5"},
       {"timestamp('2009-02-13T23:31:30Z').getDayOfYear()", "43"},
       {"timestamp('2024-12-31T00:00:00Z').getDayOfYear()", "365"},
       {"timestamp('1969-12-28T23:00:00Z').getDayOfWeek()", "0"},
       {"timestamp('1969-12-28T23:00:00Z').getHours()", "23"},
       {"timestamp('2009-02-13T23:31:30Z').getMinutes()", "31"},
       {"timestamp('2009-02-13T23:31:30Z').getSeconds()", "30"},
       {"timestamp('2009-02-13T23:31:20.123456789Z').getMilliseconds()", "123"},
       {"timestamp('2009-02-13T23:31:30Z').getDayOfMonth('+11:00')", "13"},
       {"timestamp('2009-02-13T02:00:00Z').getDayOfMonth('-02:30')", "11"},
       {"timestamp('2009-02-13T23:31:30Z').getFullYear('-09:30')", "2009"},
       {"timestamp('2009-02-13T23:31:30Z').getHours('02:00')", "1"},
       {"timestamp('2009-02-13T23:31:30Z').getMonth('UTC')", "1"},
       {"timestamp('0001-01-01T00:00:00Z').getFullYear('-01:00')", "0"},
       {"duration('10000s').getHours()", "2"},
       {"duration('3730s').getMinutes()", "62"},
       {"duration('3730s').getSeconds()", "3730"},
       {"duration('123.321456789s').getMilliseconds()", "321"},
       {"inputs.at.getMilliseconds()", "250"},
       {"inputs.at + inputs.span > inputs.at", "true"},
       {"inputs.span.getMinutes()", "90"},
       {"inputs.span", R"("1h30m")"},
       {"inputs.at", R"("2026-01-31T10:20:30.25Z")"},
       {"timestamp('0000-01-01T00:00:00Z')",
        "! timestamp('0000-01-01T00:00:00Z') ! '0000-01-01T00:00:00Z' is no datetime of the years 0001 to "
        "9999"},
       {"timestamp(-62135596801)",
        "! timestamp(-62135596801) ! the datetime is outside the range of the years 0001 to 9999"},
       {"timestamp(253402300800)",
        "! timestamp(253402300800) ! the datetime is outside the range of the years 0001 to 9999"},
       {"timestamp(9223372036854775807)",
        "! timestamp(9223372036854775807) ! the datetime is outside the range of the years 0001 to 9999"},
       {"timestamp('9999-12-31T23:59:59.999999999Z') + duration('1ns')",
        "! timestamp('9999-12-31T23:59:59.999999999Z') + duration('1ns') ! the datetime is outside the range "
        "of "
        "the years 0001 to 9999"},
       {"timestamp('0001-01-01T00:00:00Z') - duration('1ns')",
        "! timestamp('0001-01-01T00:00:00Z') - duration('1ns') ! the datetime is outside the range of the "
        "years "
        "0001 to 9999"},
       {"timestamp('9999-12-31T23:59:59Z') - timestamp('0001-01-01T00:00:00Z')",
        "! timestamp('9999-12-31T23:59:59Z') - timestamp('0001-01-01T00:00:00Z') ! the result is outside the "
        "range "
        "of durations, about 292 years"},
       {"duration('9000000000s') + duration('9000000000s')",
        "! duration('9000000000s') + duration('9000000000s') ! the result is outside the range of durations, "
        "about "
        "292 years"},
       {"duration('-9000000000s') - duration('9000000000s')",
        "! duration('-9000000000s') - duration('9000000000s') ! the result is outside the range of "
        "durations, about "
        "292 years"},
       {"duration('320000000000s')", "! duration('320000000000s') ! '320000000000s' is no duration"},
       {"duration('1d')", "! duration('1d') ! '1d' is no duration"},
       {"duration('1')", "! duration('1') ! '1' is no duration"},
       {"duration('')", "! duration('') ! '' is no duration"},
       {"inputs.at.getHours('Europe/Paris')",
        "! inputs.at.getHours('Europe/Paris') ! 'Europe/Paris' is no time zone that wf knows in expressions"},
       {"inputs.at.getHours('+2:00')",
        "! inputs.at.getHours('+2:00') ! '+2:00' is no time zone that wf knows in expressions"}});
}

TEST_CASE("results take the form of the type that is wanted") {
  CHECK(evaluated("inputs.span", "duration") == "5400000000000");
  CHECK(evaluated("[inputs.span]", "list<duration>") == "[5400000000000]");
  CHECK(evaluated("1", "float") == "1.0");
  CHECK(evaluated("inputs.n", "int?") == "null");
  CHECK(evaluated("inputs.file", "file") == cat(R"({"$blob":")", sha256("1").text(), R"("})"));
  CHECK(evaluated("inputs.files + [inputs.file]", "list<file>") ==
        cat(R"([{"$blob":")", sha256("2").text(), R"("},{"$blob":")", sha256("1").text(), R"("}])"));
  CHECK(evaluated("inputs.j.text", "int") ==
        R"(! inputs.j.text ! the value does not fit: expected int, got "x")");
  CHECK(evaluated("[1, 'x']", "list<int>") ==
        R"(! [1, 'x'] ! the value does not fit: [1]: expected int, got "x")");
  CHECK(evaluated("inputs.o", "int") == "7");
  CHECK(evaluated("inputs.n", "int") == "! inputs.n ! the value does not fit: expected int, got null");
  CHECK(evaluated(R"('\x00')", "string").starts_with(R"(! '\x00' ! the value does not fit)"));
  CHECK(evaluated("inputs.e == 'fast' ? 'slow' : 'fast'", "enum<fast|slow>") == R"("slow")");
}
