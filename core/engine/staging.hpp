// An attempt's working folder, environment and arguments, by the task's contract (wf-workflow(5)). The same
// on every backend: paths are relative to the working folder.
#pragma once
#include <optional>
#include <set>
#include <stop_token>
#include <string>
#include <unordered_map>
#include <vector>

#include "core/base/file.hpp"
#include "core/definition/model.hpp"
#include "core/definition/value.hpp"
#include "core/engine/executor.hpp"
#include "core/engine/records.hpp"
#include "core/store/blob_store.hpp"

namespace wf {

// Inputs laid out once for a run: RUN/in/<digest>[.d], read-only, copied and never linked to the store.
// Attempts see symbolic links to them. What a task could still do to them as their owner is noticed: see
// changed().
class StagedInputs {
 public:
  // In a folder of that name in the run's.
  StagedInputs(std::string run_folder, BlobStore& blobs, std::string_view name = "in");

  // The absolute path of the content, copied there on first use.
  const std::string& path_of(const Digest& digest, bool directory);

  // The same in three steps, for what would hold the caller up: begin(), carry_out() by any thread, end().
  // Until then others that need it wait.
  enum class Standing { absent, pending, laid_out };
  Standing standing_of(const Content& content) const;
  struct Laying {
    std::string name;
    std::string path;
    CopyPlan plan;
  };
  Laying begin(const Content& content);
  // What tells later whether it was changed. Throws as wf::carry_out().
  static std::string carry_out(const Laying& laying, const std::stop_token& stop);
  // nullopt: it was not carried out; what is half there is removed.
  void end(const Laying& laying, std::optional<std::string> signature);
  // Lays the content out from another store than its own, which has it no more.
  void take(BlobStore& blobs, const Content& content);
  // Whether inode, size, mtime or ctime of anything at that staged path moved since it was laid out; once
  // changed, always changed, and the next path_of() of its digest lays it out anew.
  bool changed(const std::string& path);
  // Where the content is laid out; nullptr: it is not.
  const std::string* find(const Content& content) const;
  // Removes it from there; the next path_of() lays it out again.
  void drop(const Content& content);

 private:
  const std::string& lay_out(BlobStore& blobs, const Content& content);
  Laying plan(BlobStore& blobs, const Content& content) const;

  std::string folder_;
  BlobStore& blobs_;
  std::unordered_map<std::string, std::string> paths_;  // by name in the folder
  std::unordered_map<std::string, std::string>
      signatures_;  // by path: every file and folder in it; "" when changed
  std::set<std::string> pending_;  // names that are being laid out
};

struct PreparedAttempt {
  AttemptSpec spec;
  std::vector<std::string> inputs;  // the staged paths it sees
};

// What differs from one attempt to the next. Of a task that keeps checkpoints `checkpoint` is where they are; empty: in
// the attempt's own folder, so that nothing is kept.
struct AttemptContext {
  std::string name;
  std::string folder;                                // as AttemptFolders made it
  std::string path;                                  // PATH
  const std::vector<const Json*>* values = nullptr;  // one for each input of the task
  std::vector<std::pair<std::string, std::string>> variables = {};  // what it has of the machine
  std::string checkpoint = {};
  RunSandbox sandbox = {};
};

// Whether a task can be given such values at all: throws Error(k_bad_staging) when one cannot be handed over (a string
// with NUL or over 64 KiB, a map key that is no file name, null inside text). Nothing is laid out.
void check_staging(const Task& task, const std::vector<const Json*>& values);

// Lays out in/, out/ and the sources, and builds argv and environment. Throws as check_staging().
PreparedAttempt prepare_attempt(const Task& task, const AttemptContext& context, StagedInputs& staged,
                                BlobStore& blobs);

std::string working_folder(const std::string& attempt_folder);

// How to run an attempt by hand, as a shell would take it; its secrets are to stand in variables of that shell.
std::string manual_command(const AttemptSpec& spec);

}  // namespace wf
