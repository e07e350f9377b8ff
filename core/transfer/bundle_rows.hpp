// The rows of a selection as a bundle holds them.
#pragma once
#include <map>
#include <string>
#include <string_view>
#include <tuple>

#include "core/transfer/rows.hpp"

namespace wf::transfer {

struct RowText {
  std::string lines;
  std::int64_t rows = 0;
};

// Table by table, in the order of table_rules(): later ones name earlier ones by number.
class BundleRows {
 public:
  explicit BundleRows(Database& source) : source_(source) {}
  RowText read(std::string_view table);

 private:
  using Numbers = std::map<std::tuple<std::string, std::string, std::string, std::int64_t>, std::int64_t>;

  RowText read_events();
  void number(const Shape& shape, Row& row);
  void number_registration(const Shape& shape, Row& row);

  Database& source_;
  std::tuple<std::string, std::string, std::string, std::string> name_;  // table, project, domain, name
  std::int64_t last_ = 0;
  Numbers registrations_;
  std::map<std::int64_t, std::int64_t> dataset_versions_;
};

}  // namespace wf::transfer
