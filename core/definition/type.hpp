// The types of inputs and outputs.
#pragma once
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
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
  map,
  record,
  one_of,  // a union
  dataset
};

class Type {
 public:
  using Member = std::pair<std::string, Type>;

  Type() = default;
  explicit Type(Kind kind) : kind_(kind) {}
  static Type optional(Type element);
  static Type list(Type element);
  static Type map(Type element);
  static Type enumeration(std::vector<std::string> values);  // sorted and deduplicated
  static Type record(std::vector<Member> fields);            // sorted; the names differ
  // Sorted and deduplicated, unions inside unfolded; a single member is itself, and one that may be null
  // makes the union optional.
  static Type one_of(std::vector<Type> members);
  static Type file(std::string media_type);                              // "" for any
  static Type dataset(std::string format, std::vector<Member> columns);  // "" for any; sorted

  Kind kind() const { return kind_; }
  const Type& element() const { return types().front(); }  // optional, list, map
  // The values of an enumeration, the fields of a record, the columns of a dataset.
  const std::vector<std::string>& names() const;
  // The members of a union; what the names of a record or dataset stand for.
  const std::vector<Type>& types() const;
  // The media type of a file, the format of a dataset.
  const std::string& word() const;
  bool operator==(const Type& other) const;

  // Canonical text: "list<int>", "enum<a|b>", "map<file>?", "{record:{a:int}}". parse(text()) == *this.
  std::string text() const;

  // One value by text: int float bool string datetime duration enum, and unions and `T?` of them.
  bool is_scalar() const;
  // A file, a dataset or a directory: one path.
  bool is_content() const;
  // Content, or a compound that holds some at any depth: it has bytes in the blob store.
  bool has_content() const;
  // A list or map of content: staged as a folder with one entry per element.
  bool is_content_collection() const;
  // Whether a union stands in it at any depth.
  bool has_union() const;
  // Whether json stands in it at any depth.
  bool has_json() const;
  // How many lists, maps, records and datasets with columns stand in each other.
  std::size_t depth() const;

 private:
  bool has(Kind kind) const;

  struct Parts {
    std::vector<std::string> names;
    std::vector<Type> types;
    std::string word;
  };
  Type(Kind kind, Parts parts);
  const Parts& parts() const;
  static Type with_members(Kind kind, std::vector<Member> members, std::string word);

  Kind kind_ = Kind::string;
  std::shared_ptr<const Parts> parts_;  // null when there are none
};

inline constexpr std::size_t k_max_type_depth = 16;

struct TypeError {
  std::size_t offset = 0;  // byte in the text where reading stopped
  std::string message;
  std::string hint;
};

// Reads "list<int>", "list[int]", "int?", "enum<a|b>", "{record: {a: int}}"; blanks around names are fine.
std::variant<Type, TypeError> parse_type(std::string_view text);
// "image/png": lower-case letters, digits and .+- on both sides of one slash.
bool is_media_type(std::string_view text);
// csv or parquet.
bool is_dataset_format(std::string_view text);

// The type without `?`.
const Type& without_optional(const Type& type);
// What a value written out as a list or as a mapping has inside where `type` is expected: nullptr when no
// such value, or no such member, can stand there. Members of a union count when there is one of that shape
// only.
const Type* item_type(const Type& type);
const Type* member_type(const Type& type, std::string_view key);
// The one type of `type`, its union members included, whose values are written as a mapping, or as a list;
// nullptr when there is none or more than one. json is that for both.
enum class Shape : std::uint8_t { list, mapping };
const Type* type_of_shape(const Type& type, Shape shape);

// Whether values of `from` may be given where `to` is expected: equal types; T for T?; each member of a
// union, and anything for exactly one member of one; anything without content for json; what
// core/definition/fit.hpp says of enums, strings, files, datasets and records; and the same inside optional,
// list, map and the fields of a record.
bool assignable(const Type& from, const Type& to);
// The member of the union that a value of `from` belongs to; npos when none or several would take it.
std::size_t assignable_member(const Type& from, const Type& to);
inline constexpr std::size_t k_no_member = static_cast<std::size_t>(-1);

}  // namespace wf
