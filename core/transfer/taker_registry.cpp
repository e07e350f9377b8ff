// Registrations, labels and active plans: what has an order of its own in each store.
#include <algorithm>

#include "core/base/text.hpp"
#include "core/registry/label.hpp"
#include "core/registry/registration_order.hpp"
#include "core/registry/versions.hpp"
#include "core/transfer/codes.hpp"
#include "core/transfer/taker.hpp"

namespace wf::transfer {

namespace {

template <typename Key>
Key name_of(const Shape& shape, const Row& row) {
  return {text_of(cell(shape, row, "project")), text_of(cell(shape, row, "domain")),
          text_of(cell(shape, row, "name"))};
}

std::string shown(const std::tuple<std::string, std::string, std::string>& name) {
  return cat(std::get<0>(name), '/', std::get<1>(name), '/', std::get<2>(name));
}

Scope scope_of(const std::tuple<std::string, std::string, std::string>& name) {
  return {std::get<0>(name), std::get<1>(name)};
}

std::string plan_text(const Row& row, const Shape& shape) {
  std::string plan = bytes_of(cell(shape, row, "plan"));
  return plan.empty() ? "none" : cat("sha256:", to_hex(plan));
}

bool is_same_step(const Shape& shape, const Row& one, const Row& other) {
  return plan_text(one, shape) == plan_text(other, shape) &&
         integer_of(cell(shape, one, "activated_us")) == integer_of(cell(shape, other, "activated_us"));
}

}  // namespace

void Taker::take_registrations(std::string_view table) {
  Shape shape = shape_of(source(), table);
  std::map<NameKey, std::vector<Row>> names;
  each_row(
      source(), shape, [&](Row& row) { names[name_of<NameKey>(shape, row)].push_back(std::move(row)); },
      "t.project, t.domain, t.name, t.registered_us, t.id");
  for (auto& [name, rows] : names) add_registrations(shape, name, std::move(rows));
}

// They get the numbers after those that are here, which say nothing of which is the newest.
void Taker::add_registrations(const Shape& shape, const NameKey& name, std::vector<Row> rows) {
  std::int64_t seq = next_registration(target(), shape.table, scope_of(name), std::get<2>(name), 0).seq;
  for (Row& row : rows) {
    std::int64_t there = integer_of(cell(shape, row, "seq"));
    std::optional<std::int64_t> here = known_registration(shape, name, row);
    if (!here) add_registration(shape, row, seq);
    if (shape.table == "registration") registrations_[{name, there}] = here ? *here : seq;
    if (!here) ++seq;
  }
}

void Taker::add_registration(const Shape& shape, Row& row, std::int64_t seq) {
  if (integer_of(cell(shape, row, "registered_us")) > k_last_registration_us)
    throw Error(codes::k_bundle_wrong, cat("a row of '", shape.table, "' is of a time after the year 9999"),
                "nothing was taken: no later registration could be the latest");
  cell(shape, row, "seq") = seq;
  RowInserter(target(), shape).insert(row);
  add(shape.table);
  if (shape.table == "registration" && new_versions_.erase(digest_of(cell(shape, row, "version"))) > 0)
    notes_.note_version(shape, row);
  notes_.note(shape, row);
}

std::optional<std::int64_t> Taker::known_registration(const Shape& shape, const NameKey& name,
                                                      const Row& row) {
  Statement& known = target().statement(
      cat("SELECT seq FROM ", shape.table, " WHERE project = ?1 AND domain = ?2 AND name = ?3 AND id = ?4"));
  known.bind(std::get<0>(name), std::get<1>(name), std::get<2>(name), uuid_of(cell(shape, row, "id")));
  return row_of(known, [](const Statement& at) { return at.integer(0); });
}

void Taker::take_labels() {
  Shape shape = shape_of(source(), "label");
  RowInserter inserter(target(), shape);
  each_row(source(), shape, [&](Row& row) {
    auto name = name_of<NameKey>(shape, row);
    std::string label = text_of(cell(shape, row, "label"));
    Digest there = digest_of(cell(shape, row, "version"));
    std::optional<Digest> here = find_label(target(), scope_of(name), std::get<2>(name), label);
    if (here == there) return;
    if (!here) here = hidden_by(name, label);
    if (here) {
      transfer_.conflicts.push_back({"label", cat(shown(name), '@', label), here->text(), there.text()});
      return;
    }
    inserter.insert(row);
    add("label");
    notes_.note(shape, row);
  });
}

// The version that NAME@LABEL stands for already, where the label is the beginning of its digest.
std::optional<Digest> Taker::hidden_by(const NameKey& name, const std::string& label) {
  std::optional<std::string> prefix = digest_prefix(label);
  if (!prefix) return std::nullopt;
  for (const Digest& version : versions_of(target(), scope_of(name), std::get<2>(name))) {
    if (version.hex().starts_with(*prefix)) return version;
  }
  return std::nullopt;
}

void Taker::take_activations() {
  Shape shape = shape_of(source(), "launch_plan_activation");
  std::map<NameKey, std::vector<Row>> names;
  each_row(source(), shape, [&](Row& row) { names[name_of<NameKey>(shape, row)].push_back(std::move(row)); });
  for (auto& [name, rows] : names) add_activations(shape, name, std::move(rows));
}

std::vector<Row> Taker::activations(Database& database, const Shape& shape, const NameKey& name) {
  Statement& rows = database.statement(cat("SELECT ", shape.names(""), " FROM ", shape.table,
                                           " WHERE project = ?1 AND domain = ?2 AND name = ?3 ORDER BY seq"));
  rows.bind(std::get<0>(name), std::get<1>(name), std::get<2>(name));
  return rows_of(rows, [&](const Statement& at) { return read_row(at, shape); });
}

// What was done there after all that was done here comes; else both must mean the same.
void Taker::add_activations(const Shape& shape, const NameKey& name, std::vector<Row> there) {
  std::vector<Row> here = activations(target(), shape, name);
  std::size_t common = std::min(here.size(), there.size());
  bool is_one_history =
      std::equal(here.begin(), here.begin() + static_cast<std::ptrdiff_t>(common), there.begin(),
                 [&](const Row& a, const Row& b) { return is_same_step(shape, a, b); });
  if (!is_one_history) {
    if (plan_text(here.back(), shape) == plan_text(there.back(), shape)) return;
    transfer_.conflicts.push_back(
        {"active_plan", shown(name), plan_text(here.back(), shape), plan_text(there.back(), shape)});
    return;
  }
  RowInserter inserter(target(), shape);
  for (std::size_t i = common; i < there.size(); ++i) {
    inserter.insert(there[i]);
    add("launch_plan_activation");
    notes_.note(shape, there[i]);
  }
}

}  // namespace wf::transfer
