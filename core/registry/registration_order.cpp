#include "core/registry/registration_order.hpp"

#include "core/base/text.hpp"

namespace wf {

NextRegistration next_registration(Database& database, std::string_view table, const Scope& scope,
                                   const std::string& name, std::int64_t now_us) {
  std::string of_name = cat(" FROM ", table, " WHERE project = ?1 AND domain = ?2 AND name = ?3");
  Statement& row =
      database.statement(cat("SELECT 1 + coalesce((SELECT max(seq)", of_name,
                             "), 0), max(?4, coalesce((SELECT 1 + max(registered_us)", of_name, "), 0))"));
  row.bind(scope.project, scope.domain, name, now_us);
  return *row_of(row, [](const Statement& one) { return NextRegistration{one.integer(0), one.integer(1)}; });
}

}  // namespace wf
