#include "core/transfer/taker.hpp"

#include "core/base/text.hpp"
#include "core/transfer/codes.hpp"
#include "core/transfer/tables.hpp"

namespace wf::transfer {

namespace {

std::string place_of(const Shape& shape, const Row& row) {
  return cat(text_of(cell(shape, row, "project")), '/', text_of(cell(shape, row, "domain")));
}

// The one value that a statement finds.
template <typename... Args>
std::optional<Uuid> id_found(Database& database, std::string_view sql, const Args&... args) {
  Statement& row = database.statement(sql);
  row.bind(args...);
  return row_of(row, [](const Statement& one) { return one.uuid(0); });
}

}  // namespace

Taker::Taker(Store& from, Store& to, Origin origin, Transfer& transfer)
    : from_(from), to_(to), origin_(origin), transfer_(transfer), notes_(to) {}

void Taker::add(std::string_view table, std::int64_t count) {
  if (count > 0) transfer_.rows[std::string(table)] += count;
}

void Taker::take_rows() {
  take_noted("project");
  take_noted("domain");
  if (origin_ == Origin::store) take_noted("pool");
  take_content();
  take_registrations("registration");
  take_registrations("launch_plan_registration");
  take_labels();
  if (origin_ == Origin::store) take_activations();
  take_table("dataset", false);
  take_dataset_versions();
  take_of_runs();
  take_table("run_reuse", false);
  take_table("cache_entry", false);
  take_tags();
  take_noted("pin");
  take_streams();
}

void Taker::take_noted(std::string_view table) {
  Shape shape = shape_of(source(), table);
  RowInserter inserter(target(), shape);
  each_row(source(), shape, [&](Row& row) {
    if (!inserter.insert(row)) return;
    add(table);
    notes_.note(shape, row);
  });
}

void Taker::take_content() {
  for (const TableRule& rule : table_rules()) {
    if (rule.way == Way::content) take_table(rule.table, false);
  }
}

void Taker::take_of_runs() {
  for (const TableRule& rule : table_rules()) {
    if (rule.way == Way::of_run) take_table(rule.table, true);
  }
}

void Taker::take_table(std::string_view table, bool must_be_new) {
  Shape shape = shape_of(source(), table);
  RowInserter inserter(target(), shape);
  std::int64_t count = 0;
  each_row(source(), shape, [&](Row& row) {
    adapt(shape, row);
    if (inserter.insert(row)) {
      ++count;
      if (table == "version") new_versions_.insert(digest_of(cell(shape, row, "digest")));
    } else if (must_be_new) {
      throw Error(
          codes::k_transfer_clash,
          cat("a new run comes with a row of '", table, "' that this store has of something else"),
          "one of the two records is not true: 'wf store check' and 'wf event verify' in both stores");
    }
  });
  add(table, count);
}

void Taker::adapt(const Shape& shape, Row& row) {
  if (shape.table == "run") adapt_run(shape, row);
  if (shape.table != "artifact") return;
  Cell& version = cell(shape, row, "dataset_version");
  version = dataset_versions_.at(integer_of(version));
}

// A registration has another number here, and a name may be taken.
void Taker::adapt_run(const Shape& shape, Row& row) {
  std::string project = text_of(cell(shape, row, "project"));
  std::string domain = text_of(cell(shape, row, "domain"));
  Cell& registration = cell(shape, row, "registration");
  auto known = registrations_.find(
      {{project, domain, text_of(cell(shape, row, "workflow"))}, integer_of(registration)});
  if (known != registrations_.end()) registration = known->second;
  std::string name = text_of(cell(shape, row, "name"));
  if (name.empty()) return;
  auto owner = id_found(target(), "SELECT id FROM run WHERE project = ?1 AND domain = ?2 AND name = ?3",
                        project, domain, name);
  if (!owner) return;
  Uuid id = uuid_of(cell(shape, row, "id"));
  transfer_.conflicts.push_back({"run_name", cat(project, '/', domain, '/', name), owner->text(), id.text()});
  cell(shape, row, "name") = std::monostate();
}

void Taker::take_dataset_versions() {
  Shape shape = shape_of(source(), "dataset_version");
  Shape numberless = without(shape, "id");
  RowInserter inserter(target(), numberless);
  each_row(source(), shape, [&](Row& row) {
    std::int64_t there = integer_of(cell(shape, row, "id"));
    Statement& number = target().statement(
        "SELECT id FROM dataset_version WHERE project = ?1 AND domain = ?2 AND workflow = ?3 AND task = ?4 "
        "AND version = ?5");
    Row rest = row;
    rest.erase(rest.begin() + static_cast<std::ptrdiff_t>(shape.place_of("id")));
    if (inserter.insert(rest)) add("dataset_version");
    number.bind(text_of(cell(shape, row, "project")), text_of(cell(shape, row, "domain")),
                text_of(cell(shape, row, "workflow")), text_of(cell(shape, row, "task")),
                digest_of(cell(shape, row, "version")));
    dataset_versions_[there] = *row_of(number, [](const Statement& one) { return one.integer(0); });
  });
}

// Those of the cache name what has the same key: the first one stays.
void Taker::take_tags() {
  Shape shape = shape_of(source(), "tag");
  RowInserter inserter(target(), shape);
  each_row(source(), shape, [&](Row& row) {
    bool by_hand = !std::holds_alternative<std::monostate>(cell(shape, row, "created_by"));
    if (inserter.insert(row)) {
      if (by_hand) notes_.note(shape, row);
      return add(by_hand ? "tag" : "cache_tag");
    }
    if (!by_hand) return;
    std::string workflow = text_of(cell(shape, row, "workflow"));
    std::string task = text_of(cell(shape, row, "task"));
    std::string name = text_of(cell(shape, row, "name"));
    auto here = id_found(
        target(),
        "SELECT artifact FROM tag WHERE project = ?1 AND domain = ?2 AND workflow = ?3 AND task = ?4 AND "
        "name = ?5",
        text_of(cell(shape, row, "project")), text_of(cell(shape, row, "domain")), workflow, task, name);
    Uuid there = uuid_of(cell(shape, row, "artifact"));
    if (*here == there) return;
    transfer_.conflicts.push_back(
        {"tag", cat(place_of(shape, row), '/', workflow, '#', task, ':', name), here->text(), there.text()});
  });
}

}  // namespace wf::transfer
