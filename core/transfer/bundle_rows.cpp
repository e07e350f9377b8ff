#include "core/transfer/bundle_rows.hpp"

#include "core/store/event_log.hpp"

namespace wf::transfer {

namespace {

bool is_registration(std::string_view table) {
  return table == "registration" || table == "launch_plan_registration";
}

std::string_view order_of(std::string_view table) {
  if (is_registration(table)) return "t.project, t.domain, t.name, t.registered_us, t.id";
  return table == "dataset_version" ? "t.project, t.domain, t.workflow, t.task, t.version" : "";
}

void add(RowText& text, const Shape& shape, const Row& row) {
  text.lines += row_json(shape, row).canonical();
  text.lines += '\n';
  ++text.rows;
}

}  // namespace

RowText BundleRows::read(std::string_view table) {
  if (table == "event") return read_events();
  Shape shape = shape_of(source_, table);
  RowText text;
  auto take = [&](Row& row) {
    number(shape, row);
    add(text, shape, row);
  };
  each_row(source_, shape, take, order_of(table));
  return text;
}

// The numbers that a store gives in the order of what comes to it.
void BundleRows::number(const Shape& shape, Row& row) {
  if (is_registration(shape.table)) return number_registration(shape, row);
  if (shape.table == "dataset_version") {
    Cell& id = cell(shape, row, "id");
    auto next = static_cast<std::int64_t>(dataset_versions_.size()) + 1;
    id = dataset_versions_[integer_of(id)] = next;
  } else if (shape.table == "artifact") {
    Cell& version = cell(shape, row, "dataset_version");
    version = dataset_versions_.at(integer_of(version));
  } else if (shape.table == "run") {
    Cell& registration = cell(shape, row, "registration");
    auto known =
        registrations_.find({text_of(cell(shape, row, "project")), text_of(cell(shape, row, "domain")),
                             text_of(cell(shape, row, "workflow")), integer_of(registration)});
    if (known != registrations_.end()) registration = known->second;
  }
}

void BundleRows::number_registration(const Shape& shape, Row& row) {
  std::string project = text_of(cell(shape, row, "project"));
  std::string domain = text_of(cell(shape, row, "domain"));
  std::string name = text_of(cell(shape, row, "name"));
  std::tuple key{shape.table, project, domain, name};
  last_ = key == name_ ? last_ + 1 : 1;
  name_ = key;
  Cell& seq = cell(shape, row, "seq");
  if (shape.table == "registration") registrations_[{project, domain, name, integer_of(seq)}] = last_;
  seq = last_;
}

RowText BundleRows::read_events() {
  Shape shape = without(shape_of(source_, "event"), "pos");
  Statement& runs = source_.statement("SELECT DISTINCT run FROM take_run ORDER BY run");
  runs.bind();
  RowText text;
  for (const Uuid& run : rows_of(runs, [](const Statement& row) { return row.uuid(0); })) {
    Statement& events =
        source_.statement("SELECT " + shape.names("") + " FROM event WHERE stream = ?1 ORDER BY seq");
    ResetLater reset(events);
    events.bind(run_stream(run));
    while (events.step()) add(text, shape, read_row(events, shape));
  }
  return text;
}

}  // namespace wf::transfer
