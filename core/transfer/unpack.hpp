// A bundle as a store of its own, verified as a store is: what is taken from it is then taken as from any
// other.
#pragma once
#include <memory>
#include <string>
#include <vector>

#include "core/store/store.hpp"
#include "core/transfer/manifest.hpp"

namespace wf::transfer {

struct Unpacked {
  Manifest manifest;
  std::unique_ptr<Store> store;
  std::vector<NewBlob> held;  // files that no row of the store that they are for speaks of yet
};

// `folder` is for the new store. Files go to where `objects` keeps them, which may be another store's: then
// they are written but once. Throws what is wrong with the bundle; what was written by then a collection of
// garbage removes.
enum class Objects { own, of_target };
Unpacked unpack_bundle(const std::string& path, const std::string& folder, Store& target, Objects objects);

}  // namespace wf::transfer
