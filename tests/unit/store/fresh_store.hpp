// A store in a folder of its own, which goes away with it.
#pragma once
#include <fcntl.h>

#include <cstdlib>
#include <memory>
#include <string>

#include "core/base/error.hpp"
#include "core/base/file.hpp"
#include "core/base/text.hpp"
#include "core/store/store.hpp"

namespace wf::test {

struct FreshStore {
  FreshStore() {
    std::string pattern = "/tmp/wf-unit-XXXXXX";
    folder = ::mkdtemp(pattern.data());
    reopen(Access::create);
  }
  FreshStore(const FreshStore&) = delete;
  FreshStore& operator=(const FreshStore&) = delete;
  ~FreshStore() {
    store.reset();
    remove_tree(folder);
  }

  void reopen(Access access) {
    store.reset();
    store = Store::open(cat(folder, "/store"), access, clock);
  }
  Database& database() { return store->database(); }
  BlobStore& blobs() { return store->blobs(); }
  void record(const NewBlob& blob) {
    blobs().sync();
    Transaction transaction(database(), Transaction::Mode::write);
    blobs().record(database(), blob);
    transaction.commit();
  }
  std::string write(const std::string& name, std::string_view bytes) const {
    std::string path = cat(folder, '/', name);
    write_all(open_file(path, O_WRONLY | O_CREAT | O_TRUNC).get(), bytes, path);
    return path;
  }

  SystemClock clock;
  std::string folder;
  std::unique_ptr<Store> store;
};

// The code of the Error that `action` throws, "" when it throws none.
template <typename Action>
std::string code_of(Action action) {
  try {
    action();
  } catch (const Error& error) {
    return std::string(error.code().id);
  }
  return {};
}

}  // namespace wf::test
