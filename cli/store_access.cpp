#include "cli/store_access.hpp"

#include <unistd.h>

#include <csignal>

#include "cli/output.hpp"
#include "cli/settings.hpp"
#include "core/base/file.hpp"
#include "core/base/process.hpp"
#include "core/base/text.hpp"
#include "core/store/codes.hpp"

namespace wf::cli {

StoreLocation locate_store(const Context& context) {
  const Settings& settings = context.settings();
  std::vector<SettingValue> values = settings.values(setting_key(k_store_setting));
  const std::string& passed_over = settings.project_folder().passed_over;
  if (values.empty()) {
    throw Error(codes::k_store_not_found, "there is no store: no '.wf' here or above, and HOME is not set",
                "make one with 'wf init', or name one with --store DIR or WF_STORE=DIR");
  }
  const SettingValue& named = values.front();
  return {store_folder(named.text, named.origin),
          cat(named.origin, named.layer < Layer::project ? "" : passed_over)};
}

std::unique_ptr<Store> open_store(const Context& context, Access access) {
  StoreLocation location = locate_store(context);
  if (access != Access::read_only && context.globals.verbose) {
    print_error(cat("store: ", location.path, " (", location.reason, ")\n"));
  }
  return Store::open(location.path, access, context.clock);
}

std::unique_ptr<Store> open_receiving_store(const Context& context, Apply apply,
                                            std::optional<ScratchFolder>& scratch) {
  const bool is_there = apply == Apply::yes || Store::exists_at(locate_store(context).path);
  return is_there ? open_store(context, Access::create)
                  : scratch.emplace().make_empty_store(context, "empty");
}

StoreToRead::StoreToRead(const Context& context) {
  std::string path = locate_store(context).path;
  if (Store::exists_at(path))
    store_ = Store::open(path, Access::read_only, context.clock);
  else
    store_ = scratch_.emplace().make_empty_store(context, "empty");
  if (scratch_) heed_signals();
}

StoreToRead::~StoreToRead() {
  if (!heeding_.joinable()) return;
  signals_->stop_from_any_thread();
  heeding_.join();
}

void StoreToRead::heed_signals() {
  EventLoop& loop = signals_.emplace();
  for (int number : {SIGINT, SIGTERM, SIGHUP}) {
    if (is_signal_ignored(number)) continue;
    loop.on_signal(number, [this, number](const SignalEvent&) {
      scratch_->remove();
      die_of_signal(number);
    });
  }
  heeding_ = std::thread([&loop] { loop.run(); });
}

}  // namespace wf::cli
