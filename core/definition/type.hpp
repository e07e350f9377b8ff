// The types of inputs and outputs.
#pragma once
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace wf {

enum class Kind : std::uint8_t {
  integer,
  floating,
  boolean,
  string,
  datetime,
  duration,
  file,
  directory,
  json,
  enumeration,
  optional,
  list,
  map
};

class Type {
 public:
  Type() = default;
  explicit Type(Kind kind) : kind_(kind) {}
  static Type optional(Type element);
  static Type list(Type element);
  static Type map(Type element);
  static Type enumeration(std::vector<std::string> values);  // sorted and deduplicated

  Kind kind() const { return kind_; }
  const Type& element() const { return *element_; }                   // optional, list, map
  const std::vector<std::string>& values() const { return values_; }  // enumeration
  bool operator==(const Type& other) const;

  // Canonical text: "list<int>", "enum<a|b>", "map<file>?". parse(text()) == *this.
  std::string text() const;

  // One value by text: int float bool string datetime duration enum, and `T?` of them.
  bool is_scalar() const;
  // A file or directory, or a collection that holds one at any depth: it has bytes in the blob store.
  bool has_content() const;
  // list<file>, list<directory>, map<file>, map<directory>: staged as a folder with one entry per element.
  bool is_content_collection() const;

 private:
  Kind kind_ = Kind::string;
  std::shared_ptr<const Type> element_;
  std::vector<std::string> values_;
};

enum class TypeFault : std::uint8_t { malformed, arrives_later };

struct TypeError {
  std::size_t offset = 0;  // byte in the text where reading stopped
  std::string message;
  std::string hint;
  TypeFault fault = TypeFault::malformed;
};

// Reads "list<int>", "list[int]", "int?", "enum<a|b>"; blanks around names are fine.
std::variant<Type, TypeError> parse_type(std::string_view text);

// Whether every value of `from` is a value of `to`: equal types, T for T?, a smaller enum for a larger one,
// an enum for string, anything but files and directories for json, and the same inside optional, list and
// map.
bool assignable(const Type& from, const Type& to);

}  // namespace wf
