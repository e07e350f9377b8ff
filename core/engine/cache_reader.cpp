#include "core/engine/cache_reader.hpp"

#include <algorithm>
#include <future>

#include "core/definition/constraints.hpp"
#include "core/engine/stored_value.hpp"

namespace wf {

namespace {

// With fewer questions the second connection costs more than it saves.
constexpr std::size_t k_worth_sharing = 512;

// Whether every file and folder of these outputs is in the store.
bool are_present(BlobStore& blobs, const std::vector<OutputValue>& outputs, VerifyDepth depth) {
  return std::all_of(outputs.begin(), outputs.end(), [&](const OutputValue& output) {
    return is_present(blobs, contents_of(output.type, output.value), depth);
  });
}

// Adds the output a row holds. What is wrong with it: it is none of the task's or no value of its type, or it
// breaks its constraints; nullopt: nothing.
std::optional<Lookup> add_output(std::vector<OutputValue>& found, const std::vector<Port>& outputs,
                                 std::string_view name, std::string_view value) {
  const Port* port = find_port(outputs, name);
  if (port == nullptr) return Lookup::gone;
  if (std::optional<Json> content = content_value_from_canonical_text(port->type, value)) {
    found.push_back({port->name, port->type, *std::move(content)});
    return std::nullopt;
  }
  ValueResult result = value_from_canonical(port->type, Json::parse(value, "a cached value"));
  if (std::holds_alternative<ValueError>(result)) return Lookup::gone;
  // Constraints are not in the key: a result from before they were as narrow must not pass them by.
  if (violation(*port, std::get<Json>(result))) return Lookup::broken;
  found.push_back({port->name, port->type, std::get<Json>(std::move(result))});
  return std::nullopt;
}

}  // namespace

CacheReader::CacheReader(Store& store, Scope scope, CacheUse use, VerifyDepth depth)
    : store_(store), scope_(std::move(scope)), use_(use), depth_(depth) {}

std::vector<CacheAnswer> CacheReader::ask(std::span<const CacheQuestion> questions) {
  std::vector<CacheAnswer> answers(questions.size());
  std::span<CacheAnswer> all(answers);
  std::size_t half = questions.size() < k_worth_sharing ? 0 : questions.size() / 2;
  std::future<void> shared;
  if (half > 0) {
    if (!second_) second_ = Store::open(store_.path(), Access::read_only, store_.clock());
    shared = std::async(std::launch::async, [&] {
      Transaction snapshot(second_->database(), Transaction::Mode::read);
      answer(*second_, questions.first(half), all.first(half));
    });
  }
  answer(store_, questions.subspan(half), all.subspan(half));
  if (half > 0) shared.get();
  return answers;
}

void CacheReader::answer(Store& store, std::span<const CacheQuestion> questions,
                         std::span<CacheAnswer> answers) const {
  for (std::size_t i = 0; i < questions.size(); ++i)
    answers[i] = answer(store, questions[i], offer(questions[i]));
}

std::optional<CacheOffer> CacheReader::offer(const CacheQuestion& question) const {
  const TaskKey& key = question.task->key;
  if (!key.cacheable()) return std::nullopt;
  CacheOffer offer;
  offer.inputs = key.inputs_text(question.values);
  offer.key = key.key(offer.inputs);
  offer.parts = &key;
  if (refreshes(question)) offer.lookup = Lookup::refresh;
  if (question.task->wanted) offer.wanted = &*question.task->wanted;
  return offer;
}

CacheAnswer CacheReader::ask(const CacheQuestion& question, std::optional<CacheOffer> offer) {
  return answer(store_, question, std::move(offer));
}

CacheAnswer CacheReader::answer(Store& store, const CacheQuestion& question,
                                std::optional<CacheOffer> offer) const {
  CacheAnswer answer{std::move(offer), std::nullopt};
  if (!answer.offer || refreshes(question)) return answer;
  std::variant<CachedResult, Lookup> found = find(store, answer.offer->key, *question.task);
  if (const auto* lookup = std::get_if<Lookup>(&found))
    answer.offer->lookup = *lookup;
  else
    answer.hit = std::get<CachedResult>(std::move(found));
  return answer;
}

std::variant<CachedResult, Lookup> CacheReader::find(Store& store, const Digest& key,
                                                     const PlanTask& task) const {
  // One statement for both tables.
  Statement& rows = store.database().statement(
      "SELECT e.artifact, e.run, d.name, d.value, d.spent_us FROM cache_entry e LEFT JOIN artifact_data d ON d.project = "
      "?1 AND d.domain = ?2 AND d.artifact = e.artifact WHERE e.project = ?1 AND e.domain = ?2 AND e.key = "
      "?3");
  std::variant<CachedResult, Lookup> found =
      result_in(rows.bind(scope_.project, scope_.domain, key), store.blobs(), *task.task);
  const auto* result = std::get_if<CachedResult>(&found);
  if (result != nullptr && is_from_elsewhere(store, result->artifact, task)) return Lookup::elsewhere;
  return found;
}

bool CacheReader::is_from_elsewhere(Store& store, const Uuid& artifact, const PlanTask& task) const {
  return task.wanted && ran_in(store.database(), scope_.project, scope_.domain, artifact) != task.wanted;
}

std::optional<CachedResult> CacheReader::read(const Uuid& artifact, const Task& task) const {
  Statement& rows = store_.database().statement(
      "SELECT a.id, a.run, d.name, d.value, d.spent_us FROM artifact a LEFT JOIN artifact_data d ON d.project = "
      "?1 AND d.domain = ?2 AND d.artifact = a.id WHERE a.project = ?1 AND a.domain = ?2 AND a.id = ?3");
  rows.bind(scope_.project, scope_.domain, artifact);
  std::variant<CachedResult, Lookup> found = result_in(rows, store_.blobs(), task);
  if (auto* result = std::get_if<CachedResult>(&found)) return std::move(*result);
  return std::nullopt;
}

std::variant<CachedResult, Lookup> CacheReader::result_in(Statement& rows, BlobStore& blobs,
                                                          const Task& task) const {
  const std::vector<Port>& outputs = task.outputs;
  // What was emitted is read at once: then it must be whole.
  VerifyDepth depth = task.promised ? VerifyDepth::contents : depth_;
  ResetLater reset(rows);
  CachedResult result;
  bool any = false;
  std::optional<Lookup> wrong;
  while (rows.step()) {
    any = true;
    result.artifact = rows.uuid(0);
    result.producer = rows.uuid(1);
    if (!rows.is_null(4)) result.temporary.push_back(rows.string(2));
    if (!rows.is_null(2) && !wrong) wrong = add_output(result.outputs, outputs, rows.text(2), rows.text(3));
  }
  if (!any) return Lookup::miss;
  if (wrong) return *wrong;
  bool whole = result.outputs.size() == outputs.size() && are_present(blobs, result.outputs, depth);
  if (!whole) return Lookup::gone;
  return result;
}

}  // namespace wf
