#include "core/store/blob_store.hpp"

#include <doctest/doctest.h>
#include <unistd.h>

#include <thread>

#include "core/base/codes.hpp"
#include "core/store/check.hpp"
#include "core/store/codes.hpp"
#include "tests/unit/store/fresh_store.hpp"

using namespace wf;
using namespace wf::test;

namespace {

const std::string k_small = "small";
const std::string k_large(100'000, 'L');
const std::string k_huge(5'000'001, 'H');

// As decay does it: nothing but the bytes tells.
void damage(const std::string& path, std::string_view bytes) {
  ::chmod(path.c_str(), 0644);
  write_all(open_file(path, O_WRONLY | O_TRUNC).get(), bytes, path);
  ::chmod(path.c_str(), 0444);
  const std::array<timespec, 2> times{{{1, 0}, {1, 0}}};
  ::utimensat(AT_FDCWD, path.c_str(), times.data(), 0);
}

mode_t mode_of(const std::string& path) { return lstat_if_exists(path)->st_mode & 07777U; }

}  // namespace

TEST_CASE("bytes and files of every size come back whole") {
  FreshStore fresh;
  CHECK(sha256("") == k_empty_digest);
  for (const std::string& content : {std::string(), k_small, k_large, k_huge}) {
    NewBlob blob = fresh.blobs().take_file(fresh.write("in", content));
    CHECK(blob.digest == sha256(content));
    CHECK(blob.bytes.has_value() == (content.size() <= k_database_blob_limit));
    fresh.record(blob);
    fresh.record(fresh.blobs().take_bytes(content));
    CHECK(fresh.blobs().read(blob.digest) == content);
    CHECK(fresh.blobs().size_of(blob.digest) == static_cast<std::int64_t>(content.size()));
    CHECK(fresh.blobs().verify(blob.digest, VerifyDepth::contents) == BlobState::present);
    if (!content.empty())
      CHECK(fresh.blobs().read_tail(blob.digest, 2) == content.substr(content.size() - 2));
    std::string out = cat(fresh.folder, "/out", content.size());
    fresh.blobs().copy_to(blob.digest, out, 0444);
    CHECK(read_file(out) == content);
    CHECK(mode_of(out) == 0444);
  }
  CHECK(list_folder(fresh.store->path() + "/tmp").empty());
}

TEST_CASE("files in the store are read-only") {
  FreshStore fresh;
  NewBlob blob = fresh.blobs().take_bytes(k_large);
  CHECK(mode_of(fresh.blobs().file_path(blob.digest)) == 0444);
}

TEST_CASE("a blob without a row does not exist, and a file that has gone is refused by record") {
  FreshStore fresh;
  NewBlob blob = fresh.blobs().take_bytes(k_large);
  CHECK(fresh.blobs().verify(blob.digest, VerifyDepth::quick) == BlobState::missing);
  CHECK(code_of([&] { fresh.blobs().read(blob.digest); }) == codes::k_blob_missing.id);
  ::unlink(fresh.blobs().file_path(blob.digest).c_str());
  CHECK(code_of([&] { fresh.record(blob); }) == codes::k_blob_missing.id);
}

TEST_CASE("damage is seen, and making the blob again heals it") {
  FreshStore fresh;
  NewBlob large = fresh.blobs().take_bytes(k_large);
  NewBlob small = fresh.blobs().take_bytes(k_small);
  fresh.record(large);
  fresh.record(small);
  std::string path = fresh.blobs().file_path(large.digest);
  damage(path, std::string(k_large.size(), 'x'));
  fresh.database().execute("UPDATE blob SET data = CAST('SMALL' AS BLOB) WHERE place = 'database'");
  CHECK(fresh.blobs().verify(large.digest, VerifyDepth::quick) == BlobState::present);
  CHECK(fresh.blobs().verify(large.digest, VerifyDepth::contents) == BlobState::damaged);
  CHECK(fresh.blobs().verify(small.digest, VerifyDepth::quick) == BlobState::damaged);
  CHECK(code_of([&] { fresh.blobs().read(large.digest); }) == codes::k_blob_damaged.id);
  CHECK(code_of([&] { fresh.blobs().read(small.digest); }) == codes::k_blob_damaged.id);

  fresh.record(fresh.blobs().take_bytes(k_large));
  fresh.record(fresh.blobs().take_bytes(k_small));
  CHECK(fresh.blobs().read(large.digest) == k_large);
  CHECK(fresh.blobs().read(small.digest) == k_small);

  damage(path, "short");
  CHECK(fresh.blobs().verify(large.digest, VerifyDepth::quick) == BlobState::damaged);
  fresh.record(fresh.blobs().take_bytes(k_large));
  CHECK(fresh.blobs().read(large.digest) == k_large);
}

TEST_CASE("recording clears a condemnation") {
  FreshStore fresh;
  NewBlob blob = fresh.blobs().take_bytes(k_small);
  fresh.record(blob);
  fresh.database().execute("UPDATE blob SET condemned_us = 1");
  fresh.record(blob);
  Statement& row = fresh.database().statement("SELECT condemned_us FROM blob");
  ResetLater reset(row);
  REQUIRE(row.bind().step());
  CHECK(row.is_null(0));
}

TEST_CASE("a folder comes back with its modes, links and empty folders") {
  FreshStore fresh;
  std::string in = fresh.folder + "/in";
  make_folders(in + "/deep/empty");
  fresh.write("in/deep/a", k_large);
  ::chmod(fresh.write("in/run", "#!/bin/sh\n").c_str(), 0755);
  REQUIRE(::symlink("deep/a", (in + "/link").c_str()) == 0);
  std::vector<NewBlob> blobs = fresh.blobs().take_folder(in);
  for (const NewBlob& blob : blobs) fresh.record(blob);
  Digest tree = blobs.back().digest;
  CHECK(tree == sha256(render_tree(scan_tree(in))));

  std::string out = fresh.folder + "/out";
  fresh.blobs().copy_folder_to(tree, out, 0444, 0555);
  CHECK(render_tree(scan_tree(out)) == render_tree(scan_tree(in)));
  CHECK(mode_of(out) == 0555);
  CHECK(mode_of(out + "/deep/empty") == 0555);
  CHECK(mode_of(out + "/run") == 0555);
  CHECK(mode_of(out + "/deep/a") == 0444);
  CHECK(fresh.blobs().verify_folder(tree, VerifyDepth::contents) == BlobState::present);
  ::unlink(fresh.blobs().file_path(sha256(k_large)).c_str());
  CHECK(fresh.blobs().verify_folder(tree, VerifyDepth::quick) == BlobState::missing);
}

TEST_CASE("a manifest cannot write through a link") {
  FreshStore fresh;
  NewBlob target = fresh.blobs().take_bytes("/tmp");
  NewBlob manifest = fresh.blobs().take_bytes(
      render_tree({{'l', target.digest, "a", 0}, {'f', target.digest, "a/wf-escaped", 0}}));
  fresh.record(target);
  fresh.record(manifest);
  CHECK(code_of([&] { fresh.blobs().copy_folder_to(manifest.digest, fresh.folder + "/out", 0444, 0555); }) ==
        codes::k_bad_tree.id);
}

TEST_CASE("fifos are refused without waiting for a writer") {
  FreshStore fresh;
  std::string fifo = fresh.folder + "/in";
  REQUIRE(::mkfifo(fifo.c_str(), 0600) == 0);
  CHECK(code_of([&] { fresh.blobs().take_file(fifo); }) == codes::k_special_file.id);
}

TEST_CASE("many threads may take the same and different files") {
  FreshStore fresh;
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&, t] {
      for (int i = 0; i < 20; ++i)
        fresh.blobs().take_bytes(std::string(20'000, static_cast<char>('a' + (i + t) % 20)));
    });
  }
  for (std::thread& thread : threads) thread.join();
  fresh.blobs().sync();
  std::size_t files = 0;
  for (const std::string& name : list_folder(fresh.store->path() + "/objects")) {
    files += list_folder(cat(fresh.store->path(), "/objects/", name)).size();
  }
  CHECK(files == 20);
}

