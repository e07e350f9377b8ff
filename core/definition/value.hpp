// Values, always in canonical form: a Json that the type tells how to read.
//   int -> int64 · float -> double · bool · string, enum -> string · datetime -> RFC 3339 string in UTC
//   duration -> int64 nanoseconds · file -> {"$blob":"sha256:…"} · directory -> {"$tree":"sha256:…"}
//   dataset -> as a file · json -> itself · T? -> null or T · list -> array · map -> object
//   record -> object of all fields, null for an optional one that was left out
//   A|B -> the value itself where only one member reads it so, else {"$as":{"<member>":value}}
// Two values are the same value exactly when their canonical texts are equal.
#pragma once
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "core/base/digest.hpp"
#include "core/base/json.hpp"
#include "core/definition/type.hpp"

namespace wf {

struct ValueError {
  std::string path;     // where inside the value: "[3].name"; "" for the value itself
  std::string message;  // "expected int, got 'abc'"
  std::string hint;
};

using ValueResult = std::variant<Json, ValueError>;

Json file_value(const Digest& digest);
Json directory_value(const Digest& digest);
// Reads the canonical text of a file or directory value without a JSON parser: of 10 000 cached results most
// are just that. nullopt for any other text.
std::optional<Json> content_value_from_canonical_text(const Type& type, std::string_view text);
// The digest of a file or directory value; nullopt for anything else.
std::optional<Digest> content_digest(const Json& value);

// The text of one scalar, as `-i name=TEXT`, an environment variable or a task's output file holds it.
// For `T?`, the text "null" is null. Types other than scalars: `text` is JSON, read as value_from_json does.
ValueResult value_from_text(const Type& type, std::string_view text);
// The text of one scalar as the file holds it that a task wrote: a string or enum loses one final newline,
// any other scalar is trimmed; each member of a union reads it its own way.
ValueResult value_from_output_text(const Type& type, std::string_view text);
// The inverse for scalars: "true", "3", "1.5", "2026-01-01T00:00:00Z", "1h30m". The value must not be null.
std::string value_to_text(const Type& type, const Json& value);

// JSON as a task or an inputs file writes it: datetimes and durations as text, ints accepted as floats.
// `content` turns a string standing for a file or directory into its value (a task's outputs: a path; an
// inputs file: path or reference).
using ContentResolver = std::function<ValueResult(const Type& type, const std::string& text)>;
ValueResult value_from_json(const Type& type, const Json& json, const ContentResolver& content);

// Checks that canonical JSON (from a registered version, from the store) is a value of the type; {"$f":…}
// becomes a double.
ValueResult value_from_canonical(const Type& type, const Json& json);

// The value that a value of `from` is where `to` is expected; `from` must be assignable to `to`. Unions,
// records with fewer fields and json look different: json holds what a task would read, and no float that
// JSON has no number for. A text has to be one of an enum's; the bytes of content are not looked into.
ValueResult assigned_value(const Type& from, const Type& to, const Json& value);

// For a JSON file handed to a task or written by --out: durations as text ("5m"), non-finite floats as
// strings "inf" "-inf" "nan", the rest as is; `path_of` names each file or directory.
Json value_to_json(const Type& type, const Json& value,
                   const std::function<std::string(const Digest&)>& path_of);

// The value of a type given as its text, as wf prints it in JSON: files and folders as "sha256:…", the rest
// as value_to_json(). A value of a type that this wf does not know stays as it is.
Json printed_value(std::string_view type, const Json& value);

// Every file and directory inside a value, with its path in it ("" or "[2]" or ".key"), in order.
struct Content {
  std::string path;
  Digest digest;
  bool directory = false;
};
std::vector<Content> contents_of(const Type& type, const Json& value);

}  // namespace wf
