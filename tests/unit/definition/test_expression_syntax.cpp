// Reading expressions: what is refused and where, the paths in them, and the limits.
#include "expression_support.hpp"

using namespace wf;
using namespace wf::test;

namespace {

// "PART ! MESSAGE > HINT"
std::string refused(std::string_view text) {
  auto parsed = parse_expression(text);
  const auto* fault = std::get_if<ExpressionFault>(&parsed);
  if (fault == nullptr) return "it is fine";
  std::string_view part =
      trim(text).substr(std::min(fault->span.offset, trim(text).size()), fault->span.length);
  return cat(part, " ! ", fault->message, fault->hint.empty() ? "" : cat(" > ", fault->hint));
}

std::string repeated(std::string_view part, int times) {
  std::string out;
  for (int i = 0; i < times; ++i) out += part;
  return out;
}

}  // namespace

TEST_CASE("texts that are no expressions") {
  const char* cases[][2] = {
      {"", " ! expected a value, found the end"},
      {"1 +", " ! expected a value, found the end"},
      {"(1", " ! expected ')', found the end"},
      {"[1, 2", " ! expected ',' or ']', found the end"},
      {"{'a' 1}", "1 ! expected ':' and the value of this key, found '1'"},
      {"size(1,)", ") ! expected an argument, found ')'"},
      {"1 2", "2 ! expected an operator or the end, found '2'"},
      {"a.", " ! expected the name of a field, found the end"},
      {"a ? 1", " ! expected ':' and what else the value is, found the end"},
      {"a ? b ? 1 : 2 : 3", "? ! expected ':' and what else the value is, found '?'"},
      {"a = 1", "= ! expected an operator or the end, found '=' > write =="},
      {"a and b", "and ! expected an operator or the end, found 'and' > write &&"},
      {"not a", "not ! 'not' means nothing in CEL > write !"},
      {"x == None", "None ! 'None' means nothing in CEL > write null"},
      {"a & b", "& ! '&' means nothing in an expression > write &&"},
      {"a; b", "; ! ';' means nothing in an expression"},
      {"ä", "ä ! 'ä' means nothing in an expression"},
      {"$inputs.k > 1", "$inputs.k ! names in an expression have no '$' of their own > write inputs.k"},
      {"1 + $(inputs.k)",
       "$ ! names in an expression have no '$' of their own > write inputs.name or node.output"},
      {"for == 1", "for ! 'for' is a reserved word of CEL > give the input, output or node another name"},
      {"if a", "if ! 'if' is a reserved word of CEL > write CONDITION ? A : B"},
      {"a.in", "in ! 'in' is a word of CEL, not a field > write [\"in\"]"},
      {"in + 1", "in ! expected a value, found 'in'"},
      {"1u", "1u ! wf leaves unsigned integers out of CEL > write 1"},
      {"0xFFu", "0xFFu ! wf leaves unsigned integers out of CEL > write 0xFF"},
      {"1_000", "1_000 ! '1_000' is no number > write 1000, 0x3e8, 1.5 or 1e-3; a text stands in quotes"},
      {"12ab", "12ab ! '12ab' is no number > write 1000, 0x3e8, 1.5 or 1e-3; a text stands in quotes"},
      {"1.", " ! expected the name of a field, found the end"},
      {"9223372036854775808",
       "9223372036854775808 ! '9223372036854775808' is outside the range of 64-bit integers > write it as a "
       "float: "
       "with a fraction, or as 1e20"},
      {"0x8000000000000000",
       "0x8000000000000000 ! '0x8000000000000000' is outside the range of 64-bit integers > write it as a "
       "float: with "
       "a fraction, or as 1e20"},
      {"1 - 1e999", "1e999 ! '1e999' is outside the range of double precision"},
      {"b'abc'", "b ! wf leaves bytes out of CEL > write a string, without the b"},
      {"1 + rb'abc'", "rb ! wf leaves bytes out of CEL > write a string, without the b"},
      {"Point{x: 1}", "{ ! wf leaves messages out of CEL > write a map: {\"key\": value}"},
      {"a.`b-c`", "` ! '`' means nothing in an expression > write [\"name\"] for a key that is no word"},
      {"has(a)", "has(a) ! has() takes one field > write has(a.b), or \"key\" in a"},
      {"has(a['k' + 'l'])", "has(a['k' + 'l']) ! has() takes one field > write has(a.b), or \"key\" in a"},
      {"has(a.b, c.d)", "has(a.b, c.d) ! has() takes one field > write has(a.b), or \"key\" in a"},
      {"'open",
       "'open ! this text is not closed by ' > add the quote; a text over several lines stands in \"\"\" "
       "\"\"\""},
      {"'two\nlines'",
       "'two ! this text is not closed by ' > add the quote; a text over several lines stands in \"\"\" "
       "\"\"\""},
      {"'''open''", "'''open'' ! this text is not closed by '''"}};
  for (auto& [text, fault] : cases) {
    CAPTURE(text);
    CHECK(refused(text) == fault);
  }
  for (const char* escape :
       {R"(\s)", R"(\x4)", R"(\u12g4)", R"(\ud83d)", R"(\U00110000)", R"(\400)", R"(\18)"}) {
    CAPTURE(escape);
    CHECK(refused(cat("'ab", escape, "'")).find("is no escape") != std::string::npos);
  }
  CHECK(refused("'a\xff'") == "\xff ! the expression is not valid UTF-8");
  CHECK(refused("  \n a + $b ") == "$b ! names in an expression have no '$' of their own > write b");
}

