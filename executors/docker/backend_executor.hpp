// Hands each attempt to the executor that its run and its task ask for: a process of this machine, or a container.
#pragma once
#include <functional>
#include <memory>
#include <optional>
#include <set>

#include "core/base/event_loop.hpp"
#include "core/engine/environments.hpp"
#include "core/engine/executor.hpp"
#include "executors/docker/docker_executor.hpp"

namespace wf {

class BackendExecutor final : public Executor {
 public:
  // Makes the executor for containers when the first attempt needs it; may throw, which fails that attempt.
  using MakeContainers = std::function<std::unique_ptr<DockerExecutor>()>;

  // All must outlive it.
  BackendExecutor(Backend backend, EventLoop& loop, Executor& local, MakeContainers containers);
  BackendExecutor(const BackendExecutor&) = delete;
  BackendExecutor& operator=(const BackendExecutor&) = delete;

  // Makes it now: an earlier driver may have left some. Throws what that throws.
  void open();

  MachineResources machine() const override { return local_.machine(); }
  std::string_view kind(const Task& task) const override;
  std::array<std::string_view, k_resource_count> keeps_limits(const Task& task) const override;
  void start(const AttemptSpec& spec, std::function<void(const ExitRecord&)> ended) override;
  ProcessIdentity identity(std::uint64_t id) const override { return local_.identity(id); }
  void stop(std::uint64_t id, std::int64_t grace_ns) override;
  // As DockerExecutor::close; "" where no attempt was in a container.
  std::string close() { return containers_ ? containers_->close() : std::string(); }

 private:
  Backend backend_;
  EventLoop& loop_;
  Executor& local_;
  MakeContainers make_;
  std::unique_ptr<DockerExecutor> containers_;
  std::set<std::uint64_t> contained_;  // attempts that were handed to it
  std::shared_ptr<int> alive_;         // posted work looks whether the executor still exists
};

}  // namespace wf
