// What a reference with a path names: a field, a member, an element.
#pragma once
#include <optional>
#include <string>
#include <variant>

#include "core/definition/model.hpp"

namespace wf {

struct AccessFault {
  std::string message;
  std::string hint;
};

// The type of what the reference names, `type` being that of the input or output it begins with: the field of
// a record, the element of a map or list, json inside json. Nothing is inside the rest, and what may be null
// or one of several types is not looked into.
std::variant<Type, AccessFault> accessed_type(const Type& type, const Reference& reference);

// What `each` stands for in a command that goes through a value of the type: an element of a list, of a map
// an entry with `key` and `value`, json of json; nullopt for all else.
std::optional<Type> repeated_type(const Type& list);

// What to say to one who wants a field that the record has not: the one that was meant, or all there are.
std::string field_hint(const Type& record, const std::string& wanted);

// The same in a value of that type. A member that is not there and an index out of range are faults, which
// name the path as far as it leads.
struct Accessed {
  Type type;
  const Json* value = nullptr;  // inside the value given
};
std::variant<Accessed, AccessFault> accessed_value(const Type& type, const Json& value,
                                                   const Reference& reference);

// Where the path leads in a value, whatever its type; nullptr when it leads nowhere.
const Json* value_inside(const Json& value, const Reference& reference);

}  // namespace wf
