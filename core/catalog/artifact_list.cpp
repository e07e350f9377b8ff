#include "core/catalog/artifact_list.hpp"

#include <algorithm>
#include <set>

#include "core/base/text.hpp"
#include "core/catalog/artifact_row.hpp"
#include "core/catalog/dataset_list.hpp"
#include "core/definition/value.hpp"

namespace wf {

namespace {

constexpr std::string_view k_partition = "partition:";

// A unary plus keeps SQLite from an index: which one serves is decided below.
constexpr Term k_terms[] = {
    {"workflow", "+a.workflow = ?"},
    {"task", "+a.task = ?"},
    {"node", "+a.node = ?"},
    {"version", "+a.version = ?"},
    {"run",
     "a.id IN (SELECT n.artifact FROM node n WHERE n.project = ?1 AND n.domain = ?2 AND n.run = ?) AND "
     "+a.run = ?"},
    {"tag",
     "a.id IN (SELECT t.artifact FROM tag t WHERE t.project = ?1 AND t.domain = ?2 AND t.created_by IS NOT "
     "NULL AND "
     "t.name >= ? AND t.name < ? || char(1114111))"},
    {"output",
     "EXISTS (SELECT 1 FROM artifact_data o WHERE o.project = ?1 AND o.domain = ?2 AND o.artifact = a.id AND "
     "o.name = "
     "?)"},
    {"type",
     "EXISTS (SELECT 1 FROM artifact_data o WHERE o.project = ?1 AND o.domain = ?2 AND o.artifact = a.id AND "
     "+o.type "
     "= ?)"},
};

// Told to, since SQLite takes a range of ids for narrower than a dataset.
constexpr std::string_view k_of_dataset =
    "artifact a INDEXED BY artifact_by_dataset WHERE a.project = ?1 AND a.domain = ?2 AND a.workflow = ?";

// The filters that say in which datasets to look.
constexpr std::string_view k_dataset_filters[] = {"workflow", "task", "node", "output", "type"};

const std::vector<Order>& orders() {
  static const std::vector<Order> k_orders{{"-created", {"a.id"}, Sorted::down},
                                           {"created", {"a.id"}, Sorted::up},
                                           {"name", {"a.workflow", "a.task", "a.id"}, Sorted::up}};
  return k_orders;
}

// The texts that stand for the same value as this one in some type: 60s and 1m, 1 and 01.
std::vector<std::string> spellings(const std::string& text) {
  std::set<std::string> found{text};
  for (Kind kind : {Kind::integer, Kind::boolean, Kind::datetime, Kind::duration}) {
    ValueResult value = value_from_text(Type(kind), text);
    if (auto* json = std::get_if<Json>(&value)) found.insert(value_to_text(Type(kind), *json));
  }
  return {found.begin(), found.end()};
}

// Where to look: one dataset, and in it one value of the partition that leads.
struct Place {
  std::optional<std::string> workflow;
  std::string task;
  std::string value;
};

struct Partition {
  std::string name;
  std::vector<std::string> values;  // any of them
};

// Goes through places in turn, each served by one index in the order of ids, and keeps the first ones of all.
// Once a page is full, a place that has nothing before its end costs one step.
class ArtifactSearch {
 public:
  ArtifactSearch(Database& database, const ListRequest& request)
      : database_(database), request_(request), order_(order_of(orders(), request.order)) {
    for (const Filter& filter : request.filters) {
      if (filter.name.starts_with(k_partition))
        partitions_.push_back({filter.name.substr(k_partition.size()), spellings(filter.text)});
    }
    wanted_ = request.limit < 0 ? -1 : request.limit + 1;
    after_ = read_cursor("artifacts", request);
  }

  Page<Artifact> run() {
    narrow_to_version();
    if (whole_scope()) {
      read_place({});
    } else {
      for (const Place& place : places()) read_place(place);
    }
    std::sort(page_.items.begin(), page_.items.end(),
              [this](const Artifact& a, const Artifact& b) { return precedes(a, b); });
    cut_page(page_, "artifacts", request_, [this](const Artifact& artifact) { return key_of(artifact); });
    return std::move(page_);
  }

