#include "cli/store_access.hpp"

#include <unistd.h>

#include "cli/output.hpp"
#include "core/base/file.hpp"
#include "core/base/text.hpp"

namespace wf::cli {

StoreLocation locate_store(const Context& context) {
  return find_store({context.globals.store, absolute_path(".")});
}

std::unique_ptr<Store> open_store(const Context& context, Access access) {
  StoreLocation location = locate_store(context);
  if (access != Access::read_only && context.globals.verbose) {
    print_error(cat("store: ", location.path, " (", location.reason, ")\n"));
  }
  return Store::open(location.path, access, context.clock);
}

}  // namespace wf::cli
