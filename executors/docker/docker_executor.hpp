// Attempts as containers of an engine that speaks Docker's API.
//
// An attempt has one container, of its own name, that is never used again. The engine is asked to create it, to start
// it, to say when it has ended, and to remove it; each may be asked again where no answer came, and changes nothing
// then. How a command ended is what its shim wrote into the attempt's folder, which survives the engine. Containers
// outlive a driver that is killed: the next one takes them over.
#pragma once
#include <functional>
#include <memory>
#include <set>
#include <string>
#include <unordered_map>

#include "core/base/clock.hpp"
#include "core/base/event_loop.hpp"
#include "core/base/worker_pool.hpp"
#include "core/engine/environments.hpp"
#include "core/engine/executor.hpp"
#include "executors/docker/container_spec.hpp"
#include "executors/docker/inheritance.hpp"
#include "executors/local/log_watch.hpp"

namespace wf {

struct DockerOptions {
  EngineAddress address;
  std::string store;           // its id, or the folder that goes with it
  std::string inputs;          // the folder in which inputs are laid out
  Inheritance::Past past;      // of the run
  MachineResources machine{};  // of the engine
  std::function<bool(const ContainerInfo&)> is_left_over =
      {};  // of other runs; what it says is removed; empty: nothing
};

class DockerExecutor final : public Executor {
 public:
  // Speaks with the engine: throws Error(k_no_engine) where none answers. All must outlive it.
  DockerExecutor(EventLoop& loop, const Clock& clock, DockerOptions options);
  DockerExecutor(const DockerExecutor&) = delete;
  DockerExecutor& operator=(const DockerExecutor&) = delete;
  // Closes it.
  ~DockerExecutor() override;

  // When nothing more is to be run: removes what there is still of the run, without calling `ended`. What may
  // be left, and why; "": nothing.
  std::string close();

  MachineResources machine() const override { return options_.machine; }
  std::string_view kind(const Task&) const override { return k_container_kind; }
  std::array<std::string_view, k_resource_count> keeps_limits(const Task& task) const override;
  void start(const AttemptSpec& spec, std::function<void(const ExitRecord&)> ended) override;
  ProcessIdentity identity(std::uint64_t) const override { return {}; }
  void stop(std::uint64_t id, std::int64_t grace_ns) override;

 private:
  struct Attempt;
  using Handle = void (DockerExecutor::*)(Attempt&, const EngineReply&);
  struct Question {
    std::string method;
    std::string path;
    Handle then = nullptr;
    Json body = {};
    std::int64_t timeout_ns = Engine::k_patience_ns;
    // What is done where the engine says that it has failed: it is asked again, as where it says nothing, or
    // told.
    enum class Faults { repeated, told } faults = Faults::repeated;
    std::string body_file = {};    // instead of the body: an archive
    std::string answer_file = {};  // takes the answer
  };
  // A folder that is sent to a container, and what comes back.
  struct Errand {
    std::string folder;
    std::string inside;                  // where it is there
    std::vector<std::string> only = {};  // names of what is sent; empty: all
    bool comes_back = true;
  };

  void prepare(Attempt& attempt);
  void hide_secrets(Attempt& attempt, ContainerPipes& pipes);
  void take_over(Attempt& attempt, const Heirloom& heirloom);
  void ask(Attempt& attempt, Question question);
  static Question inspection(const Attempt& attempt);
  void ask_again(Attempt& attempt, const Question& question, const EngineReply& reply);
  void on_created(Attempt& attempt, const EngineReply& reply);
  void create(Attempt& attempt, const ContainerPipes& pipes);
  void send(Attempt& attempt);
  void send_packed(Attempt& attempt);
  void on_sent(Attempt& attempt, const EngineReply& reply);
  void attach(Attempt& attempt);
  void detach(Attempt& attempt);
  void begin(Attempt& attempt);
  void on_started(Attempt& attempt, const EngineReply& reply);
  void await(Attempt& attempt);
  void on_ended(Attempt& attempt, const EngineReply& reply);
  void fetch(Attempt& attempt);
  void on_fetched(Attempt& attempt, const EngineReply& reply);
  void conclude(Attempt& attempt);
  void work(Attempt& attempt, std::function<void()> job, void (DockerExecutor::*then)(Attempt&));
  std::vector<Errand> errands_of(const Attempt& attempt) const;
  bool copies() const { return ground_.folders == ContainerGround::Folders::copied; }
  void on_inspected(Attempt& attempt, const EngineReply& reply);
  void begin_time(Attempt& attempt);
  void signal(Attempt& attempt, std::string_view name);
  void give_up_after(Attempt& attempt, std::int64_t grace_ns);
  void give_up(Attempt& attempt);
  void refuse(Attempt& attempt, std::string reason);
  void finish(Attempt& attempt, ExitRecord record);
  void deliver(std::uint64_t id);
  void place_shim();

  EventLoop& loop_;
  const Clock& clock_;
  DockerOptions options_;
  Engine engine_;
  Inheritance inheritance_;
  ContainerGround ground_;
  LogWatch logs_;
  bool used_ = false;    // there may be containers of this driver, or of an earlier one
  bool silent_ = false;  // the engine gave no answer when it was asked last
  std::unordered_map<std::uint64_t, std::unique_ptr<Attempt>> attempts_;
  std::shared_ptr<int> alive_;  // what is called later looks whether the executor still exists
  WorkerPool packers_{2};
};

}  // namespace wf
