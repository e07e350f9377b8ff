#include "core/catalog/tags.hpp"

#include "core/base/text.hpp"
#include "core/catalog/codes.hpp"
#include "core/catalog/dataset_list.hpp"
#include "core/definition/name.hpp"
#include "core/store/event_log.hpp"

namespace wf {

namespace {

void require_tag_grammar(const std::string& name) {
  bool reserved = name.starts_with(k_cache_tag_prefix);
  if (is_label_name(name) && !reserved) return;
  throw Error(codes::k_bad_tag,
              cat("the tag '", name, "' ", reserved ? "is reserved for the cache" : "is malformed"),
              cat("a tag ", k_label_grammar, ", such as prod"));
}

std::string producer_of(Database& database, const Artifact& place, const Uuid& id) {
  std::optional<Artifact> found = find_artifact(database, place.run.project, place.run.domain, id);
  if (!found) return id.text();
  return found->producer();
}

[[noreturn]] void refuse_move(Database& database, const Artifact& artifact, const Tag& tag) {
  throw Error(codes::k_tag_elsewhere,
              cat("'", TagReference{tag.workflow, tag.task, tag.name}.text(), "' names the artifact ",
                  tag.artifact.text(), " of ", producer_of(database, artifact, tag.artifact), " and not ",
                  artifact.id.text()),
              "add --move to move it, or take another name");
}

}  // namespace

std::string TagReference::text() const { return cat(workflow, '#', task, ':', name); }

std::string cache_tag(const Digest& key) { return cat(k_cache_tag_prefix, key.short_hex()); }

TagOutcome set_tag(Store& store, const Artifact& artifact, const std::string& name, TagMove move) {
  require_tag_grammar(name);
  Database& database = store.database();
  const RunKey& run = artifact.run;
  std::string by = current_user();
  Transaction transaction(database, Transaction::Mode::write);
  auto old = find_tag(database, run.project, run.domain, artifact.workflow, artifact.task, name);
  if (old && old->artifact == artifact.id) return {TagResult::unchanged, {}};
  if (old && move == TagMove::refuse) refuse_move(database, artifact, *old);
  std::int64_t now_us = store.clock().wall_us();
  database
      .statement(
          "INSERT INTO tag (project, domain, workflow, task, name, artifact, created_us, created_by) VALUES "
          "(?1, ?2, "
          "?3, ?4, ?5, ?6, ?7, ?8) ON CONFLICT (project, domain, workflow, task, name) DO UPDATE SET "
          "artifact = "
          "excluded.artifact, created_us = excluded.created_us, created_by = excluded.created_by")
      .bind(run.project, run.domain, artifact.workflow, artifact.task, name, artifact.id, now_us, by)
      .run();
  Json data = Json::object();
  data.add("workflow", artifact.workflow).add("task", artifact.task).add("tag", name);
  data.add("artifact", artifact.id.text());
  if (old) data.add("from", old->artifact.text());
  data.add("by", by);
  EventWriter(database).append(domain_stream(run.project, run.domain),
                               old ? EventType::tag_moved : EventType::tag_set, now_us, data);
  transaction.commit();
  if (!old) return {TagResult::set, {}};
  return {TagResult::moved, old->artifact};
}

std::optional<Tag> find_tag(Database& database, const std::string& project, const std::string& domain,
                            const std::string& workflow, const std::string& task, const std::string& name) {
  Statement& row = database.statement(
      "SELECT artifact, created_us, created_by FROM tag WHERE project = ?1 AND domain = ?2 AND workflow = ?3 "
      "AND task "
      "= ?4 AND name = ?5");
  ResetLater reset(row);
  if (!row.bind(project, domain, workflow, task, name).step()) return std::nullopt;
  return Tag{workflow, task, name, row.uuid(0), row.integer(1), row.optional_string(2)};
}

std::optional<TagReference> parse_tag_reference(std::string_view text) {
  std::size_t hash = text.find('#');
  if (hash == std::string_view::npos || text.substr(0, hash).find_first_of("/:") != std::string_view::npos)
    return std::nullopt;
  std::size_t colon = text.find(':', hash);
  if (colon == std::string_view::npos) return std::nullopt;
  TagReference reference{std::string(text.substr(0, hash)),
                         std::string(text.substr(hash + 1, colon - hash - 1)),
                         std::string(text.substr(colon + 1)), std::nullopt};
  std::size_t slash = reference.name.find('/');
  if (slash != std::string::npos) {
    reference.rest = reference.name.substr(slash + 1);
    reference.name.erase(slash);
  }
  return reference;
}

Tag require_tag(Database& database, const std::string& project, const std::string& domain,
                const TagReference& reference) {
  if (auto tag = find_tag(database, project, domain, reference.workflow, reference.task, reference.name))
    return *tag;
  ListRequest request{project, domain};
  request.filters = {{"workflow", reference.workflow, reference.workflow},
                     {"task", reference.task, reference.task}};
  request.limit = 1000;
  std::vector<std::string> names;
  for (const Tag& tag : list_tags(database, request).items) names.push_back(tag.name);
  std::string near = did_you_mean(reference.name, names);
  throw Error(codes::k_tag_not_found,
              cat("no tag '", reference.name, "' on the artifacts of ", reference.workflow, '#',
                  reference.task, " in project '", project, "', domain '", domain, "'"),
              near.empty() ? "see 'wf catalog tag list' for the tags there are" : near);
}

}  // namespace wf
