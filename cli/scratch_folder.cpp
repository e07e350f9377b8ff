#include "cli/scratch_folder.hpp"

#include <csignal>
#include <cstdlib>

#include "core/base/error.hpp"
#include "core/base/file.hpp"
#include "core/base/text.hpp"
#include "core/registry/lend.hpp"

namespace wf::cli {

ScratchFolder::ScratchFolder() : block_({SIGINT, SIGTERM, SIGHUP}) {
  const char* given = std::getenv("TMPDIR");
  std::string parent = given != nullptr && *given != '\0' ? absolute_path(given) : "/tmp";
  path_ = cat(parent, "/wf-scratch-XXXXXX");
  if (::mkdtemp(path_.data()) == nullptr) throw_errno("make a folder in", parent);
}

void ScratchFolder::remove() const {
  try {
    remove_tree(path_);
  } catch (const Error&) {
    // What a task has left unremovable stays where temporary files are.
  }
}

std::unique_ptr<Store> ScratchFolder::make_empty_store(const Context& context,
                                                       const std::string& name) const {
  return Store::open(cat(path_, '/', name), Access::create, context.clock);
}

std::unique_ptr<Store> ScratchFolder::make_store(const Context& context, const std::string& name) const {
  std::unique_ptr<Store> store = make_empty_store(context, name);
  add_scope(*store, context.scope());
  return store;
}

}  // namespace wf::cli
