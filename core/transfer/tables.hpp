// What becomes of each table of a store when a part of it goes to another one. A test holds the list to the
// schema.
#pragma once
#include <span>
#include <string_view>

namespace wf::transfer {

// content: keyed by what it is, so that a row with that key is the same row.
// of_run: belongs to a run that is new there, so its rows are.
// settled: what stands there already stays.
// apart: has code of its own.  never: is of this store, or of its processes, alone.
enum class Way { content, of_run, settled, apart, never };

struct TableRule {
  std::string_view table;
  Way way;
  bool in_bundle;  // derived rows, and those of the store's own, are not
  // Which rows, `t` being the table's and the rest those of Selection; empty: see `way`.
  std::string_view from;
};

// In the order in which they are written.
std::span<const TableRule> table_rules();
const TableRule& table_rule(std::string_view table);

}  // namespace wf::transfer
