// Judges the system calls of one sandboxed attempt: what it reads, and what it does that it has not declared.
#pragma once
#include <optional>
#include <string>

#include "core/base/call_filter.hpp"
#include "executors/local/path_walk.hpp"
#include "executors/local/sandbox_places.hpp"
#include "executors/local/watched_calls.hpp"

namespace wf {

// bubblewrap is executed first, and then, when all is set up, the task.
enum class TaskStage { preparing, executing, begun, failed };

class AccessJudge {
 public:
  AccessJudge(std::shared_ptr<const SandboxSpec> spec, std::vector<SandboxPlace> places);

  // 0: let it happen, though what keeps the sandbox may refuse it all the same; else the error it is to end with.
  int judge(const CallListener& listener, const WaitingCall& call);

  const SandboxRecord& record() const { return record_; }
  SandboxRecord& record() { return record_; }
  // Under `full`: how far the task itself came, and whether it has ended by itself.
  TaskStage stage() const { return stage_; }
  bool has_exited() const { return exited_; }

 private:
  struct Call;

  std::optional<FoundPath> place_of(const Call& call, int folder, int path, LastLink last);
  std::optional<FoundPath> place_of(const Call& call);
  int judge_open(const Call& call, std::uint64_t flags);
  int judge_open_how(const Call& call);
  int judge_open_place(const FoundPath& place, std::uint64_t flags);
  int judge_execute(const Call& call);
  int judge_link(const Call& call);
  int judge_rename(const Call& call);
  int judge_address(const Call& call);
  std::optional<int> judge_beginning(const Call& call);
  int judge_change(const Call& call);
  std::optional<std::string> interpreter_of(const std::string& program) const;

  enum class Note { yes, no };
  int needs_read(const FoundPath& place, Note note = Note::yes);
  int needs_write(const std::string& holder, const std::string& path);
  int undeclared(const std::string& path, bool writes);
  bool is_private(const std::string& holder, bool writes) const;
  void note_read(const FoundPath& place, const SandboxPlace& in);
  void note(std::string path, SandboxRecord::Source source);

  std::shared_ptr<const SandboxSpec> spec_;
  SandboxPlaces places_;
  std::string work_;  // without links
  SandboxRecord record_;
  pid_t thread_ = 0;     // whose call is judged
  bool hidden_ = false;  // nobody could read what it means
  TaskStage stage_;
  int executions_ = 0;
  std::string main_;   // the process of the task itself
  std::string words_;  // of bubblewrap, which it has until it is the task
  bool exited_ = false;
};

}  // namespace wf
