// Why something ended badly, as it stands in the record: {"code","message"[,"node"[,"element"]]}.
#pragma once
#include <string>

#include "core/base/error.hpp"
#include "core/base/json.hpp"
#include "core/catalog/run_lookup.hpp"

namespace wf {

// Messages quote what tasks and callers wrote, which can be any bytes; what JSON cannot hold is escaped.
Json make_cause(ErrorCode code, const std::string& message);
Json make_cause(ErrorCode code, const std::string& message, const NodePath& execution);

// The same reason, for another execution.
Json cause_at(const Json& cause, const NodePath& execution);

// The execution that a cause names: "score[3]"; "" for none.
std::string execution_of(const Json& cause);
// Why what has not failed itself is ended by it: as a sibling of what the cause names, else for the same reason.
Json cause_of_siblings(const Json& cause);

// Why what is one of several is stopped when enough of them have succeeded.
Json enough_elements(const NodePath& node);

// An error's message and its hint: the record has one text for both.
std::string with_hint(const Error& error);

}  // namespace wf
