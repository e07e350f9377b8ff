// What later runs were given of what a run has made, or of its bytes.
#include <algorithm>
#include <tuple>

#include "core/base/text.hpp"
#include "core/catalog/catalog.hpp"
#include "core/lineage/history.hpp"

namespace wf {

std::vector<InputUse> History::uses_by_reference(const RunKey& run, const NodePath& node,
                                                 const std::string& output, const ValuePlace& place) {
  Statement& rows = database_->statement(
      "SELECT project, domain, run, name, source_element FROM run_input WHERE source_run = ?1 AND "
      "source_node = ?2 AND source_output = ?3 AND (source_element = ?4 OR source_element = -1 OR ?4 = -1)");
  rows.bind(run.id, node.node, output, node.element);
  std::vector<InputUse> found = rows_of(rows, [&](const Statement& row) {
    // Given a mapped node as a whole, a list of what its elements made.
    bool whole = node.element >= 0 && row.integer(4) < 0;
    ValuePlace here = whole ? behind({place_step(Elements(node.element))}, place) : place;
    return InputUse{{row.string(0), row.string(1), row.uuid(2)}, row.string(3), {}, {}, std::move(here)};
  });
  // Not by the database, which would set up a sorter for each question, and most have no answer.
  std::sort(found.begin(), found.end(), [](const InputUse& one, const InputUse& other) {
    return std::tie(one.run.id, one.input) < std::tie(other.run.id, other.input);
  });
  return found;
}

std::vector<InputUse> History::uses_by_bytes(const std::string& project, const std::string& domain,
                                             const Digest& digest, std::int64_t limit) {
  Statement& direct = database_->statement(
      "SELECT run, name, item FROM run_input_blob WHERE project = ?1 AND domain = ?2 AND blob = ?3 "
      "ORDER BY run, name, item LIMIT ?4");
  direct.bind(project, domain, digest, limit);
  std::vector<InputUse> found = rows_of(direct, [&](const Statement& row) {
    return InputUse{{project, domain, row.uuid(0)}, row.string(1), row.string(2), {}};
  });
  if (!is_in_a_folder(*database_, digest)) return found;
  Statement& inside = database_->statement(
      "SELECT b.run, b.name, b.item, t.path FROM tree_entry t CROSS JOIN run_input_blob b WHERE t.child = ?3 "
      "AND b.project = ?1 AND b.domain = ?2 AND b.blob = t.tree ORDER BY b.run, b.name, b.item, t.path LIMIT "
      "?4");
  inside.bind(project, domain, digest, limit - static_cast<std::int64_t>(found.size()));
  while (inside.step()) {
    found.push_back(
        {{project, domain, inside.uuid(0)}, inside.string(1), inside.string(2), cat("/", inside.bytes(3))});
  }
  inside.reset();
  return found;
}

}  // namespace wf