TEST_CASE("the check names what is wrong and what made it") {
  FreshStore fresh;
  CHECK(check_store(*fresh.store, VerifyDepth::contents).empty());
  NewBlob large = fresh.blobs().take_bytes(k_large);
  fresh.record(large);
  fresh.database()
      .statement("INSERT INTO run_input_blob VALUES ('p', 'd', ?1, ?2, 'table', '')")
      .bind(large.digest, new_uuid4())
      .run();
  fresh.database().statement("INSERT INTO version VALUES (?1, 'w', '{}', 0)").bind(sha256("other")).run();
  fresh.database()
      .statement("INSERT INTO version_blob VALUES (?1, ?2)")
      .bind(sha256("other"), sha256("none"))
      .run();
  damage(fresh.blobs().file_path(large.digest), std::string(k_large.size(), 'x'));
  CHECK(check_store(*fresh.store, VerifyDepth::quick).size() == 2);
  std::vector<Finding> findings = check_store(*fresh.store, VerifyDepth::contents);
  REQUIRE(findings.size() == 3);
  CHECK(findings[0].problem.find(sha256("none").hex()) != std::string::npos);
  CHECK(findings[1].object.find(sha256("other").text()) != std::string::npos);
  CHECK(findings[2].object == cat("blob ", large.digest.text()));
  CHECK(findings[2].produced.find("inputs/table") != std::string::npos);
}
