#include "core/catalog/artifact_list.hpp"

#include <algorithm>
#include <limits>
#include <span>

#include "core/catalog/artifact_row.hpp"
#include "core/catalog/dataset_list.hpp"
#include "core/catalog/labelled_runs.hpp"
#include "core/definition/value.hpp"

namespace wf {

namespace {

constexpr std::string_view k_partition = "partition:";

// A unary plus keeps SQLite from an index: which one serves is decided below.
constexpr Term k_terms[] = {
    {"workflow", "+a.workflow = ?"},
    {"task", "+a.task = ?"},
    {"prefix", "substr(a.workflow || '/' || a.task, 1, length(?)) = ?"},
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

// Which versions of a dataset can have what is looked for.
constexpr Term k_version_terms[] = {
    {"version", "v.version = ?"},
    {"output", "EXISTS (SELECT 1 FROM json_each(v.outputs) o WHERE o.key = ?)"},
    {"type", "EXISTS (SELECT 1 FROM json_each(v.outputs) o WHERE o.value = ?)"},
};

// The filters that say in which datasets to look, and of those the ones that say where in them.
constexpr std::string_view k_dataset_filters[] = {"workflow", "task",   "prefix", "version",
                                                  "node",     "output", "type"};
constexpr std::string_view k_inner_filters[] = {"version", "node", "output", "type"};

// So many places are looked at one by one rather than a whole dataset through.
constexpr std::size_t k_most_parts = 2000;
// So few runs are gone through one by one, whatever else is asked.
constexpr std::size_t k_few_runs = 64;

const std::vector<Order>& orders() {
  static const std::vector<Order> k_orders{{"-created", {"a.id"}, "u", Sorted::down},
                                           {"created", {"a.id"}, "u", Sorted::up},
                                           {"name", {"a.workflow", "a.task", "a.id"}, "ssu", Sorted::up}};
  return k_orders;
}

// A partition that is looked for: a text, and what it is as a value of one of the types the partition has in
// a dataset (60s is 1m, but only of a duration). Versions may differ in the type.
struct Partition {
  std::string name;
  std::string text;
  std::string type = {};
  bool only_type = true;
};

// What one node made in one version of a dataset.
struct Part {
  std::int64_t version = 0;
  std::string node;
};

// Where to look: the scope, one run, one dataset, a part of it, or in it the value of the first partition.
struct Place {
  std::optional<std::string> workflow = {};
  std::string task = {};
  std::vector<Partition> partitions = {};  // all must hold; without a part the first one leads
  std::optional<Part> part = {};
  std::optional<Uuid> run = {};
};

// Goes through places in turn, each served by one index in the order of ids, and keeps the first ones of all.
// Once a page is full, a place that has nothing before its end costs one step.
class ArtifactSearch {
 public:
  ArtifactSearch(Database& database, const ListRequest& request)
      : database_(database), request_(request), order_(order_of(orders(), request.order)) {
    for (const Filter& filter : request.filters) {
      if (filter.name.starts_with(k_partition))
        asked_.push_back({filter.name.substr(k_partition.size()), filter.text});
    }
    if (const Filter* label = find_filter(request, "label"))
      labelled_.emplace(database, request.project, request.domain, std::get<std::string>(label->value));
    wanted_ = request.limit < 0 ? -1 : request.limit + 1;
    after_ = read_cursor("artifacts", request, order_);
  }

  Page<Artifact> run() {
    if (labels_lead()) {
      read_labelled();
    } else if (whole_scope()) {
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
  bool has_any(std::span<const std::string_view> filters) const {
    return std::any_of(filters.begin(), filters.end(), [this](std::string_view one) { return has(one); });
  }
  // A run or a tag leads to few artifacts by itself; without a filter the ids lead.
  bool whole_scope() const {
    if (!asked_.empty()) return false;
    return has("run") || has("tag") || (!has_any(k_dataset_filters) && !by_name());
  }

  // Other filters lead to fewer artifacts than a label that many runs have.
  bool labels_lead() const {
    if (!labelled_ || !asked_.empty() || has("run") || has("tag")) return false;
    return labelled_->by_id().size() <= k_few_runs || (!has_any(k_dataset_filters) && !by_name());
  }

  // Run by run from where the page begins. Once it is full, only runs that were at work before its end count.
  void read_labelled() {
    std::vector<LabelledRun> runs = labelled_->by_id();
    if (order_.direction == Sorted::down) std::reverse(runs.begin(), runs.end());
    for (const LabelledRun& run : runs) {
      auto [since_us, until_us] = times_of_page();
      if (may_have_made(run, since_us, until_us)) {
        Place place;
        place.run = run.id;
        read_place(place);
      }
    }
  }

  // Between which what belongs to the page was made.
  std::pair<std::int64_t, std::int64_t> times_of_page() const {
    std::int64_t since = std::numeric_limits<std::int64_t>::min();
    std::int64_t until = std::numeric_limits<std::int64_t>::max();
    auto time_of = [](const SqlValue& id) { return time_in(std::get<Uuid>(id), 0); };
    if (const Filter* filter = find_filter(request_, "since")) since = time_of(filter->value);
    if (const Filter* filter = find_filter(request_, "until")) until = time_of(filter->value);
    if (by_name()) return {since, until};
    bool down = order_.direction == Sorted::down;
    if (!after_.empty()) (down ? until : since) = time_of(after_[0]);
    if (full()) (down ? since : until) = page_.items.back().created_us;
    return {since, until};
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

  std::vector<Place> places() {
    ListRequest wanted{request_.project, request_.domain};
    for (const Filter& filter : request_.filters) {
      if (std::find(std::begin(k_dataset_filters), std::end(k_dataset_filters), filter.name) !=
          std::end(k_dataset_filters))
        wanted.filters.push_back(filter);
    }
    for (const Partition& partition : asked_)
      wanted.filters.push_back({"partition", partition.name, partition.name});
    std::vector<Place> all;
    for (const Dataset& dataset : list_datasets(database_, wanted).items) {
      std::optional<std::vector<Part>> parts = parts_of(dataset);
      for (std::vector<Partition>& partitions : spelled(dataset))
        add_places({dataset.workflow, dataset.task, std::move(partitions)}, parts, all);
    }
    return all;
  }

  // What is asked for, in each way that the types of the dataset's partitions allow.
  std::vector<std::vector<Partition>> spelled(const Dataset& dataset) {
    std::vector<std::vector<Partition>> ways{{}};
    for (const Partition& asked : asked_) {
      std::vector<std::string> types = partition_types(database_, dataset, asked.name);
      std::vector<std::vector<Partition>> longer;
      for (const std::string& type : types) {
        std::optional<std::string> value = partition_text(type, asked.text);
        if (!value) continue;
        for (std::vector<Partition> way : ways) {
          way.push_back({asked.name, *value, type, types.size() == 1});
          longer.push_back(std::move(way));
        }
      }
      ways = std::move(longer);
    }
    return ways;
  }

  // By whatever has the fewest artifacts, as far as counting a few tells.
  void add_places(Place place, const std::optional<std::vector<Part>>& parts, std::vector<Place>& all) {
    if (place.partitions.empty() && !parts) return all.push_back(std::move(place));
    std::vector<std::int64_t> amounts;
    bool choice = place.partitions.size() + (parts ? 1 : 0) > 1;
    if (choice) {
      for (const Partition& partition : place.partitions) amounts.push_back(amount(place, partition));
      auto rarest = std::min_element(amounts.begin(), amounts.end()) - amounts.begin();
      std::swap(place.partitions[0], place.partitions[static_cast<std::size_t>(rarest)]);
      std::swap(amounts[0], amounts[static_cast<std::size_t>(rarest)]);
    }
    if (!parts || (choice && amounts[0] <= amount(*parts))) return all.push_back(std::move(place));
    for (const Part& part : *parts) {
      place.part = part;
      all.push_back(place);
    }
  }

  static constexpr std::int64_t k_enough = 1000;

  std::int64_t amount(const Place& place, const Partition& partition) {
    Statement& row = database_.statement(
        "SELECT count(*) FROM (SELECT 1 FROM artifact_partition WHERE project = ?1 AND domain = ?2 AND "
        "workflow = ?3 AND task = ?4 AND name = ?5 AND value = ?6 LIMIT ?7)");
    ResetLater reset(row);
    row.bind(request_.project, request_.domain, place.workflow, place.task, partition.name, partition.text,
             k_enough);
    return row.step() ? row.integer(0) : 0;
  }

  std::int64_t amount(const std::vector<Part>& parts) {
    Statement& row = database_.statement(
        "SELECT count(*) FROM (SELECT 1 FROM artifact WHERE dataset_version = ?1 AND node = ?2 LIMIT ?3)");
    std::int64_t sum = 0;
    for (const Part& part : parts) {
      if (sum >= k_enough) break;
      ResetLater reset(row);
      if (row.bind(part.version, part.node, k_enough).step()) sum += row.integer(0);
    }
    return sum;
  }

  // The parts of a dataset that the filters leave; nullopt: all of them, or more than are worth it.
  std::optional<std::vector<Part>> parts_of(const Dataset& dataset) {
    if (!has_any(k_inner_filters)) return std::nullopt;
    std::vector<std::int64_t> versions = versions_of(dataset, request_.filters);
    const Filter* node = find_filter(request_, "node");
    if (node == nullptr && versions.size() == versions_of(dataset, {}).size()) return std::nullopt;
    std::vector<Part> parts;
    for (std::int64_t version : versions) {
      if (node != nullptr) {
        parts.push_back({version, node->text});
      } else {
        add_nodes(version, parts);
      }
      if (parts.size() > k_most_parts) return std::nullopt;
    }
    return parts;
  }

  std::vector<std::int64_t> versions_of(const Dataset& dataset, std::span<const Filter> filters) {
    Sql sql(request_);
    sql.add("SELECT v.id FROM dataset_version v WHERE v.project = ?1 AND v.domain = ?2 AND v.workflow = ?",
            dataset.workflow)
        .add(" AND v.task = ?", dataset.task)
        .add_terms(k_version_terms, filters);
    Statement& rows = sql.prepare(database_);
    ResetLater reset(rows);
    std::vector<std::int64_t> found;
    while (rows.step()) found.push_back(rows.integer(0));
    return found;
  }

  // From node to node, whatever number of artifacts each has.
  void add_nodes(std::int64_t version, std::vector<Part>& parts) {
    Statement& rows = database_.statement(
        "WITH RECURSIVE one(node) AS (SELECT min(node) FROM artifact WHERE dataset_version = ?1 UNION ALL "
        "SELECT (SELECT min(a.node) FROM artifact a WHERE a.dataset_version = ?1 AND a.node > one.node) FROM "
        "one WHERE one.node IS NOT NULL LIMIT ?2) SELECT node FROM one WHERE node IS NOT NULL");
    ResetLater reset(rows);
    rows.bind(version, static_cast<std::int64_t>(k_most_parts + 1));
    while (rows.step()) parts.push_back({version, rows.string(0)});
  }

  void read_place(const Place& place) {
    std::optional<Key> after = begin_in(place);
    if (!after) return;
    Sql sql(request_);
    add_source(sql, place);
    sql.add_terms(k_terms, request_.filters);
    for (const Partition& partition : place.partitions) add_partition(sql, place, partition);
    add_bounds(sql, place);
    Order order = order_;
    if (place.workflow) order.columns = {id_column(place)};
    // A run or a tag leads: sorting what it has is cheaper than going through all in the order of names.
    if (!place.workflow && by_name()) order.columns = {"+a.workflow", "+a.task", "+a.id"};
    sql.add_order(order, *after, labelled_ ? -1 : wanted_);
    Statement& rows = sql.prepare(database_);
    ResetLater reset(rows);
    std::int64_t kept = 0;
    while (kept != wanted_ && rows.step()) {
      Artifact artifact = read_artifact(rows);
      if (labelled_ && !labelled_->contains(artifact.run.id)) continue;
      keep(std::move(artifact));
      ++kept;
    }
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
    // The indexes are named, since SQLite takes a range of ids for narrower than a dataset.
    if (place.run) {
      sql.add(
          "artifact a WHERE a.project = ?1 AND a.domain = ?2 AND a.id IN (SELECT n.artifact FROM node n "
          "WHERE "
          "n.project = ?1 AND n.domain = ?2 AND n.run = ?) AND +a.run = ?",
          *place.run);
    } else if (!place.workflow) {
      sql.add("artifact a WHERE a.project = ?1 AND a.domain = ?2");
    } else if (place.part) {
      sql.add("artifact a INDEXED BY artifact_by_node WHERE a.dataset_version = ?", place.part->version)
          .add(" AND a.node = ?", place.part->node);
    } else if (place.partitions.empty()) {
      sql.add(
             "artifact a INDEXED BY artifact_by_dataset WHERE a.project = ?1 AND a.domain = ?2 AND "
             "a.workflow = ?",
             *place.workflow)
          .add(" AND a.task = ?", place.task);
    } else {
      sql.add(
             "artifact_partition p CROSS JOIN artifact a WHERE a.project = ?1 AND a.domain = ?2 AND a.id = "
             "p.artifact AND p.project = ?1 AND p.domain = ?2 AND p.workflow = ?",
             *place.workflow)
          .add(" AND p.task = ?", place.task)
          .add(" AND p.name = ?", place.partitions.front().name)
          .add(" AND p.value = ?", place.partitions.front().text);
    }
  }

  static bool leads(const Place& place, const Partition& partition) {
    return !place.part && &partition == &place.partitions.front();
  }

  static void add_partition(Sql& sql, const Place& place, const Partition& partition) {
    if (!leads(place, partition)) {
      sql.add(
             " AND EXISTS (SELECT 1 FROM artifact_partition q WHERE q.project = ?1 AND q.domain = ?2 AND "
             "q.workflow = a.workflow AND q.task = a.task AND q.artifact = a.id AND q.name = ?",
             partition.name)
          .add(" AND q.value = ?)", partition.text);
    }
    if (partition.only_type) return;
    sql.add(
           " AND EXISTS (SELECT 1 FROM dataset_version v, json_each(v.partitions) t WHERE v.id = "
           "a.dataset_version AND t.key = ?",
           partition.name)
        .add(" AND t.value = ?)", partition.type);
  }

  // The column that leads: SQLite does not hand a range on to an equal one.
  static std::string_view id_column(const Place& place) {
    return place.part || place.partitions.empty() ? "a.id" : "p.artifact";
  }

  void add_bounds(Sql& sql, const Place& place) const {
    auto add = [&](std::string_view relation, const SqlValue& id) {
      sql.add(" AND ").add(id_column(place)).add(relation, id);
    };
    if (const Filter* since = find_filter(request_, "since")) add(" >= ?", since->value);
    if (const Filter* until = find_filter(request_, "until")) add(" < ?", until->value);
    if (!full()) return;
    const Artifact& end = page_.items.back();
    bool ends_here = std::tie(end.workflow, end.task) == std::tie(place.workflow, place.task);
    if (!by_name() || ends_here) add(order_.direction == Sorted::down ? " > ?" : " < ?", end.id);
  }

  bool full() const { return wanted_ >= 0 && page_.items.size() >= static_cast<std::size_t>(wanted_); }

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
  std::vector<Partition> asked_;
  std::optional<LabelledRuns> labelled_;
  std::int64_t wanted_ = -1;
  Key after_;
  Page<Artifact> page_;
};

}  // namespace

std::optional<std::string> partition_text(const std::string& type_text, const std::string& text) {
  std::variant<Type, TypeError> type = parse_type(type_text);
  if (!std::holds_alternative<Type>(type)) return text;
  ValueResult value = value_from_text(std::get<Type>(type), text);
  if (!std::holds_alternative<Json>(value) || std::get<Json>(value).is_null()) return std::nullopt;
  return value_to_text(std::get<Type>(type), std::get<Json>(value));
}

Page<Artifact> list_artifacts(Database& database, const ListRequest& request) {
  return ArtifactSearch(database, request).run();
}

}  // namespace wf
