#include "core/engine/sandboxing.hpp"

#include <algorithm>

#include "core/base/text.hpp"
#include "core/engine/codes.hpp"

namespace wf {

namespace {

constexpr std::size_t k_most_named = 10;
constexpr std::size_t k_most_unread = 1000;
constexpr std::array<std::string_view, 3> k_source_names{"input", "source", "named"};

std::string_view level_name(SandboxLevel level) { return k_sandbox_names.at(static_cast<std::size_t>(level)); }

// "read '/data/x', write '/tmp/y' and 3 more"
std::string named(const SandboxRecord& record) {
  std::string text;
  std::size_t count = 0;
  for (const auto& [path, writes] : record.undeclared) {
    if (++count > k_most_named) break;
    text += cat(count == 1 ? "" : ", ", writes ? "write '" : "read '", path, "'");
  }
  if (record.undeclared.size() > k_most_named) text += cat(" and ", record.undeclared.size() - k_most_named, " more");
  return text;
}

bool any(const SandboxRecord& record, bool writes) {
  return std::any_of(record.undeclared.begin(), record.undeclared.end(),
                     [&](const SandboxRecord::Undeclared& one) { return one.writes == writes; });
}

std::string advice(const SandboxRecord& record) {
  bool reads = any(record, false);
  bool writes = any(record, true);
  return cat("declare ", reads && writes ? "them" : "it", " as ", reads ? "an input, or under 'read'" : "",
             reads && writes ? ", and as " : "", writes ? "an output, or its folder under 'write'" : "", " of 'sandbox'");
}

Json undeclared_json(const SandboxRecord& record) {
  Json all = Json::array();
  for (const auto& [path, writes] : record.undeclared) {
    Json one = Json::object();
    all.push(std::move(one.add("path", path).add("access", writes ? "write" : "read")));
  }
  return all;
}

bool has_read(const SandboxRecord& record, const std::string& name) {
  auto below = record.reads.lower_bound({name + "/", SandboxRecord::Source::input});
  return record.reads.contains({name, SandboxRecord::Source::input}) ||
         (below != record.reads.end() && below->path.starts_with(name + "/"));
}

// What it was given and never opened.
Json unread_json(const SandboxSpec& spec, const SandboxRecord& record) {
  Json all = Json::array();
  for (const auto& [path, name] : spec.inputs)
    if (all.as_array().size() < k_most_unread && !has_read(record, name)) all.push(name);
  return all;
}

Json observed_json(const SandboxSpec& spec, const SandboxRecord& record) {
  Json reads = Json::array();
  for (const auto& [path, source] : record.reads) {
    Json one = Json::object();
    reads.push(std::move(one.add("path", path).add("source", k_source_names.at(static_cast<std::size_t>(source)))));
  }
  Json json = Json::object();
  json.add("reads", std::move(reads)).add("unread", unread_json(spec, record));
  return json.add("cut_short", bool{record.cut_short});
}

Json text_or_null(const std::string& text) { return text.empty() ? Json() : Json(text); }

}  // namespace

SandboxLevel sandbox_level(const Task& task, const RunSandbox& run) {
  return std::max(task.sandbox ? task.sandbox->level : SandboxLevel::none, run.least);
}

std::shared_ptr<const SandboxSpec> sandbox_for(const Task& task, const RunSandbox& run,
                                               SandboxGround ground) {
  auto spec = std::make_shared<SandboxSpec>();
  spec->level = sandbox_level(task, run);
  spec->less_is_enough = run.less_is_enough;
  spec->folder = std::move(ground.folder);
  spec->own = std::move(ground.own);
  spec->inputs = std::move(ground.inputs);
  for (const Source& source : task.sources) spec->sources.push_back(source.path);
  if (!task.sandbox) return spec;
  spec->network = task.sandbox->network;
  spec->read = task.sandbox->read;
  spec->write = task.sandbox->write;
  return spec;
}

std::optional<InvalidOutput> sandbox_failure(const ExitRecord& record) {
  if (!record.sandbox) return std::nullopt;
  const SandboxRecord& seen = *record.sandbox;
  if (!seen.hindrance.empty() && !record.start_error.empty())
    return InvalidOutput{codes::k_no_sandbox, cat("this machine cannot keep it in its sandbox: ", seen.hindrance)};
  if (!seen.trouble.empty())
    return InvalidOutput{codes::k_no_sandbox, cat("what it opened could not be watched: ", seen.trouble)};
  if (seen.undeclared.empty()) return std::nullopt;
  return InvalidOutput{codes::k_undeclared, cat("tried what it has not declared: ", named(seen), "; ", advice(seen))};
}

bool is_about_sandbox(const ErrorCode& code) {
  return code.id == codes::k_no_sandbox.id || code.id == codes::k_undeclared.id;
}

SandboxNotes sandbox_notes(const AttemptSpec& spec, const SandboxRecord* record) {
  if (!spec.sandbox) return {};
  SandboxNotes notes;
  notes.sandbox = Json::object();
  notes.sandbox.add("asked", level_name(spec.sandbox->level));
  notes.sandbox.add("reached", record == nullptr ? Json() : Json(level_name(record->reached)));
  notes.sandbox.add("means", record == nullptr ? Json() : text_or_null(record->means));
  notes.sandbox.add("hindrance", record == nullptr ? Json() : text_or_null(record->hindrance));
  notes.sandbox.add("undeclared", record == nullptr ? Json::array() : undeclared_json(*record));
  notes.sandbox.add("system_reads", record == nullptr ? 0 : record->system_reads);
  notes.sandbox.add("unseen", record == nullptr ? 0 : record->unseen);
  if (record != nullptr && record->reached != SandboxLevel::none) notes.observed = observed_json(*spec.sandbox, *record);
  return notes;
}

}  // namespace wf
