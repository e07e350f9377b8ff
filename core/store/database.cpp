#include "core/store/database.hpp"

#include "core/base/text.hpp"
#include "core/store/codes.hpp"

namespace wf {

namespace {
[[noreturn]] void wrong_length(int column, std::size_t got, int wanted) {
  throw Error(codes::k_store_corrupt,
              cat("the store holds a row whose column ", column, " has ", got, " bytes instead of ", wanted),
              "run 'wf store check'");
}
}  // namespace

Digest Statement::digest(int column) const {
  auto digest = Digest::from_bytes(bytes(column));
  if (!digest) wrong_length(column, bytes(column).size(), 32);
  return *digest;
}

Uuid Statement::uuid(int column) const {
  auto uuid = Uuid::from_bytes(bytes(column));
  if (!uuid) wrong_length(column, bytes(column).size(), 16);
  return *uuid;
}

std::optional<std::string> Statement::optional_string(int column) const {
  if (is_null(column)) return std::nullopt;
  return string(column);
}

std::optional<std::int64_t> Statement::optional_integer(int column) const {
  if (is_null(column)) return std::nullopt;
  return integer(column);
}

}  // namespace wf
