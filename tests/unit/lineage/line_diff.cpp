#include "core/base/line_diff.hpp"

#include <doctest/doctest.h>

#include "core/base/text.hpp"

using namespace wf;

TEST_CASE("line diff: equal texts have no difference") {
  CHECK(unified_diff("", "").empty());
  CHECK(unified_diff("a\nb\n", "a\nb\n").empty());
}

TEST_CASE("line diff: what diff -u says") {
  CHECK(unified_diff("", "a\n") == "@@ -0,0 +1 @@\n+a\n");
  CHECK(unified_diff("a\n", "") == "@@ -1 +0,0 @@\n-a\n");
  CHECK(unified_diff("a\nb\nc\n", "a\nx\nc\n") == "@@ -1,3 +1,3 @@\n a\n-b\n+x\n c\n");
  CHECK(unified_diff("a\n", "a") == "@@ -1 +1 @@\n-a\n+a\n\\ No newline at end of file\n");
  CHECK(unified_diff("a\nb\nc\nd\n", "b\nd\ne\n") == "@@ -1,4 +1,3 @@\n-a\n b\n-c\n d\n+e\n");
}

TEST_CASE("line diff: changes far apart have hunks of their own, near ones share one") {
  CHECK(unified_diff("1\n2\n3\n4\n5\n6\n7\n8\n9\n", "x\n2\n3\n4\n5\n6\n7\n8\ny\n") ==
        "@@ -1,4 +1,4 @@\n-1\n+x\n 2\n 3\n 4\n@@ -6,4 +6,4 @@\n 6\n 7\n 8\n-9\n+y\n");
  CHECK(unified_diff("1\n2\n3\n4\n5\n6\n7\n", "x\n2\n3\n4\n5\n6\ny\n") ==
        "@@ -1,7 +1,7 @@\n-1\n+x\n 2\n 3\n 4\n 5\n 6\n-7\n+y\n");
}

TEST_CASE("line diff: long texts with nothing in common are replaced as a whole") {
  std::string before = "same\n";
  std::string after = "same\n";
  for (int i = 0; i < 3000; ++i) {
    before += cat("a", i, "\n");
    after += cat("b", i, "\n");
  }
  std::string diff = unified_diff(before, after);
  CHECK(diff.starts_with("@@ -1,3001 +1,3001 @@\n same\n-a0\n-a1\n"));
  CHECK(diff.ends_with("+b2998\n+b2999\n"));
}