 private:
  bool by_name() const { return order_.columns.size() > 1; }
  bool has(std::string_view filter) const { return find_filter(request_, filter) != nullptr; }
  // A run or a tag leads to few artifacts by itself; without a filter the ids lead.
  bool whole_scope() const {
    if (!partitions_.empty()) return false;
    if (has("run") || has("tag")) return true;
    bool narrowed = std::any_of(std::begin(k_dataset_filters), std::end(k_dataset_filters),
                                [this](std::string_view filter) { return has(filter); });
    return !narrowed && !by_name();
  }

  Key key_of(const Artifact& artifact) const {
    if (!by_name()) return {artifact.id};
    return {artifact.workflow, artifact.task, artifact.id};
  }

  bool precedes(const Artifact& a, const Artifact& b) const {
    if (order_.direction == Sorted::down) return b.id < a.id;
    if (!by_name()) return a.id < b.id;
    return std::tie(a.workflow, a.task, a.id) < std::tie(b.workflow, b.task, b.id);
  }

  // Artifacts of a version were made between the beginning of its first run and the end of its last.
  void narrow_to_version() {
    const Filter* version = find_filter(request_, "version");
    if (version == nullptr) return;
    constexpr std::int64_t k_most_runs = 1000;
    Statement& row = database_.statement(
        "SELECT count(*), min(id), max(coalesce(ended_us, 9000000000000000)) FROM (SELECT id, ended_us FROM "
        "run WHERE "
        "project = ?1 AND domain = ?2 AND version = ?3 LIMIT ?4)");
    ResetLater reset(row);
    row.bind(request_.project, request_.domain, std::get<Digest>(version->value), k_most_runs + 1);
    if (!row.step() || row.integer(0) == 0 || row.integer(0) > k_most_runs) return;
    first_ = row.uuid(1);
    last_ = first_uuid7(row.integer(2) + 1'000'000);
  }

  std::vector<Place> places() {
    std::vector<Place> found = datasets();
    if (partitions_.empty()) return found;
    std::vector<Place> all;
    for (const Place& dataset : found) {
      for (const std::string& value : leader(found).values)
        all.push_back({dataset.workflow, dataset.task, value});
    }
    return all;
  }

  std::vector<Place> datasets() {
    ListRequest wanted{request_.project, request_.domain};
    for (const Filter& filter : request_.filters) {
      if (std::find(std::begin(k_dataset_filters), std::end(k_dataset_filters), filter.name) !=
          std::end(k_dataset_filters))
        wanted.filters.push_back(filter);
    }
    for (const Partition& partition : partitions_)
      wanted.filters.push_back({"partition", partition.name, partition.name});
    std::vector<Place> found;
    for (Dataset& dataset : list_datasets(database_, wanted).items)
      found.push_back({std::move(dataset.workflow), std::move(dataset.task), {}});
    return found;
  }

  // The partition with the fewest artifacts, as far as counting a few tells; it is moved to the front.
  const Partition& leader(const std::vector<Place>& datasets) {
    if (led_ || partitions_.size() == 1) return partitions_.front();
    led_ = true;
    auto rarer = [&](const Partition& a, const Partition& b) {
      return amount(a, datasets) < amount(b, datasets);
    };
    std::iter_swap(partitions_.begin(), std::min_element(partitions_.begin(), partitions_.end(), rarer));
    return partitions_.front();
  }

  std::int64_t amount(const Partition& partition, const std::vector<Place>& datasets) {
    constexpr std::int64_t k_enough = 1000;
    Statement& row = database_.statement(
        "SELECT count(*) FROM (SELECT 1 FROM artifact_partition WHERE project = ?1 AND domain = ?2 AND "
        "workflow = ?3 "
        "AND task = ?4 AND name = ?5 AND value = ?6 LIMIT ?7)");
    std::int64_t sum = 0;
    for (const Place& place : datasets) {
      for (const std::string& value : partition.values) {
        ResetLater reset(row);
        row.bind(request_.project, request_.domain, place.workflow, place.task, partition.name, value,
                 k_enough);
        if (row.step()) sum += row.integer(0);
      }
    }
    return sum;
  }

  void read_place(const Place& place) {
    std::optional<Key> after = begin_in(place);
    if (!after) return;
    Sql sql(request_);
    add_source(sql, place);
    sql.add_terms(k_terms, request_.filters);
    for (std::size_t i = 1; i < partitions_.size(); ++i) add_partition(sql, partitions_[i]);
    add_bounds(sql);
    Order order = order_;
    if (place.workflow) order.columns = {id_column()};
    // A run or a tag leads: sorting what it has is cheaper than going through all in the order of names.
    if (!place.workflow && by_name()) order.columns = {"+a.workflow", "+a.task", "+a.id"};
    sql.add_order(order, *after, wanted_);
    Statement& rows = sql.prepare(database_);
    ResetLater reset(rows);
    while (rows.step()) keep(read_artifact(rows));
  }

