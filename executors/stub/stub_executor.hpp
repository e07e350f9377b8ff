// Attempts that run nothing: the outputs of stubbed tasks are written as they were made up. All others are
// handed on to the executor behind it.
#pragma once
#include <functional>
#include <memory>

#include "core/base/clock.hpp"
#include "core/base/event_loop.hpp"
#include "core/engine/executor.hpp"
#include "executors/stub/stub_values.hpp"

namespace wf {

class StubExecutor final : public Executor {
 public:
  // All of it must outlive this; `blobs` holds the contents of the stubs.
  StubExecutor(Executor& real, EventLoop& loop, const Clock& clock, const Stubs& stubs, BlobStore& blobs);

  // Nothing has to be shared by what does not run.
  MachineResources machine() const override;
  std::string_view kind(const Task& task) const override { return real_.kind(task); }
  std::array<std::string_view, k_resource_count> keeps_limits(const Task& task) const override {
    return real_.keeps_limits(task);
  }
  void start(const AttemptSpec& spec, std::function<void(const ExitRecord&)> ended) override;
  ProcessIdentity identity(std::uint64_t id) const override { return real_.identity(id); }
  void stop(std::uint64_t id, std::int64_t grace_ns) override { real_.stop(id, grace_ns); }

 private:
  Executor& real_;
  EventLoop& loop_;
  const Clock& clock_;
  const Stubs& stubs_;
  BlobStore& blobs_;
  std::shared_ptr<int> alive_;  // posted work looks whether the executor still exists
};

}  // namespace wf
