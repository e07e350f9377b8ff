#include "core/catalog/reference.hpp"

#include <doctest/doctest.h>

#include "core/base/error.hpp"

using namespace wf;

TEST_CASE("references: parse and text are inverses") {
  for (const char* text : {"wf:default/development/nightly/split/train",
                           "wf:a-b/staging/01a2000b-2a14-7000-aa55-8c6c9965f29e/score[3]/page_2",
                           "wf://01a2000b-2a14-7000-aa55-8c6c9965f29e/p/d/12345678/inputs/x",
                           "wf:p/d/8c6c9965f29e/outputs/report"}) {
    CAPTURE(text);
    DataReference reference = DataReference::parse(text);
    CHECK(reference.text() == text);
    CHECK(DataReference::parse(reference.text()) == reference);
  }
}

TEST_CASE("references: parts") {
  DataReference reference = DataReference::parse("wf:p/d/nightly/score[10]/page");
  CHECK(reference.project == "p");
  CHECK(reference.run == "nightly");
  CHECK(reference.node == NodePath{"score", 10});
  CHECK_FALSE(reference.store);
}

TEST_CASE("references: what is none is refused") {
  for (const char* text :
       {"", "wf:", "wf:p/d/r/n", "wf:p/d/r/n/o/x", "wf:P/d/r/n/o", "wf:p/d//n/o", "wf:p/d/r/n[]/o",
        "wf:p/d/r/n[-1]/o", "wf:p/d/r/n[01]/o", "wf:p/d/r/n[1/o", "wf:p/d/r/Node/o", "wf:p/d/r/inputs[0]/o",
        "wf:p/d/r/n/O", "wf://store/p/d/r/n/o", "wf://01a2000b-2a14-7000-aa55-8c6c9965f29e", "p/d/r/n/o"}) {
    CAPTURE(text);
    CHECK_THROWS_AS(DataReference::parse(text), Error);
  }
}

TEST_CASE("paths of nodes") {
  CHECK(NodePath::parse("score")->text() == "score");
  CHECK(NodePath::parse("score[0]")->text() == "score[0]");
  for (const char* text : {"", "1a", "a b", "a[", "a[]", "a[x]", "a[1]b", "a[99999999999999999999]"}) {
    CAPTURE(text);
    CHECK_FALSE(NodePath::parse(text));
  }
}
