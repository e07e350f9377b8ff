#include <doctest/doctest.h>
#include <fcntl.h>
#include <unistd.h>

#include <chrono>

#include "core/base/error.hpp"
#include "core/base/file.hpp"
#include "core/base/text.hpp"
#include "core/definition/load.hpp"

using namespace wf;

namespace {

// A file in a folder of its own that goes away with it.
class Scratch {
 public:
  Scratch() {
    std::string pattern = "/tmp/wf-definition-XXXXXX";
    REQUIRE(::mkdtemp(pattern.data()) != nullptr);
    folder_ = pattern;
  }
  Scratch(const Scratch&) = delete;
  Scratch& operator=(const Scratch&) = delete;
  ~Scratch() { remove_tree(folder_); }
  std::string write(const std::string& name, std::string_view text) const {
    std::string path = cat(folder_, "/", name);
    write_all(open_file(path, O_WRONLY | O_CREAT | O_TRUNC).get(), text, path);
    return path;
  }

 private:
  std::string folder_;
};

LoadedDefinition load(std::string_view text) {
  Scratch scratch;
  return load_definition(scratch.write("w.yaml", text));
}

std::string codes(std::string_view text) {
  std::vector<std::string> out;
  for (const Diagnostic& item : load(text).diagnostics.sorted()) out.emplace_back(item.code);
  return join(out, " ");
}

constexpr std::string_view k_small = R"yaml(wf: v1
name: small
inputs: {ks: {type: list<int>, default: [1, 2]}, who: {type: string, default: 1.10}}
tasks:
  greet:
    inputs: {k: int, who: string, at: {type: duration, default: 5m}, note: "string?"}
    outputs: {text: file, size: int}
    command: [sh, -c, 'echo $$(x) > "$1"', "$$x", $outputs.text, "n=$( inputs.k )", $inputs.who]
    env: {MODE: no, K: $inputs.k}
    cache: {version: 1.10, ignore: {inputs: [who], parts: [env, command]}}
  show:
    inputs: {all: list<file>, table: json}
    script: cat in/all/*
nodes:
  greet: {task: greet, map: {k: $inputs.ks}, with: {who: $inputs.who}}
  show: {task: show, with: {all: $greet.text, table: {sizes: $greet.size, one: [1, 2.0, $inputs.who]}}}
outputs: {sizes: $greet.size, first: [$greet.size, $inputs.ks], title: "for $(inputs.who)"}
)yaml";

}  // namespace

TEST_CASE("frozen: a canonical form and its digest") {
  LoadedDefinition loaded = load(k_small);
  REQUIRE(loaded.workflow);
  std::string text = canonical_form(*loaded.workflow).canonical();
  CHECK(
      text ==
      R"x({"inputs":{"ks":{"default":[1,2],"type":"list<int>"},"who":{"default":"1.10","type":"string"}},)x"
      R"x("name":"small","nodes":{"greet":{"map":{"k":{"ref":"inputs.ks"}},"task":"greet","with":{"who":)x"
      R"x({"ref":"inputs.who"}}},"show":{"task":"show","with":{"all":{"ref":"greet.text"},"table":{"map":)x"
      R"x({"one":{"list":[{"value":1},{"value":2.0},{"ref":"inputs.who"}]},"sizes":{"ref":"greet.size"}}}}}},)x"
      R"x("outputs":{"first":{"list":[{"ref":"greet.size"},{"ref":"inputs.ks"}]},"sizes":{"ref":"greet.size"},)x"
      R"x("title":{"text":["for ",{"ref":"inputs.who"}]}},"tasks":{"greet":{"cache":{"ignore_inputs":["who"],)x"
      R"x("ignore_parts":["command","env"],"version":"1.10"},"command":["sh","-c","echo $(x) > \"$1\"","$x",)x"
      R"x({"ref":"outputs.text"},{"text":["n=",{"ref":"inputs.k"}]},{"ref":"inputs.who"}],"env":{"K":)x"
      R"x({"ref":"inputs.k"},"MODE":"no"},"inputs":{"at":{"default":300000000000,"type":"duration"},"k":)x"
      R"x({"type":"int"},"note":{"type":"string?"},"who":{"type":"string"}},"outputs":{"size":{"type":"int"},)x"
      R"x("text":{"type":"file"}}},"show":{"inputs":{"all":{"type":"list<file>"},"table":{"type":"json"}},)x"
      R"x("script":"cat in/all/*"}},"wf":"v1"})x");
  CHECK(version_digest(text) == sha256("wf-version-1\n" + text));
  CHECK(version_digest(text).hex() == "2adcff510763eb2ffbbfa1bcdde2ffdf2053c6d54eeb43fbc770d6af8a71fc5a");
}

TEST_CASE("the canonical form leads back to the same model") {
  LoadedDefinition loaded = load(k_small);
  REQUIRE(loaded.workflow);
  Json canonical = canonical_form(*loaded.workflow);
  Workflow back = workflow_from_canonical(Json::parse(canonical.canonical(), "test"));
  CHECK(canonical_form(back).canonical() == canonical.canonical());
  REQUIRE(back.outputs.size() == 3);
  CHECK(back.outputs[0].name == "first");
  CHECK(back.outputs[0].type.text() == "list<list<int>>");
  CHECK(back.outputs[2].type.text() == "string");
  CHECK_THROWS_AS(workflow_from_canonical(Json::parse(R"({"wf":"v1"})", "test")), Error);
  CHECK_THROWS_AS(workflow_from_canonical(Json::parse("[]", "test")), Error);
}

TEST_CASE("an alias bomb ends within the budget of time") {
  std::string text = "wf: v1\nname: bomb\na: &a [x, x, x, x, x, x, x, x, x]\n";
  for (char c = 'b'; c <= 'z'; ++c) {
    text += cat(c, ": &", c, " [");
    for (int i = 0; i < 9; ++i) text += cat(i == 0 ? "" : ", ", "*", static_cast<char>(c - 1));
    text += "]\n";
  }
  auto begin = std::chrono::steady_clock::now();
  CHECK(codes(text) == "WF-E1012");
  CHECK(std::chrono::steady_clock::now() - begin < std::chrono::milliseconds(50));
}

TEST_CASE("depth is bounded, through aliases too") {
  CHECK(codes(std::string(100'000, '[')) == "WF-E1013");
  std::string text = "a0: &a0 [x]\n";
  for (int i = 1; i < 80; ++i) text += cat("a", i, ": &a", i, " [*a", i - 1, "]\n");
  CHECK(codes(text) == "WF-E1013");
  CHECK(codes("a: &a [*a]\n") == "WF-E1011");
  CHECK(codes("a: &a {b: {c: *a}}\n") == "WF-E1011");
}

TEST_CASE("limits are those given") {
  Scratch scratch;
  std::string path = scratch.write("w.yaml", k_small);
  CHECK(load_definition(path, {100, 1000, 64}).diagnostics.sorted()[0].code == "WF-E1014");
  CHECK(load_definition(path, {10000, 20, 64}).diagnostics.sorted()[0].code == "WF-E1012");
  CHECK(load_definition(path, {10000, 1000, 3}).diagnostics.sorted()[0].code == "WF-E1013");
}

TEST_CASE("no text is too strange to be answered") {
  for (std::string_view text : {"",
                                "\n",
                                "# only\n",
                                "---\n",
                                "...\n",
                                "null\n",
                                "[]",
                                "{}",
                                "x",
                                "? [a]\n: b\n",
                                "? a\n",
                                "null: x\n",
                                "&a\n",
                                "*a\n",
                                "!!x y\n",
                                "\"",
                                "'",
                                "%YAML 1.2\n---\nwf: v1\n",
                                "\xef\xbb\xbf",
                                "- a\n- b\n",
                                "a: |\n",
                                ": :\n",
                                "{a",
                                "[a",
                                "}",
                                "a: b: c",
                                "\t",
                                "a:\n\t- b\n",
                                "&a &a x",
                                "&a x\n&a y\n",
                                "@",
                                "`",
                                "%",
                                "\x80",
                                "\x01",
                                "a: \"\\x00\"",
                                "a: \"\\u0000\"",
                                "a\rb",
                                "{? : }",
                                "[? ]",
                                "- - - a",
                                "<<: *x",
                                "a: &b",
                                "? ? ? x"}) {
    CAPTURE(text);
    LoadedDefinition loaded = load(text);
    CHECK_FALSE(loaded.workflow);
    CHECK(loaded.diagnostics.has_errors());
    for (const Diagnostic& item : loaded.diagnostics.sorted()) CHECK_FALSE(render(item).empty());
  }
  CHECK_FALSE(load(std::string("wf: v1\nname: '") + std::string(1 << 20, 'x') + "'\n").workflow);
}

TEST_CASE("line ends and a byte order mark change nothing") {
  std::string crlf = "\xef\xbb\xbf";
  for (char c : k_small) crlf += c == '\n' ? std::string("\r\n") : std::string(1, c);
  auto digest = [](std::string_view text) {
    return version_digest(canonical_form(load(text).workflow.value()).canonical());
  };
  CHECK(digest(crlf) == digest(k_small));
}

TEST_CASE("an inputs file is read by the core schema") {
  Scratch scratch;
  InputsFile file = read_inputs_file(scratch.write("i.yaml", "a: 1\nb: [x, 1.5, no, .inf]\nc: {d: null}\n"));
  REQUIRE(file.values.size() == 3);
  CHECK(file.values[1].second.canonical() == R"(["x",1.5,"no",{"$f":"inf"}])");
  CHECK(file.values[2].second.canonical() == R"({"d":null})");
  CHECK_FALSE(file.diagnostics.has_errors());
  CHECK(read_inputs_file(scratch.write("j.json", R"({"a": {"b": "c"}})")).values.size() == 1);
  CHECK(read_inputs_file(scratch.write("k.yaml", "a: 1\na: 2\n")).diagnostics.has_errors());
  CHECK(read_inputs_file(scratch.write("l.yaml", "[1]\n")).diagnostics.has_errors());
}
