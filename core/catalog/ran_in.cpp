#include "core/catalog/ran_in.hpp"

namespace wf {

std::optional<RanIn> ran_in(Database& database, const std::string& project, const std::string& domain,
                            const Uuid& artifact) {
  Statement& row = database.statement(
      "SELECT t.image FROM artifact a JOIN attempt t ON t.project = ?1 AND t.domain = ?2 AND t.run = a.run AND t.node = "
      "a.node AND t.element = a.element AND t.attempt = a.attempt WHERE a.project = ?1 AND a.domain = ?2 AND a.id = ?3");
  row.bind(project, domain, artifact);
  return row_of(row, [](const Statement& one) { return RanIn{one.optional_string(0)}; });
}

}  // namespace wf
