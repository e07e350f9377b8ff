// Looking for results that exist already.
#pragma once
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <variant>
#include <vector>

#include "core/engine/plan.hpp"
#include "core/engine/records.hpp"
#include "core/store/store.hpp"

namespace wf {

// What an execution needs: a task, and a value for each of its inputs, in the task's order.
struct CacheQuestion {
  const PlanTask* task = nullptr;
  std::vector<const Json*> values;
  CacheUse use = CacheUse::reuse;  // where the run as a whole does not refresh
};

struct CachedResult {
  Uuid artifact;
  Uuid producer;  // the run that made it
  std::vector<OutputValue> outputs;
  std::vector<std::string> temporary;  // of these, those that were so where they were made
};

struct CacheAnswer {
  // What to offer the coming result under; none when the task's results are not cached.
  std::optional<CacheOffer> offer;
  // A result with all of the task's outputs, each a value of its type with its bytes.
  std::optional<CachedResult> hit;
};

class CacheReader {
 public:
  // `store` is the caller's thread's. Bytes are checked to `depth` before a result counts. With `refresh`
  // nothing is found, and all is to be replaced.
  CacheReader(Store& store, Scope scope, CacheUse use, VerifyDepth depth);

  // What to offer a coming result under; none when the task's results are not cached.
  std::optional<CacheOffer> offer(const CacheQuestion& question) const;
  CacheAnswer ask(const CacheQuestion& question, std::optional<CacheOffer> offer);
  // One answer for each question. Many questions are shared with a second thread and a connection of its own:
  // when everything is cached, a run is as fast as this.
  std::vector<CacheAnswer> ask(std::span<const CacheQuestion> questions);
  // A result that is known to be one of this task, whatever the cache says; nullopt when not all of it is
  // there.
  std::optional<CachedResult> read(const Uuid& artifact, const Task& task) const;
  // Whether it was made in something else than the run makes it in, and that counts.
  bool is_from_elsewhere(const Uuid& artifact, const PlanTask& task) const {
    return is_from_elsewhere(store_, artifact, task);
  }

 private:
  void answer(Store& store, std::span<const CacheQuestion> questions, std::span<CacheAnswer> answers) const;
  CacheAnswer answer(Store& store, const CacheQuestion& question, std::optional<CacheOffer> offer) const;
  // What is under the key, or why it is none.
  std::variant<CachedResult, Lookup> find(Store& store, const Digest& key, const PlanTask& task) const;
  bool is_from_elsewhere(Store& store, const Uuid& artifact, const PlanTask& task) const;
  // From rows of artifact, run, name and value.
  std::variant<CachedResult, Lookup> result_in(Statement& rows, BlobStore& blobs, const Task& task) const;
  bool refreshes(const CacheQuestion& question) const {
    return use_ == CacheUse::refresh || question.use == CacheUse::refresh;
  }

  Store& store_;
  Scope scope_;
  CacheUse use_;
  VerifyDepth depth_;
  std::unique_ptr<Store> second_;  // opened with the first long list of questions
};

}  // namespace wf
