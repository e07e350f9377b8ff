// The vertices of an answer, each with what a person wants to know of it.
#include <algorithm>

#include "core/base/text.hpp"
#include "core/catalog/codes.hpp"
#include "core/definition/model.hpp"
#include "core/definition/value.hpp"
#include "core/store/version.hpp"
#include "core/lineage/explorer.hpp"

namespace wf {

namespace {

// Registrations share a commit where they found the same there: its id alone says nothing of changed files.
std::string commit_key(const Json& git) {
  std::string key = "commit";
  for (const char* name : {"commit", "dirty", "branch", "path", "remote"}) {
    const Json* value = git.find(name);
    key += cat(":", value == nullptr ? "" : value->is_string() ? value->as_string() : value->compact());
  }
  return key;
}

}  // namespace

std::string execution_key(const RunKey& run, const std::string& node, const Elements& elements) {
  return cat("execution:", run.id.text(), "/", node, elements.key());
}

std::vector<Content> telling_contents(const std::string& type, const Json& value) {
  std::variant<Type, TypeError> parsed = parse_type(type);
  const Type* known = std::get_if<Type>(&parsed);
  if (known == nullptr) return {};
  std::vector<Content> contents = contents_of(*known, value);
  std::erase_if(contents, [](const Content& content) { return content.digest == k_empty_digest; });
  return contents;
}

VertexId Explorer::content_vertex(const ContentVertex& content) {
  return graph_.add(cat("content:", content.digest.hex(), ":", content.path), content).id;
}

VertexId Explorer::data_vertex(const Group& group, const std::string& name, const ValuePlace& place,
                               const NamedValue* read) {
  std::vector<std::int64_t> elements;
  std::vector<Uuid> artifacts;
  for (const auto& [element, artifact] : group.made) {
    elements.push_back(element);
    artifacts.push_back(artifact);
  }
  Elements set(std::move(elements));
  std::string key =
      cat("data:", group.producer.id.text(), "/", group.node, set.key(), "/", name, place_key(place));
  Graph::Added added = graph_.add(
      key, DataVertex{group.producer, group.node, set, name, {}, std::move(artifacts), {}, {}, {}, place});
  if (!added.is_new) return added.id;
  auto& data = std::get<DataVertex>(graph_.body(added.id));
  if (read != nullptr)
    put(history_->at(read->type, read->value, place), data);
  else if (auto found = history_->data_at(data.run, data.artifacts.front(), name, place))
    put(std::move(*found), data);
  return added.id;
}

VertexId Explorer::execution_vertex(const RunKey& run, const std::string& node, const Elements& elements) {
  Graph::Added added = graph_.add(execution_key(run, node, elements), ExecutionVertex{});
  if (!added.is_new) return added.id;
  graph_.body(added.id) = history_->execution(run, node, elements);
  add_context(added.id, run);
  std::string frame = split_path(node).frame;
  if (frame.empty() || !history_->has_frame(run, frame)) return added.id;
  const Digest& version = history_->version_of(run, frame);
  VertexId around = version_vertex({run.project, run.domain, history_->name_of(version), version, {}});
  graph_.connect({added.id, around, Certainty::asserted, "of version", {}, {}});
  return added.id;
}

VertexId Explorer::input_vertex(const RunKey& run, const std::string& name, ValuePlace place) {
  const StoredInput& input = require_input(run, name);
  place = shortest(std::move(place), input.vertex.value);
  Graph::Added added = graph_.add(cat("input:", run.id.text(), "/", name, place_key(place)), InputVertex{});
  if (!added.is_new) return added.id;
  const InputVertex& whole = input.vertex;
  InputVertex vertex{run, name, {}, {}, {}, whole.given, whole.origin, place};
  put(history_->at(whole.type, whole.value, place), vertex);
  graph_.body(added.id) = std::move(vertex);
  add_context(added.id, run);
  return added.id;
}

VertexId Explorer::input_vertex(const InputUse& use) {
  ValuePlace place = use.place;
  if (!use.item.empty()) place = place_at(require_input(use.run, use.input).vertex.value, use.item);
  if (!use.file.empty()) place.push_back({Elements(), use.file});
  return input_vertex(use.run, use.input, std::move(place));
}

VertexId Explorer::output_vertex(const RunKey& run, const std::string& name, ValuePlace place) {
  const NamedValue* value = history_->output(run, name);
  if (value != nullptr) place = shortest(std::move(place), value->value);
  Graph::Added added = graph_.add(cat("output:", run.id.text(), "/", name, place_key(place)),
                                  OutputVertex{run, name, {}, {}, {}, place});
  if (!added.is_new) return added.id;
  if (value != nullptr)
    put(history_->at(value->type, value->value, place), std::get<OutputVertex>(graph_.body(added.id)));
  add_context(added.id, run);
  return added.id;
}

VertexId Explorer::run_vertex(const RunKey& key) {
  const RunVertex& run = history_->run(key);
  Graph::Added added = graph_.add(cat("run:", key.id.text()), run);
  if (!added.is_new) return added.id;
  VertexId version = version_vertex({key.project, key.domain, run.workflow, run.version, {}});
  graph_.connect({added.id, version, Certainty::asserted, "of version", {}, {}});
  add_registrations(version, run.registration);
  return added.id;
}

VertexId Explorer::version_vertex(const VersionVertex& version) {
  std::string key = cat("version:", version.project, "/", version.domain, "/", version.version.hex());
  Graph::Added added = graph_.add(key, version);
  if (!added.is_new) return added.id;
  Statement& rows = history_->database().statement(
      "SELECT label FROM label WHERE project = ?1 AND domain = ?2 AND name = ?3 AND version = ?4 "
      "ORDER BY created_us DESC, label");
  rows.bind(version.project, version.domain, version.name, version.version);
  std::get<VersionVertex>(graph_.body(added.id)).labels =
      rows_of(rows, [](const Statement& row) { return row.string(0); });
  add_sources(added.id);
  return added.id;
}

// `only` is the registration that a run names; 0 for all of the version.
void Explorer::add_registrations(VertexId version_id, std::int64_t only) {
  VersionVertex version = std::get<VersionVertex>(graph_.vertices()[version_id]);
  Statement& rows = history_->database().statement(
      "SELECT seq, source, source_path, git, registered_us, registered_by FROM registration WHERE "
      "project = ?1 AND domain = ?2 AND name = ?3 AND version = ?4 AND (?5 = 0 OR seq = ?5) ORDER BY "
      "registered_us, id");
  rows.bind(version.project, version.domain, version.name, version.version, only);
  while (rows.step()) {
    RegistrationVertex registration{version.project, version.domain, version.name,    rows.integer(0),
                                    rows.digest(1),  rows.string(2), rows.integer(4), rows.string(5)};
    std::string key =
        cat("registration:", version.project, "/", version.domain, "/", version.name, "/", registration.seq);
    VertexId id = graph_.add(key, registration).id;
    graph_.connect({version_id, id, Certainty::asserted, "registered as", {}, {}});
    if (rows.is_null(3)) continue;
    Json git = Json::parse(rows.text(3), "a registration's git state");
    VertexId commit = graph_.add(commit_key(git), CommitVertex{git}).id;
    graph_.connect({id, commit, Certainty::asserted, "at commit", {}, {}});
  }
  rows.reset();
}

VertexId Explorer::source_vertex(const SourceVertex& source) {
  return graph_.add(cat("source:", source.version.hex(), "/", source.path, ":", source.digest.hex()), source)
      .id;
}

void Explorer::add_sources(VertexId version_id) {
  Digest version = std::get<VersionVertex>(graph_.vertices()[version_id]).version;
  // Most versions need no file, and to parse a definition takes longer than all the rest of an answer.
  Statement& row = history_->database().statement("SELECT 1 FROM version_blob WHERE version = ?1 LIMIT 1");
  bool any = row.bind(version).step();
  row.reset();
  if (!any) return;
  Workflow workflow = load_version(history_->database(), version);
  for (const Task& task : workflow.tasks) {
    for (const Source& source : task.sources) {
      std::int64_t size = history_->size_of(file_value(source.digest)).bytes;
      VertexId id = source_vertex({version, source.digest, source.path, size});
      graph_.connect({version_id, id, Certainty::asserted, "contains", {}, {}});
    }
  }
}

void Explorer::add_context(VertexId id, const RunKey& run) {
  graph_.connect({id, run_vertex(run), Certainty::asserted, "in run", {}, {}});
}

const StoredInput& Explorer::require_input(const RunKey& run, const std::string& name) {
  if (const StoredInput* input = history_->input(run, name)) return *input;
  throw Error(codes::k_catalog_corrupt, cat("run ", run.id.text(), " has no input '", name, "'"));
}

std::vector<std::string> Explorer::published_as(const DataVertex& data) {
  std::vector<std::string> names;
  Wiring(*history_, data.run)
      .each_user(data.node, data.name, data.elements, data.place, [&](const Wire& wire) {
        if (wire.fed == Wire::End::output) names.push_back(wire.input);
      });
  return names;
}

}  // namespace wf
