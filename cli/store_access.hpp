// How commands reach the store that the user means.
#pragma once
#include <memory>

#include "cli/context.hpp"
#include "core/store/store.hpp"

namespace wf::cli {

// The store of this command. Where none exists yet and `access` is create, the user's own store is made; a
// store that was named but is absent is an error that says how to make it. A command that writes names its
// store on stderr (-v).
std::unique_ptr<Store> open_store(const Context& context, Access access);
StoreLocation locate_store(const Context& context);

}  // namespace wf::cli
