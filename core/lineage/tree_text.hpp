// An answer as a tree for people: one line for each thing, aligned among its siblings; what was shown once is
// referred to after that; runs and versions stand below, once each.
#pragma once
#include <string>
#include <vector>

#include "core/lineage/graph.hpp"

namespace wf {

enum class Direction { up, down };

// With fields (see fields.hpp) each line shows those instead of the usual.
std::string render_tree(const Graph& graph, Direction direction, const std::vector<std::string>& fields = {});

// The runs and versions that an answer touches: when, where and by whom; registered from which file and
// commit.
std::string render_context(const Graph& graph);

// One line of a value: "14.2 KiB 8f1c0b7e22aa" for files, ", bytes freed" behind it where they were; shortened
// JSON for others; safe for terminals.
std::string value_text(const std::string& type, const Json& value, const ContentSize& size);
// "2026-11-21 21:00:14Z"
std::string short_time(std::int64_t at_us);

}  // namespace wf
