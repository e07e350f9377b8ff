#include "core/registry/launch_plans.hpp"

#include "core/base/text.hpp"
#include "core/definition/value.hpp"
#include "core/registry/bundled_blob.hpp"
#include "core/registry/codes.hpp"
#include "core/registry/named_reference.hpp"
#include "core/registry/registration_order.hpp"
#include "core/registry/stored_content.hpp"
#include "core/registry/versions.hpp"
#include "core/store/codes.hpp"
#include "core/store/event_log.hpp"

namespace wf {

namespace {

constexpr std::string_view k_prefix = "plan:";
constexpr ReferenceKind k_plan_reference{"a launch plan",
                                         "write NAME for the active plan, NAME@latest or NAME@DIGEST, with "
                                         "PROJECT/DOMAIN/ before it for another place",
                                         true};

void append(Store& store, const Scope& scope, EventType type, std::int64_t now_us, const Json& data) {
  EventWriter(store.database()).append(domain_stream(scope.project, scope.domain), type, now_us, data);
}

class PlanRegistrar {
 public:
  PlanRegistrar(Store& store, const Scope& scope, const PlanRequest& request)
      : store_(store),
        scope_(scope),
        request_(request),
        body_(canonical_form(*request.plan).canonical()),
        digest_(launch_plan_digest(body_)),
        now_us_(store.clock().wall_us()) {
    if (request.source_text) source_ = sha256(*request.source_text);
  }

  void take_blobs() {
    blobs_ = request_.blobs;
    if (request_.source_text) blobs_.push_back(store_.blobs().take_bytes(*request_.source_text));
    for (const BundledFile& file : request_.plan->files) blobs_.push_back(take_bundled(store_.blobs(), file));
    store_.blobs().sync();
  }

  PlanOutcome compare() {
    Statement& row = store_.database().statement(
        "SELECT seq, plan = ?4 AND source IS ?5 AND description = ?6 FROM launch_plan_registration "
        "WHERE project = ?1 AND domain = ?2 AND name = ?3 ORDER BY registered_us DESC, id DESC LIMIT 1");
    ResetLater reset(row);
    row.bind(scope_.project, scope_.domain, name(), digest_, source_, request_.plan->description);
    if (row.step() && row.integer(1) == 1)
      return {digest_, row.integer(0), RegistrationResult::unchanged, false};
    RegistrationResult result =
        is_known() ? RegistrationResult::new_registration : RegistrationResult::new_version;
    return {digest_, next().seq, result, false};
  }

  void write(const PlanOutcome& outcome) {
    for (const NewBlob& blob : blobs_) store_.blobs().record(store_.database(), blob);
    if (outcome.result == RegistrationResult::new_version) write_plan();
    if (outcome.result != RegistrationResult::unchanged) write_registration(next());
  }

 private:
  const std::string& name() const { return request_.plan->name; }

  NextRegistration next() {
    return next_registration(store_.database(), "launch_plan_registration", scope_, name(), now_us_);
  }

  bool is_known() {
    Statement& row = store_.database().statement("SELECT 1 FROM launch_plan WHERE digest = ?1");
    ResetLater reset(row);
    return row.bind(digest_).step();
  }

  void write_plan() {
    Database& database = store_.database();
    database
        .statement(
            "INSERT INTO launch_plan (digest, name, version, body, created_us) VALUES (?1, ?2, ?3, ?4, ?5)")
        .bind(digest_, name(), request_.plan->version, body_, now_us_)
        .run();
    Workflow workflow = load_version(database, request_.plan->version);
    Statement& blob = database.statement(
        "INSERT INTO launch_plan_blob (plan, blob) VALUES (?1, ?2) ON CONFLICT DO NOTHING");
    for (const PlanValues* values : {&request_.plan->inputs, &request_.plan->fixed}) {
      for (const auto& [input, value] : *values) {
        for (const Content& content : contents_of(find_port(workflow.inputs, input)->type, value))
          blob.bind(digest_, content.digest).run();
      }
    }
  }

  void write_registration(const NextRegistration& next) {
    Uuid id = new_uuid7(store_.clock());
    std::optional<std::string> path;
    if (source_) path = request_.path;
    store_.database()
        .statement(
            "INSERT INTO launch_plan_registration (project, domain, name, seq, id, plan, workflow_project, "
            "workflow_domain, description, source, source_path, registered_us, registered_by) "
            "VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)")
        .bind(scope_.project, scope_.domain, name(), next.seq, id, digest_, request_.workflow_scope.project,
              request_.workflow_scope.domain, request_.plan->description, source_, path, next.at_us,
              current_user())
        .run();
    Json data = Json::object();
    data.add("id", id.text()).add("name", name()).add("seq", next.seq).add("plan", digest_.hex());
    append(store_, scope_, EventType::plan_registered, now_us_, data);
  }

