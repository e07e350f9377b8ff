// Types while an expression is checked.
#pragma once
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/definition/cel_value.hpp"
#include "core/definition/type.hpp"

namespace wf::cel {

struct StaticType {
  Kind kind = Kind::dyn;
  bool nullable = false;                  // T?
  std::vector<std::string> values;        // of a string: all it can be, sorted; empty when it can be anything
  bool literal = false;                   // … because it is written so, and not because an enum declares it
  std::shared_ptr<const StaticType> key;  // map
  std::shared_ptr<const StaticType> element;  // list, map
  Type declared;                              // content, and a map that is a record: as it was declared

  bool faulty = false;  // dyn, after a report: what hangs on it is not to blame

  bool is_record() const { return declared.kind() == wf::Kind::record; }
  // May be anything, or nothing: no mistake can be seen in it.
  bool is_open() const { return kind == Kind::dyn || kind == Kind::none; }
};

// The one place that knows how declared types appear in expressions, and back. A literal text is a string, or
// the enum of its values where that is what is wanted.
enum class Literals { strings, enums };
StaticType static_type(const Type& type);
Type declared_type(const StaticType& type, Literals literals);

StaticType list_type(StaticType element);
StaticType map_type(StaticType key, StaticType element);

// "list<int>", "enum<a|b>?", "map of int to string"
std::string type_text(const StaticType& type);

// Whether an element of one type may ever be == one of the other.
bool comparable(const StaticType& left, const StaticType& right);
// Whether < is defined between them, as far as can be known.
bool orderable(const StaticType& left, const StaticType& right);

// The type of a value that is one or the other; nullopt when they have nothing in common.
std::optional<StaticType> common_type(const StaticType& left, const StaticType& right);

// Whether the values of a type may be wanted where `wanted` is: what is open fits.
bool fits(const StaticType& type, const Type& wanted);

}  // namespace wf::cel
