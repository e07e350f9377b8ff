// The rows of a selection on their way from store to store.
#pragma once
#include <map>
#include <optional>
#include <set>
#include <tuple>

#include "core/store/store.hpp"
#include "core/transfer/notes.hpp"
#include "core/transfer/rows.hpp"
#include "core/transfer/take.hpp"

namespace wf::transfer {

// Inside a write transaction of `to`, over what Selection holds in `from`.
class Taker {
 public:
  Taker(Store& from, Store& to, Origin origin, Transfer& transfer);

  // In the order in which rows name each other; blobs are recorded apart.
  void take_rows();

 private:
  Database& source() { return from_.database(); }
  Database& target() { return to_.database(); }

  void take_noted(std::string_view table);  // projects, domains, pools, pins
  void take_content();
  void take_of_runs();
  void take_table(std::string_view table, bool must_be_new);
  void adapt(const Shape& shape, Row& row);
  void adapt_run(const Shape& shape, Row& row);
  void take_dataset_versions();
  void take_tags();

  // taker_registry.cpp
  using NameKey = std::tuple<std::string, std::string, std::string>;  // project, domain, name
  void take_registrations(std::string_view table);
  void add_registrations(const Shape& shape, const NameKey& name, std::vector<Row> rows);
  void add_registration(const Shape& shape, Row& row, std::int64_t seq);
  std::optional<std::int64_t> known_registration(const Shape& shape, const NameKey& name, const Row& row);
  void take_labels();
  std::optional<Digest> hidden_by(const NameKey& name, const std::string& label);
  void take_activations();
  std::vector<Row> activations(Database& database, const Shape& shape, const NameKey& name);
  void add_activations(const Shape& shape, const NameKey& name, std::vector<Row> there);

  // taker_streams.cpp
  void take_streams();
  void take_run_streams();
  void take_other_streams();
  void take_stream(const std::string& there, const std::string& here, const StreamHead& from);

  void add(std::string_view table, std::int64_t count = 1);

  Store& from_;
  Store& to_;
  Origin origin_;
  Transfer& transfer_;
  Notes notes_;
  std::set<Digest> new_versions_;                                           // not noted yet
  std::map<std::pair<NameKey, std::int64_t>, std::int64_t> registrations_;  // numbers there and here
  std::map<std::int64_t, std::int64_t> dataset_versions_;
};

}  // namespace wf::transfer
