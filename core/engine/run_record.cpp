#include "core/engine/run_record.hpp"

#include <algorithm>
#include <array>

#include "core/base/codes.hpp"
#include "core/base/process.hpp"
#include "core/base/text.hpp"
#include "core/catalog/freed.hpp"
#include "core/catalog/run_parts.hpp"
#include "core/engine/cache_key.hpp"
#include "core/engine/cause.hpp"
#include "core/engine/codes.hpp"
#include "core/engine/pool_claims.hpp"
#include "core/engine/run_writer.hpp"
#include "core/engine/stored_value.hpp"
#include "core/store/event_log.hpp"
#include "core/store/reservations.hpp"

namespace wf {

namespace {

constexpr std::array<std::string_view, 2> k_relation_names{"recovery", "rerun"};

Backend backend_from(const std::string& word) {
  if (auto backend = find_backend(word)) return *backend;
  throw Error(codes::k_bad_json, cat("'", word, "' is no backend"));
}

ReuseFrom reuse_from(const std::string& word) {
  if (auto rule = find_reuse_from(word)) return *rule;
  throw Error(codes::k_bad_json, cat("'", word, "' is no rule of whose results are reused"));
}

std::string names_json(const std::vector<std::string>& names) {
  Json list = Json::array();
  for (const std::string& name : names) list.push(name);
  return list.canonical();
}

// From the columns 13 to 15: parent, relation, again.
RunOrigin read_origin(const Statement& row) {
  RunOrigin origin;
  origin.parent = row.uuid(13);
  if (row.text(14) == "rerun") origin.relation = RunOrigin::Relation::rerun;
  if (!row.is_null(15)) origin.again = read_names(row.text(15));
  return origin;
}

// Where an input came from that was given as a reference: in the columns from `at` on.
std::optional<InputSource> read_source(const Statement& row, int at) {
  if (row.is_null(at)) return std::nullopt;
  return InputSource{{row.string(at), row.string(at + 1), row.uuid(at + 2)},
                     {row.string(at + 3), row.integer(at + 4)},
                     row.string(at + 5)};
}

void insert_run(Store& store, const NewRun& run, const Uuid& id) {
  std::optional<std::string> alias;
  if (!run.name.empty()) alias = run.name;
  std::optional<Uuid> parent;
  std::optional<std::string_view> relation;
  std::optional<std::string> again;
  if (run.origin) {
    parent = run.origin->parent;
    relation = k_relation_names.at(static_cast<std::size_t>(run.origin->relation));
    if (run.origin->relation == RunOrigin::Relation::recovery) again = names_json(run.origin->again);
  }
  store.database()
      .statement(
          "INSERT INTO run (project, domain, id, name, workflow, version, registration, plan, requested, "
          "settings, state, fence, lease_ns, created_us, created_by, parent, relation, again) VALUES (?1, "
          "?2, ?3, ?4, "
          "?5, ?6, ?7, ?8, ?9, ?10, 'running', 1, ?11, ?12, ?13, ?14, ?15, ?16)")
      .bind(run.scope.project, run.scope.domain, id, alias, run.workflow, run.version, run.registration,
            run.plan, run.requested, to_json(run.settings).canonical(),
            store.clock().boottime_ns() + k_lease_ns, store.clock().wall_us(), current_user(), parent,
            relation, again)
      .run();
}

void insert_input(Store& store, const RunKey& key, const RunInput& input) {
  store.database()
      .statement(
          "INSERT INTO run_input (project, domain, run, name, type, value, given, origin) "
          "VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)")
      .bind(key.project, key.domain, key.id, input.name, input.type.text(), input.value.canonical(),
            input.given, input.origin)
      .run();
  if (const auto& source = input.source) {
    store.database()
        .statement(
            "UPDATE run_input SET source_project = ?5, source_domain = ?6, source_run = ?7, source_node = "
            "?8, "
            "source_element = ?9, source_output = ?10 WHERE project = ?1 AND domain = ?2 AND run = ?3 AND "
            "name = ?4")
        .bind(key.project, key.domain, key.id, input.name, source->run.project, source->run.domain,
              source->run.id, source->node.node, source->node.element, source->output)
        .run();
  }
  for (const Content& content : contents_of(input.type, input.value)) {
    require_kept(store.blobs(), content);  // what a reference led to may have gone just now
    store.database()
        .statement(
            "INSERT INTO run_input_blob (project, domain, blob, run, name, item) VALUES (?1, ?2, ?3, ?4, ?5, "
            "?6) ON CONFLICT DO NOTHING")
        .bind(key.project, key.domain, content.digest, key.id, input.name, content.path)
        .run();
  }
}

void append_opening(Store& store, const NewRun& run, const Uuid& id) {
  std::int64_t now = store.clock().wall_us();
  EventWriter events(store.database());
  Json opened = Json::object();
  opened.add("version", run.version.text()).add("workflow", run.workflow);
  if (run.plan) opened.add("plan", run.plan->text());
  if (run.origin) {
    opened.add("parent", run.origin->parent.text());
    opened.add("relation", k_relation_names.at(static_cast<std::size_t>(run.origin->relation)));
  }
  StreamHead head = events.append(run_stream(id), EventType::run_started, now, opened);
  Json anchor = Json::object();
  anchor.add("run", id.text()).add("project", run.scope.project).add("domain", run.scope.domain);
  anchor.add("seq", head.seq).add("hash", head.hash.hex());
  events.append(std::string(k_store_stream), EventType::run_opened, now, anchor);
}

void refuse_taken_name(Database& database, const NewRun& run) {
  if (run.name.empty() || !find_run_by_name(database, run.scope, run.name)) return;
  throw Error(
      codes::k_run_name_taken,
      cat("a run named '", run.name, "' exists already in ", run.scope.project, "/", run.scope.domain),
      cat("see 'wf show ", run.name, "', or choose another --name"));
}

bool note_abort(Database& database, const RunKey& key, const std::string& cause) {
  Statement& update = database.statement(
      "UPDATE run SET abort_cause = coalesce(abort_cause, ?4) WHERE project = ?1 AND domain = ?2 AND id = ?3 "
      "AND "
      "state = 'running'");
  update.bind(key.project, key.domain, key.id, cause).run();
  return update.changes() == 1;
}

// The other runs that were in the line of the workflow before; those that are replaced are asked to end.
std::vector<RunKey> stand_in_line(Store& store, const RunKey& key, const std::string& workflow, const Concurrency& concurrency) {
  const std::string pool = run_pool(key, workflow);
  ask_for_tokens(store, key, run_itself(), {{pool, 1}}, concurrency.limit);
  hand_out_tokens(store);
  std::vector<RunKey> others;
  for (const PoolClaim& claim : read_claims(store.database(), pool)) {
    if (claim.run == key) continue;
    others.push_back(claim.run);
    if (concurrency.policy == Concurrency::Policy::replace)
      note_abort(store.database(), claim.run, cat("replaced by run ", key.id.text(), ", by ", current_user()));
  }
  return others;
}

}  // namespace

Json to_json(const RunSettings& settings) {
  Json json = Json::object();
  json.add("path", settings.path).add("parallelism", settings.parallelism);
  json.add("cache", settings.cache == CacheUse::reuse ? "use" : "refresh");
  json.add("verify", settings.verify == VerifyDepth::quick ? "quick" : "contents");
  Json labels = Json::object();
  for (const auto& [key, value] : settings.labels) labels.add(key, value);
  Json capacity = Json::object();
  for (std::size_t i = 0; i < k_resource_count; ++i) {
    const std::optional<std::int64_t>& amount = settings.capacity.at(i);
    capacity.add(std::string(k_resource_names.at(i)), amount ? Json(*amount) : Json());
  }
  json.add("capacity", std::move(capacity));
  json.add("labels", std::move(labels));
  Json sandbox = Json::object();
  sandbox.add("level", k_sandbox_names.at(static_cast<std::size_t>(settings.sandbox.least)));
  json.add("sandbox", std::move(sandbox.add("less_is_enough", bool{settings.sandbox.less_is_enough})));
  json.add("backend", k_backend_names.at(static_cast<std::size_t>(settings.backend)));
  json.add("reuse_from", k_reuse_from_names.at(static_cast<std::size_t>(settings.reuse_from)));
  json.add("images", to_json(settings.images));
  return json.add("timeout_us", settings.timeout_ns ? Json(*settings.timeout_ns / 1000) : Json());
}

RunSettings settings_from_json(const Json& json) {
  RunSettings settings;
  settings.path = json.at("path").as_string();
  settings.parallelism = json.at("parallelism").as_int();
  settings.cache = json.at("cache").as_string() == "use" ? CacheUse::reuse : CacheUse::refresh;
  settings.verify = json.at("verify").as_string() == "quick" ? VerifyDepth::quick : VerifyDepth::contents;
  for (const auto& [key, value] : json.at("labels").as_object())
    settings.labels.emplace_back(key, value.as_string());
  for (std::size_t i = 0; i < k_resource_count; ++i) {
    const Json& amount = json.at("capacity").at(k_resource_names.at(i));
    if (!amount.is_null()) settings.capacity.at(i) = amount.as_int();
  }
  const Json& sandbox = json.at("sandbox");
  const std::string& word = sandbox.at("level").as_string();
  auto level = std::find(k_sandbox_names.begin(), k_sandbox_names.end(), word);
  if (level == k_sandbox_names.end())
    throw Error(codes::k_bad_json, cat("'", word, "' is no level of a sandbox"));
  settings.sandbox.least = static_cast<SandboxLevel>(level - k_sandbox_names.begin());
  settings.sandbox.less_is_enough = sandbox.at("less_is_enough").as_bool();
  settings.backend = backend_from(json.at("backend").as_string());
  settings.reuse_from = reuse_from(json.at("reuse_from").as_string());
  settings.images = images_from_json(json.at("images"));
  if (const Json& timeout = json.at("timeout_us"); !timeout.is_null()) settings.timeout_ns = timeout.as_int() * 1000;
  return settings;
}

void insert_driver(Store& store, const RunKey& key, std::int64_t fence) {
  MachineId machine = this_machine();
  ProcessId self = own_process();
  store.database()
      .statement(
          "INSERT INTO driver (project, domain, run, fence, host, boot_id, pid_ns, pid, start_ticks, "
          "platform, wf_version, "
          "claimed_us) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)")
      .bind(key.project, key.domain, key.id, fence, machine.host, machine.boot_id, machine.pid_namespace,
            self.pid, self.start_ticks, host_platform(), WF_VERSION, store.clock().wall_us())
      .run();
}

Environments environments_of(const RunSettings& settings) {
  return {host_platform(), settings.images, settings.backend, settings.reuse_from};
}

CreatedRun create_run(Store& store, const NewRun& run, const std::optional<Concurrency>& concurrency) {
  store.blobs().sync();
  RunKey key{run.scope.project, run.scope.domain, new_uuid7(store.clock())};
  Transaction transaction(store.database(), Transaction::Mode::write);
  refuse_taken_name(store.database(), run);
  for (const NewBlob& blob : run.blobs) store.blobs().record(store.database(), blob);
  insert_run(store, run, key.id);
  insert_driver(store, key, 1);
  for (const RunInput& input : run.inputs) insert_input(store, key, input);
  append_opening(store, run, key.id);
  std::vector<RunKey> others;
  if (concurrency) {
    others = stand_in_line(store, key, run.workflow, *concurrency);
    bool refuses = concurrency->policy == Concurrency::Policy::skip || concurrency->policy == Concurrency::Policy::fail;
    if (refuses && !read_held(store.database(), key).contains(run_itself())) return {std::nullopt, std::move(others)};
  }
  transaction.commit();
  if (concurrency) Reservations::announce_in(store.path());
  return {Claim{key, 1}, std::move(others)};
}

std::optional<RunRecord> load_run(Database& database, const RunKey& key) {
  Statement& row = database.statement(
      "SELECT name, workflow, version, requested, settings, state, cause, fence, lease_ns, created_us, "
      "ended_us, registration, plan, parent, relation, again, abort_cause FROM run "
      "WHERE project = ?1 AND domain = ?2 AND id = ?3");
  row.bind(key.project, key.domain, key.id);
  if (!row.step()) {
    row.reset();
    return std::nullopt;
  }
  RunRecord run;
  run.key = key;
  run.name = row.optional_string(0).value_or("");
  run.workflow = row.string(1);
  run.version = row.digest(2);
  run.requested = row.string(3);
  run.settings = settings_from_json(Json::parse(row.text(4), "a run's settings"));
  run.state = run_state_of(row.text(5));
  if (auto cause = row.optional_string(6)) run.cause = Json::parse(*cause, "a run's cause");
  run.fence = row.integer(7);
  run.lease_ns = row.integer(8);
  run.created_us = row.integer(9);
  run.ended_us = row.optional_integer(10);
  run.registration = row.integer(11);
  if (!row.is_null(12)) run.plan = row.digest(12);
  if (!row.is_null(13)) run.origin = read_origin(row);
  run.abort_asked = row.optional_string(16);
  row.reset();
  return run;
}

std::optional<RunKey> find_run_by_name(Database& database, const Scope& scope, const std::string& name) {
  Statement& row = database.statement("SELECT id FROM run WHERE project = ?1 AND domain = ?2 AND name = ?3");
  row.bind(scope.project, scope.domain, name);
  std::optional<RunKey> found;
  if (row.step()) found = RunKey{scope.project, scope.domain, row.uuid(0)};
  row.reset();
  return found;
}

std::vector<RunInput> read_run_inputs(Database& database, const RunKey& key) {
  Statement& rows = database.statement(
      "SELECT name, type, value, given, origin, source_project, source_domain, source_run, source_node, "
      "source_element, source_output FROM run_input WHERE project = ?1 AND domain = ?2 AND run = ?3 ORDER BY "
      "name");
  rows.bind(key.project, key.domain, key.id);
  std::vector<RunInput> inputs;
  ResetLater reset(rows);
  while (rows.step()) {
    OutputValue stored = stored_value(rows.string(0), rows.text(1), rows.text(2));
    inputs.push_back({stored.name, stored.type, std::move(stored.value), rows.string(3),
                      rows.optional_string(4), read_source(rows, 5)});
  }
  return inputs;
}

std::vector<OutputValue> read_run_outputs(Database& database, const RunKey& key) {
  Statement& rows = database.statement(
      "SELECT name, type, value FROM run_output WHERE project = ?1 AND domain = ?2 AND run = ?3 ORDER BY "
      "name");
  rows.bind(key.project, key.domain, key.id);
  std::vector<OutputValue> outputs;
  ResetLater reset(rows);
  while (rows.step()) outputs.push_back(stored_value(rows.string(0), rows.text(1), rows.text(2)));
  return outputs;
}

Ownership ownership(const RunRecord& run, const DriverInfo& driver, const Clock& clock) {
  DriverState state = state_of(driver);
  if (state == DriverState::dead) return Ownership::dead;
  bool same_clock = driver.boot_id == this_machine().boot_id;
  bool expired = state == DriverState::elsewhere && same_clock && clock.boottime_ns() > run.lease_ns;
  return expired ? Ownership::lease_expired : Ownership::held;
}

std::string describe(const DriverInfo& driver) {
  return cat("process ", driver.pid, " on host ", driver.host);
}

Claim claim_run(Store& store, const RunKey& key) {
  Database& db = store.database();
  Transaction transaction(db, Transaction::Mode::write);
  std::optional<RunRecord> run = load_run(db, key);
  if (!run || run->state != RunState::running) {
    throw Error(codes::k_run_not_running,
                cat("run ", key.id.text(), " has ended: ", run ? run_state_name(run->state) : "unknown"),
                cat("see 'wf show ", key.id.tail(), "'; a new run makes what it did not: 'wf recover ", key.id.tail(), "'"));
  }
  std::optional<DriverInfo> driver = newest_driver(db, key);
  if (driver && ownership(*run, *driver, store.clock()) == Ownership::held) {
    throw Error(codes::k_run_owned, cat("run ", key.id.text(), " is being driven by ", describe(*driver)),
                cat("follow it with 'wf status', or end it with 'wf abort ", key.id.text(), "'"));
  }
  std::int64_t fence = run->fence + 1;
  db.statement(
        "UPDATE run SET fence = ?5, lease_ns = ?6 WHERE project = ?1 AND domain = ?2 AND id = ?3 AND fence = "
        "?4")
      .bind(key.project, key.domain, key.id, run->fence, fence, store.clock().boottime_ns() + k_lease_ns)
      .run();
  insert_driver(store, key, fence);
  bool left = leave_tokens(db, key);
  if (left) hand_out_tokens(store);
  db.statement(
        "UPDATE attempt SET state = 'lost', ended_us = ?4 WHERE project = ?1 AND domain = ?2 AND run = ?3 "
        "AND "
        "state = 'running'")
      .bind(key.project, key.domain, key.id, store.clock().wall_us())
      .run();
  EventWriter(db).append(run_stream(key.id), EventType::run_claimed, store.clock().wall_us(),
                         Json::object().add("fence", fence));
  transaction.commit();
  if (left) Reservations::announce_in(store.path());
  return {key, fence};
}

bool request_abort(Store& store, const RunKey& key, const std::string& cause) {
  Transaction transaction(store.database(), Transaction::Mode::write);
  bool asked = note_abort(store.database(), key, cause);
  transaction.commit();
  return asked;
}

void abort_unowned_run(Store& store, const Claim& claim, const std::string& cause) {
  RunWriter writer(store, claim.key, claim.fence);
  Transaction transaction(store.database(), Transaction::Mode::write);
  writer.begin_batch();
  writer.apply(RunEnded{RunState::aborted, make_cause(codes::k_user_abort, writer.abort_cause().value_or(cause)), {}});
  transaction.commit();
}

bool has_had_attempts(Database& database, std::string_view executor) {
  Statement& row = database.statement("SELECT 1 FROM attempt WHERE executor = ?1 LIMIT 1");
  ResetLater reset(row);
  return row.bind(executor).step();
}

bool has_ended(Database& database, const Uuid& run) {
  Statement& row = database.statement("SELECT 1 FROM run WHERE id = ?1 AND state <> 'running'");
  ResetLater reset(row);
  return row.bind(run).step();
}

std::string attempt_prefix(const Uuid& run) { return cat("wf-", run.tail(), "-"); }

std::string attempt_name(const Uuid& run, const NodePath& execution, std::int64_t attempt,
                         std::int64_t fence) {
  std::string slug = split_path(execution.node).node.substr(0, 16);
  std::replace(slug.begin(), slug.end(), '_', '-');
  while (slug.ends_with('-')) slug.pop_back();
  // 64 bits: of 32 some two of 10 000 elements have the same in one run of a hundred.
  std::string hash = sha256(execution.text()).hex().substr(0, 16);
  return cat(attempt_prefix(run), slug, "-", hash, "-", attempt, "-", fence);
}

}  // namespace wf