  // The key to go on behind; nullopt: nothing of the place belongs to the page.
  std::optional<Key> begin_in(const Place& place) const {
    if (!place.workflow || !by_name()) return after_;
    if (full() && std::tie(page_.items.back().workflow, page_.items.back().task) <
                      std::tie(*place.workflow, place.task))
      return std::nullopt;
    if (after_.empty()) return after_;
    auto from = std::tie(std::get<std::string>(after_[0]), std::get<std::string>(after_[1]));
    if (std::tie(*place.workflow, place.task) < from) return std::nullopt;
    return from < std::tie(*place.workflow, place.task) ? Key{} : Key{after_[2]};
  }

  void add_source(Sql& sql, const Place& place) const {
    sql.add("SELECT " WF_ARTIFACT_COLUMNS " FROM ");
    if (!place.workflow) {
      sql.add("artifact a WHERE a.project = ?1 AND a.domain = ?2");
    } else if (partitions_.empty()) {
      sql.add(k_of_dataset, *place.workflow).add(" AND a.task = ?", place.task);
    } else {
      sql.add(
             "artifact_partition p CROSS JOIN artifact a WHERE a.project = ?1 AND a.domain = ?2 AND a.id = "
             "p.artifact "
             "AND p.project = ?1 AND p.domain = ?2 AND p.workflow = ?",
             *place.workflow)
          .add(" AND p.task = ?", place.task)
          .add(" AND p.name = ?", partitions_.front().name)
          .add(" AND p.value = ?", place.value);
    }
  }

  static void add_partition(Sql& sql, const Partition& partition) {
    sql.add(
        " AND EXISTS (SELECT 1 FROM artifact_partition q WHERE q.project = ?1 AND q.domain = ?2 AND "
        "q.workflow = "
        "p.workflow AND q.task = p.task AND q.artifact = p.artifact AND q.name = ?",
        partition.name);
    for (std::size_t i = 0; i < partition.values.size(); ++i)
      sql.add(i == 0 ? " AND q.value IN (?" : ", ?", partition.values[i]);
    sql.add("))");
  }

  // On the column that leads: SQLite does not hand a range on to an equal one.
  std::string_view id_column() const { return partitions_.empty() ? "a.id" : "p.artifact"; }
  void add_bound(Sql& sql, std::string_view relation, const SqlValue& id) const {
    sql.add(" AND ").add(id_column()).add(relation, id);
  }

  void add_bounds(Sql& sql) const {
    if (const Filter* since = find_filter(request_, "since")) add_bound(sql, " >= ?", since->value);
    if (const Filter* until = find_filter(request_, "until")) add_bound(sql, " < ?", until->value);
    if (first_) add_bound(sql, " >= ?", *first_);
    if (last_) add_bound(sql, " < ?", *last_);
    if (full() && !by_name()) add_bound(sql, order_.direction == Sorted::down ? " > ?" : " < ?", end());
  }

  bool full() const { return wanted_ >= 0 && page_.items.size() >= static_cast<std::size_t>(wanted_); }
  const Uuid& end() const { return page_.items.back().id; }

  void keep(Artifact artifact) {
    if (wanted_ < 0) return page_.items.push_back(std::move(artifact));
    auto before = [this](const Artifact& a, const Artifact& b) { return precedes(a, b); };
    auto place = std::upper_bound(page_.items.begin(), page_.items.end(), artifact, before);
    page_.items.insert(place, std::move(artifact));
    if (page_.items.size() > static_cast<std::size_t>(wanted_)) page_.items.pop_back();
  }

  Database& database_;
  const ListRequest& request_;
  Order order_;
  std::vector<Partition> partitions_;  // the first one leads
  bool led_ = false;
  std::int64_t wanted_ = -1;
  Key after_;
  std::optional<Uuid> first_;
  std::optional<Uuid> last_;
  Page<Artifact> page_;
};

}  // namespace

Page<Artifact> list_artifacts(Database& database, const ListRequest& request) {
  return ArtifactSearch(database, request).run();
}

}  // namespace wf