TEST_CASE("an expression keeps its text and where its parts stand") {
  auto expression = std::get<Expression>(parse_expression(" \n best.accuracy >  0.9\t"));
  CHECK(expression.text() == "best.accuracy >  0.9");
  CHECK(expression == std::get<Expression>(parse_expression("best.accuracy >  0.9")));
  CHECK_FALSE(expression == std::get<Expression>(parse_expression("best.accuracy > 0.9")));
}

TEST_CASE("references are the paths of names") {
  auto paths = [](std::string_view text) {
    auto expression = std::get<Expression>(parse_expression(text));
    std::string out;
    for (const auto& [reference, span] : references(expression)) {
      out += cat(out.empty() ? "" : " ", reference.root, ".", reference.name);
      for (const std::string& step : reference.path) out += cat("/", step);
      out += cat("@", expression.text().substr(span.offset, span.length));
    }
    return out;
  };
  CHECK(paths("best.accuracy > 0.9") == "best.accuracy@best.accuracy");
  CHECK(paths("inputs.table.rows[0].id + 1") == "inputs.table/rows/0/id@inputs.table.rows[0].id");
  CHECK(paths("a['key']['x']") == "a.key/x@a['key']['x']");
  CHECK(paths("a.b[c.d].e") == "a.b@a.b c.d@c.d");
  CHECK(paths("[a.b, {c.d: e.f}, has(g.h)]") == "a.b@a.b c.d@c.d e.f@e.f g.h@g.h");
  CHECK(paths("a.b.size() > size(c.d)") == "a.b@a.b c.d@c.d");
  CHECK(paths("item + 1") == "item.@item");
  CHECK(paths("a.b + a.b") == "a.b@a.b a.b@a.b");
  CHECK(paths("1 + 1") == "");
}

TEST_CASE("what CEL asks every implementation to read is read") {
  CHECK(evaluated(cat(repeated("(", 32), "7", repeated(")", 32))) == "7");
  CHECK(evaluated(cat(repeated("!", 32), "true")) == "true");
  CHECK(evaluated(cat(repeated("-", 32), "19")) == "19");
  CHECK(evaluated(cat("size(", repeated("[", 12), "0", repeated("]", 12), ")")) == "1");
  CHECK(evaluated(cat("size(", repeated("{0: ", 12), "1", repeated("}", 12), ")")) == "1");
  CHECK(evaluated(cat(repeated("[", 12), "5", repeated("]", 12), repeated("[0]", 12))) == "5");
  CHECK(evaluated(cat(repeated("true ? true : ", 24), "false")) == "true");
  CHECK(evaluated(cat(repeated("int(", 12), "7", repeated(")", 12))) == "7");
  CHECK(evaluated(cat(repeated("false || ", 2000), "true")) == "true");
  CHECK(evaluated(cat(repeated("1 + ", 2000), "1")) == "2001");
  CHECK(evaluated(cat("[", repeated("1, ", 5000), "1].size()")) == "5001");
}

TEST_CASE("texts without end are refused at once") {
  for (const char* part : {"(", "-", "!", "[", "{", "a.", "a[", "a?b:", "{1:", "f(", "a||", "'"}) {
    CAPTURE(part);
    CHECK(refused(repeated(part, 1'000'000)).find("bytes, more than 65536") != std::string::npos);
    CHECK(refused(repeated(part, 20'000)) != "it is fine");
  }
  CHECK(refused(cat(repeated("(", 65), "1", repeated(")", 65))).find("nested more than 64 deep") !=
        std::string::npos);
  CHECK(refused(cat(repeated("-", 65), "a.b")).find("nested more than 64 deep") != std::string::npos);
  CHECK(refused(cat("a.b", repeated(".c", 64))).find("nested more than 64 deep") != std::string::npos);
  CHECK(refused(cat("a.b", repeated(".c", 63))) == "it is fine");
}

TEST_CASE("an evaluation has a price") {
  CHECK(evaluated("1 + 1", "json", 4) == "2");
  CHECK(evaluated("1 + 1", "json", 1).find("costs more than is allowed") != std::string::npos);
  std::string text = cat("'", repeated("a", 1000), "'");
  CHECK(evaluated(cat("size(", text, ")"), "json", 1000).find("costs more than is allowed") !=
        std::string::npos);
  CHECK(evaluated("inputs.l == inputs.l", "json", 6).find("costs more than is allowed") != std::string::npos);
  CHECK(evaluated("[1, 2, 3, 4] + [5]", "json", 8).find("costs more than is allowed") != std::string::npos);
  // Not even what decides makes it unseen.
  CHECK(evaluated(cat("size(", text, ") > 1 || true"), "json", 1000).find("costs more") != std::string::npos);
  CHECK(evaluated(cat("'a'.matches('", repeated("(x|y)", 20), "')"), "json", 1500).find("costs more") !=
        std::string::npos);
}

TEST_CASE("regular expressions are bounded") {
  CHECK(evaluated(cat("'a'.matches('", repeated("a", 1001), "')")).find("more than 1000 bytes") !=
        std::string::npos);
  CHECK(evaluated("'a'.matches('((a{100}){100}){100}')").find("is no regular expression") !=
        std::string::npos);
  CHECK(evaluated(cat("'a'.matches('", repeated("(a{1000})", 40), "')")) != "true");
  std::string hard = cat("'", repeated("a", 5000), "'.matches('^(a|aa|a?)*b$')");
  CHECK(evaluated(hard) == "false");
  CHECK(evaluated(R"('x'.matches(r'(.)\1'))").find("is no regular expression") != std::string::npos);
}
