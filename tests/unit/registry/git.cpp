#include "core/registry/git.hpp"

#include <doctest/doctest.h>

using wf::strip_credentials;

TEST_CASE("a remote's address loses what may be secret and nothing else") {
  CHECK(strip_credentials("https://user:tok@example.org/a/b.git") == "https://example.org/a/b.git");
  CHECK(strip_credentials("https://tok@example.org/a?access_token=x#y") == "https://example.org/a");
  CHECK(strip_credentials("https://a:p@ss@example.org/x") == "https://example.org/x");
  CHECK(strip_credentials("ssh://git@example.org:22/a.git") == "ssh://example.org:22/a.git");
  CHECK(strip_credentials("git@example.org:a/b.git") == "example.org:a/b.git");
  CHECK(strip_credentials("https://example.org/a@b") == "https://example.org/a@b");
  CHECK(strip_credentials("/srv/git/a@b.git") == "/srv/git/a@b.git");
  CHECK(strip_credentials("../me@home") == "../me@home");
  CHECK(strip_credentials("file:///srv/a.git") == "file:///srv/a.git");
}