  Store& store_;
  const Scope& scope_;
  const PlanRequest& request_;
  std::string body_;
  Digest digest_;
  std::optional<Digest> source_;
  std::int64_t now_us_;
  std::vector<NewBlob> blobs_;
};

// Inside a write transaction. `plan` is what is to be active from now on.
PlanChange change_active(Store& store, const Scope& scope, const std::string& name,
                         const std::optional<Digest>& plan) {
  Database& database = store.database();
  PlanChange change{active_plan(database, scope, name), false};
  if (change.before == plan) return change;
  change.changed = true;
  std::int64_t now_us = store.clock().wall_us();
  database
      .statement(
          "INSERT INTO launch_plan_activation (project, domain, name, seq, plan, before, activated_us, "
          "activated_by) "
          "SELECT ?1, ?2, ?3, 1 + coalesce(max(seq), 0), ?4, ?5, ?6, ?7 FROM launch_plan_activation "
          "WHERE project = ?1 AND domain = ?2 AND name = ?3")
      .bind(scope.project, scope.domain, name, plan, change.before, now_us, current_user())
      .run();
  Json data = Json::object();
  data.add("name", name);
  if (plan) data.add("plan", plan->hex());
  if (change.before) data.add("from", change.before->hex());
  data.add("by", current_user());
  append(store, scope, plan ? EventType::plan_activated : EventType::plan_deactivated, now_us, data);
  return change;
}

Digest newest_plan(Database& database, const Scope& scope, const std::string& name) {
  Statement& row = database.statement(
      "SELECT plan FROM launch_plan_registration WHERE project = ?1 AND domain = ?2 AND name = ?3 "
      "ORDER BY registered_us DESC, id DESC LIMIT 1");
  row.bind(scope.project, scope.domain, name);
  return *row_of(row, [](const Statement& one) { return one.digest(0); });
}

std::vector<std::string> plan_names(Database& database, const Scope& scope) {
  Statement& row = database.statement(
      "SELECT DISTINCT name FROM launch_plan_registration WHERE project = ?1 AND domain = ?2 ORDER BY name");
  row.bind(scope.project, scope.domain);
  return rows_of(row, [](const Statement& one) { return one.string(0); });
}

Digest select_plan(Database& database, const NamedReference& parts) {
  std::vector<Digest> all = plans_of(database, parts.scope, parts.name);
  if (all.empty()) unknown_plan(database, parts.scope, parts.name);
  if (parts.selector.empty() || parts.selector == "active") {
    if (auto active = active_plan(database, parts.scope, parts.name)) return *active;
    throw Error(codes::k_no_active_plan, cat("no launch plan '", parts.name, "' is active"),
                cat("write plan:", parts.name, "@latest, or make one active: wf launchplan activate ",
                    parts.name, "@latest"));
  }
  if (parts.selector == "latest") return newest_plan(database, parts.scope, parts.name);
  std::vector<Digest> found = beginning_with(all, parts.selector);
  if (found.size() == 1) return found.front();
  if (found.size() > 1) ambiguous_reference(parts, found, "launch plans");
  throw Error(
      codes::k_unknown_plan_version,
      cat("the launch plan ", parts.name, " has no version '", escape_terminal(parts.selector), "' in ",
          parts.scope.project, '/', parts.scope.domain),
      cat("after the '@' may stand active, latest, or 8 or more digits of a digest\nsee 'wf launchplan "
          "history ",
          parts.name, '\''));
}

}  // namespace

void unknown_plan(Database& database, const Scope& scope, const std::string& name) {
  std::string hint = did_you_mean(name, plan_names(database, scope));
  if (hint.empty()) hint = "see 'wf launchplan list', or make it with 'wf launchplan create'";
  throw Error(
      codes::k_unknown_plan,
      cat("there is no launch plan '", escape_terminal(name), "' in ", scope.project, '/', scope.domain),
      hint);
}

bool is_plan_reference(std::string_view argument) { return argument.starts_with(k_prefix); }

std::string require_plan_name(Database& database, const Scope& scope, const std::string& text) {
  std::string name = is_plan_reference(text) ? text.substr(k_prefix.size()) : text;
  if (plans_of(database, scope, name).empty()) unknown_plan(database, scope, name);
  return name;
}

PlanSurroundings surroundings_of(Store& store, const Scope& scope, std::optional<ResolvedVersion>& found) {
  PlanSurroundings surroundings;
  surroundings.find_workflow =
      [&store, scope, &found](const std::string& reference) -> std::variant<PlanTarget, PlanRefusal> {
    try {
      found = resolve_version(store.database(), scope, reference);
      return PlanTarget{load_version(store.database(), found->version), found->version};
    } catch (const Error& error) {
      if (error.code().exit != Exit::usage && error.code().exit != Exit::not_found) throw;
      return PlanRefusal{error.code().id, error.message(), error.hint()};
    }
  };
  surroundings.find_content = [&store](const Type& type, const std::string& text) {
    return stored_content(store.blobs(), type, text);
  };
  return surroundings;
}

PlanOutcome register_plan(Store& store, const Scope& scope, const PlanRequest& request, Activate activate,
                          Apply apply) {
  require_scope(store.database(), scope);
  PlanRegistrar registrar(store, scope, request);
  if (apply == Apply::yes) registrar.take_blobs();
  Transaction transaction(store.database(),
                          apply == Apply::yes ? Transaction::Mode::write : Transaction::Mode::read);
  PlanOutcome outcome = registrar.compare();
  if (apply == Apply::yes) {
    registrar.write(outcome);
    if (activate == Activate::yes)
      outcome.activated = change_active(store, scope, request.plan->name, outcome.plan).changed;
  } else if (activate == Activate::yes) {
    outcome.activated = active_plan(store.database(), scope, request.plan->name) != outcome.plan;
  }
  transaction.commit();
  return outcome;
}

ResolvedPlan resolve_plan(Database& database, const Scope& scope, const std::string& reference) {
  std::string text = is_plan_reference(reference) ? reference.substr(k_prefix.size()) : reference;
  NamedReference parts = parse_named_reference(scope, text, k_plan_reference);
  require_scope(database, parts.scope);
  ResolvedPlan found{parts.scope, parts.name, select_plan(database, parts), 0, {}};
  Statement& row = database.statement(
      "SELECT r.seq, r.workflow_project, r.workflow_domain, v.name, v.digest FROM launch_plan_registration r "
      "JOIN launch_plan p ON p.digest = r.plan JOIN version v ON v.digest = p.version "
      "WHERE r.project = ?1 AND r.domain = ?2 AND r.name = ?3 AND r.plan = ?4 ORDER BY "
      "registered_us DESC, id DESC LIMIT 1");
  ResetLater reset(row);
  if (!row.bind(found.scope.project, found.scope.domain, found.name, found.digest).step()) {
    throw Error(codes::k_store_corrupt, cat("the launch plan ", found.digest.text(), " has lost its version"),
                "run 'wf store check'");
  }
  found.registration = row.integer(0);
  Scope place{row.string(1), row.string(2)};
  std::string version = cat(row.string(3), '@', row.digest(4).text());
  row.reset();
  found.workflow = resolve_version(database, place, version);
  return found;
}

Json plan_body(Database& database, const Digest& digest) {
  Statement& row = database.statement("SELECT body FROM launch_plan WHERE digest = ?1");
  ResetLater reset(row);
  if (!row.bind(digest).step() || launch_plan_digest(row.string(0)) != digest) {
    throw Error(codes::k_store_corrupt, cat("the stored form of launch plan ", digest.text(), " is damaged"),
                "run 'wf store check', and register the plan again");
  }
  return Json::parse(row.text(0), cat("launch plan ", digest.text()));
}

LaunchPlan load_plan(Database& database, const Digest& digest, const Workflow& workflow) {
  return plan_from_canonical(plan_body(database, digest), workflow);
}

PlanChange activate_plan(Store& store, const ResolvedPlan& plan) {
  Transaction transaction(store.database(), Transaction::Mode::write);
  PlanChange change = change_active(store, plan.scope, plan.name, plan.digest);
  transaction.commit();
  return change;
}

PlanChange deactivate_plan(Store& store, const Scope& scope, const std::string& name) {
  require_scope(store.database(), scope);
  Transaction transaction(store.database(), Transaction::Mode::write);
  require_plan_name(store.database(), scope, name);
  PlanChange change = change_active(store, scope, name, std::nullopt);
  transaction.commit();
  return change;
}

std::vector<Digest> plans_of(Database& database, const Scope& scope, const std::string& name) {
  Statement& row = database.statement(
      "SELECT plan FROM launch_plan_registration WHERE project = ?1 AND domain = ?2 AND name = ?3 "
      "GROUP BY plan ORDER BY min(registered_us), min(id)");
  row.bind(scope.project, scope.domain, name);
  return rows_of(row, [](const Statement& one) { return one.digest(0); });
}

std::optional<Digest> active_plan(Database& database, const Scope& scope, const std::string& name) {
  Statement& row = database.statement(
      "SELECT plan FROM launch_plan_activation WHERE project = ?1 AND domain = ?2 AND name = ?3 "
      "ORDER BY seq DESC LIMIT 1");
  ResetLater reset(row);
  if (!row.bind(scope.project, scope.domain, name).step() || row.is_null(0)) return std::nullopt;
  return row.digest(0);
}

std::optional<std::int64_t> active_since_us(Database& database, const ResolvedPlan& plan) {
  Statement& row = database.statement(
      "SELECT plan IS ?4, activated_us FROM launch_plan_activation WHERE project = ?1 AND domain = ?2 AND "
      "name = ?3 ORDER BY seq DESC LIMIT 1");
  ResetLater reset(row);
  bool any = row.bind(plan.scope.project, plan.scope.domain, plan.name, plan.digest).step();
  if (!any || row.integer(0) == 0) return std::nullopt;
  return row.integer(1);
}

}  // namespace wf
