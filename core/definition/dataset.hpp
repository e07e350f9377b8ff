// What a file must look like to be a dataset.
#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "core/definition/value.hpp"

namespace wf {

// How much of a file's beginning is enough to check it.
inline constexpr std::size_t k_dataset_beginning = std::size_t{1} << 20U;

// Where a table is made its columns are all that it has; where it is taken there may be more.
enum class Columns : std::uint8_t { all, some };

// csv: the names in the first record are the columns, in any order, none missing and none more; without
// columns there is nothing to check. parquet: both ends are "PAR1". nullopt when all is well; other formats
// are not looked into. `beginning` and `end` may be all of the file.
std::optional<ValueError> check_dataset(const Type& type, Columns columns, std::string_view beginning,
                                        std::string_view end);
// The same for the file at `path`, which must be a regular one.
std::optional<ValueError> check_dataset_file(const Type& type, const std::string& path,
                                             Columns columns = Columns::all);

// Every dataset inside a value whose type says what its bytes look like.
struct DatasetValue {
  std::string path;  // in the value: "" or "[2]" or ".key"
  Digest digest;
  Type type;
};
std::vector<DatasetValue> datasets_of(const Type& type, const Json& value);

}  // namespace wf
