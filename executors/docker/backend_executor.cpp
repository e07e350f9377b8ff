#include "executors/docker/backend_executor.hpp"

#include "core/base/error.hpp"
#include "core/engine/cause.hpp"

namespace wf {

BackendExecutor::BackendExecutor(Backend backend, EventLoop& loop, Executor& local, MakeContainers containers)
    : backend_(backend),
      loop_(loop),
      local_(local),
      make_(std::move(containers)),
      alive_(std::make_shared<int>(0)) {}

void BackendExecutor::open() {
  if (!containers_) containers_ = make_();
}

std::string_view BackendExecutor::kind(const Task& task) const {
  return is_in_container(backend_, task) ? k_container_kind : local_.kind(task);
}

std::array<std::string_view, k_resource_count> BackendExecutor::keeps_limits(const Task& task) const {
  return is_in_container(backend_, task) && containers_ ? containers_->keeps_limits(task) : local_.keeps_limits(task);
}

void BackendExecutor::start(const AttemptSpec& spec, std::function<void(const ExitRecord&)> ended) {
  if (!is_in_container(backend_, *spec.task)) return local_.start(spec, std::move(ended));
  try {
    open();
  } catch (const Error& error) {
    ExitRecord record;
    record.id = spec.id;
    record.start_error = with_hint(error);
    record.start_may_work = true;
    return loop_.post([alive = std::weak_ptr<int>(alive_), ended = std::move(ended), record] {
      if (!alive.expired()) ended(record);
    });
  }
  contained_.insert(spec.id);
  containers_->start(spec, [this, ended = std::move(ended)](const ExitRecord& record) {
    contained_.erase(record.id);
    ended(record);
  });
}

void BackendExecutor::stop(std::uint64_t id, std::int64_t grace_ns) {
  (contained_.contains(id) ? *containers_ : local_).stop(id, grace_ns);
}

}  // namespace wf
