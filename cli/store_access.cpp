#include "cli/store_access.hpp"

#include <poll.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <array>
#include <csignal>

#include "cli/output.hpp"
#include "cli/settings.hpp"
#include "core/base/file.hpp"
#include "core/base/pipe.hpp"
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

StoreToRead::StoreToRead(const Context& context) {
  std::string path = locate_store(context).path;
  if (Store::exists_at(path))
    store_ = Store::open(path, Access::read_only, context.clock);
  else
    store_ = scratch_.emplace().make_empty_store(context, "empty");
  if (scratch_) heed_signals();
}

StoreToRead::~StoreToRead() {
  over_.reset();
  if (heeding_.joinable()) heeding_.join();
}

void StoreToRead::heed_signals() {
  Pipe pipe = make_pipe(Reader::waits);
  over_ = std::move(pipe.write);
  heeding_ = std::thread([this, over = std::move(pipe.read)] {
    sigset_t ending;
    ::sigemptyset(&ending);
    for (int number : {SIGINT, SIGTERM, SIGHUP})
      if (!is_signal_ignored(number)) ::sigaddset(&ending, number);
    const Fd signals(::signalfd(-1, &ending, SFD_CLOEXEC));
    std::array<pollfd, 2> either{{{signals.get(), POLLIN, 0}, {over.get(), POLLIN, 0}}};
    while (::poll(either.data(), either.size(), -1) < 0) continue;
    signalfd_siginfo info{};
    if (either[0].revents == 0 || ::read(signals.get(), &info, sizeof info) != sizeof info) return;
    scratch_->remove();
    const int number = static_cast<int>(info.ssi_signo);
    std::signal(number, SIG_DFL);
    ::pthread_sigmask(SIG_UNBLOCK, &ending, nullptr);
    ::raise(number);
  });
}

}  // namespace wf::cli
