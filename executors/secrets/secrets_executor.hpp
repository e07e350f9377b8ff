// Attempts of tasks with secrets: these are fetched before the attempt is handed to the executor behind, and
// when it has ended what it left is searched for them. All others are handed on as they are.
#pragma once
#include <atomic>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <unordered_map>

#include "core/base/clock.hpp"
#include "core/base/event_loop.hpp"
#include "core/base/file.hpp"
#include "core/base/worker_pool.hpp"
#include "core/engine/executor.hpp"
#include "core/secrets/secrets.hpp"

namespace wf {

// What an attempt says that could not have a secret.
std::string secret_failure(const Error& error);

class SecretsExecutor final : public Executor {
 public:
  // All of it must outlive this.
  SecretsExecutor(Executor& real, EventLoop& loop, const Clock& clock, Secrets& secrets);
  SecretsExecutor(const SecretsExecutor&) = delete;
  SecretsExecutor& operator=(const SecretsExecutor&) = delete;
  ~SecretsExecutor() override;

  MachineResources machine() const override { return real_.machine(); }
  std::string_view kind(const Task& task) const override { return real_.kind(task); }
  std::array<std::string_view, k_resource_count> keeps_limits(const Task& task) const override {
    return real_.keeps_limits(task);
  }
  void start(const AttemptSpec& spec, std::function<void(const ExitRecord&)> ended) override;
  ProcessIdentity identity(std::uint64_t id) const override { return real_.identity(id); }
  void stop(std::uint64_t id, std::int64_t grace_ns) override;

 private:
  // An attempt that the executor behind does not have: not yet, or not any more.
  struct Held {
    AttemptSpec spec;
    std::function<void(const ExitRecord&)> ended;
    std::int64_t end_ns =
        0;  // by the awake clock, of its time, which runs while they are fetched, too; 0: it has none
    TimerId timer = {};  // for that
  };
  struct Fetched {
    std::shared_ptr<const GivenSecrets> given;
    std::string failure;
    bool may_work = false;  // another time
  };

  Fetched fetch(const Task& task);
  std::shared_ptr<const GivenSecrets> given(std::vector<std::string> environment,
                                            const std::vector<std::string>& values);
  void on_fetched(std::uint64_t id, const Fetched& fetched);
  void search(const Held& held, const ExitRecord& record);
  std::optional<Held> take_fetching(std::uint64_t id);
  void time_out(std::uint64_t id);
  static ExitRecord refusal(std::string reason);
  void refuse(const Held& held, ExitRecord record);

  Executor& real_;
  EventLoop& loop_;
  const Clock& clock_;
  Secrets& secrets_;
  Fd over_;  // an eventfd, once one is fetched: readable when nobody waits for them any more
  std::unordered_map<std::uint64_t, Held> fetching_;
  std::unordered_map<std::uint64_t, std::shared_ptr<std::atomic<bool>>> searching_;  // true: it is to stop
  std::mutex given_mutex_;                                                           // over the next
  std::map<std::vector<std::string>, std::shared_ptr<const GivenSecrets>> given_;    // by their environment
  std::shared_ptr<int> alive_;  // posted work looks whether the executor still exists
  WorkerPool fetchers_;         // the last: their jobs use the others
  WorkerPool searchers_;
};

}  // namespace wf
