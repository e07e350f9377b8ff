// Decoding of mappings with known keys. Each field of what a user writes is described once, here called a
// Field: the decoder, the messages about unknown keys and the JSON Schema all read that one description.
#pragma once
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/json.hpp"
#include "core/definition/codes.hpp"
#include "core/definition/diagnostic.hpp"
#include "core/definition/yaml_tree.hpp"

namespace wf {

// What every step of decoding needs: where to read, and where to complain.
class Decoder {
 public:
  Decoder(const SourceText& text, const YamlTree& parsed, Diagnostics& diagnostics)
      : tree(parsed), source(text), diagnostics_(diagnostics) {}

  const YamlTree& tree;
  const SourceText& source;

  struct Fault {
    std::string_view code;
    std::string message;
    std::string expected = {};
    std::string hint = {};
    std::vector<Note> notes = {};
    std::string replacement = {};  // for what is marked; may be empty
  };
  void error(YamlId at, Fault fault);
  void warning(YamlId at, Fault fault);
  // Marks `length` bytes from `offset` of a scalar's text, or all of it where they cannot be found in the
  // source.
  void error_inside(YamlId scalar, std::size_t offset, std::size_t length, Fault fault);
  void warning_inside(YamlId scalar, std::size_t offset, std::size_t length, Fault fault);
  Note note(YamlId at, std::string text) const;

  // What may have been meant by a name that is none of those known.
  struct Near {
    std::string expected;     // all of them, if they are few
    std::string hint;         // "did you mean …?"
    std::string replacement;  // if only one is near
  };
  // Whether so many names may be looked at for another mistake: a file full of unknown names must not take
  // the square of its size.
  bool may_look_at(std::size_t count) {
    bool may = count <= comparisons_left_;
    if (may) comparisons_left_ -= count;
    return may;
  }
  // `names()` gives the known ones, and is asked only while they may be looked at.
  template <typename Names>
  Near near(std::string_view wanted, std::size_t count, const Names& names) {
    return may_look_at(count) ? near_of(wanted, names()) : Near();
  }
  // An error about a name that is none of them.
  template <typename Names>
  void error_unknown(YamlId at, std::string_view code, std::string message, std::size_t count, const Names& names) {
    Near meant = near(tree.text(at), count, names);
    error(at, {code, std::move(message), std::move(meant.expected), std::move(meant.hint), {},
               std::move(meant.replacement)});
  }
  static Near near_of(std::string_view wanted, const std::vector<std::string>& known);

  // True when the node is of that kind; reports what was expected otherwise.
  bool expect(YamlId at, YamlKind kind, std::string_view expected);
  // The text of a scalar as written, quoted or not; reports anything else.
  bool expect_text(YamlId at, std::string& out, std::string_view expected);
  // true or false, reported otherwise.
  bool expect_bool(YamlId at, bool& out);
  // A whole number, at least `least`.
  bool expect_count(YamlId at, std::int64_t least, std::int64_t& out);
  // The place of the text among `names`; nullopt after a report of anything else.
  std::optional<std::size_t> expect_choice(YamlId at, std::span<const std::string_view> names);

 private:
  void add(Severity severity, Place place, Fault fault);
  Place place_inside(YamlId scalar, std::size_t offset, std::size_t length) const;

  Diagnostics& diagnostics_;
  std::size_t comparisons_left_ = 1'000'000;
};

std::string_view kind_name(YamlKind kind);

enum class Presence : std::uint8_t { optional, required };

template <typename Owner>
struct Field {
  std::string_view name;
  Presence presence;
  std::string_view doc;  // also the text of the schema and of the manual
  YamlId Owner::*slot;   // where the decoder leaves the value, k_no_yaml when absent
  Json (*schema)();
};

// The fields of one kind of mapping. `what` names it in messages: "a task".
template <typename Owner>
struct Record {
  std::string_view what;
  std::string_view doc;
  std::span<const Field<Owner>> fields;
};

// Reports a key that is in no field, with the nearest known one.
void report_unknown_key(Decoder& decoder, YamlId key, std::string_view what,
                        const std::vector<std::string>& known);
// `schema` is that of its values.
void report_missing_key(Decoder& decoder, YamlId mapping, std::string_view what, std::string_view name,
                        const Json& schema);

template <typename Owner>
const Field<Owner>* find_field(const Record<Owner>& record, std::string_view name) {
  for (const Field<Owner>& field : record.fields) {
    if (field.name == name) return &field;
  }
  return nullptr;
}

// Finds every known key of the mapping, reports the others and those that are missing.
template <typename Owner>
void decode_record(Decoder& decoder, YamlId mapping, const Record<Owner>& record, Owner& out) {
  decoder.tree.each_member(mapping, [&](YamlId key, YamlId value) {
    if (!decoder.tree.is_scalar(key)) return;
    const Field<Owner>* field = find_field(record, decoder.tree.text(key));
    if (field == nullptr) {
      std::vector<std::string> known;
      for (const Field<Owner>& candidate : record.fields) known.emplace_back(candidate.name);
      return report_unknown_key(decoder, key, record.what, known);
    }
    if (out.*field->slot == k_no_yaml) out.*field->slot = value;  // a second one is reported as a duplicate
  });
  for (const Field<Owner>& field : record.fields) {
    bool missing = field.presence == Presence::required && out.*field.slot == k_no_yaml;
    if (missing) report_missing_key(decoder, mapping, record.what, field.name, field.schema());
  }
}

// {"type":"object","properties":{…},"required":[…],"additionalProperties":false} of the fields.
template <typename Owner>
Json record_schema(const Record<Owner>& record) {
  Json properties = Json::object();
  Json required = Json::array();
  for (const Field<Owner>& field : record.fields) {
    Json described = Json::object();
    described.add("description", field.doc);
    Json fragment = field.schema();
    for (auto& [key, value] : fragment.as_object())
      if (key != "description") described.add(key, std::move(value));  // of such a mapping wherever it stands
    properties.add(std::string(field.name), std::move(described));
    if (field.presence == Presence::required) required.push(field.name);
  }
  Json schema = Json::object();
  schema.add("description", record.doc).add("type", "object").add("properties", std::move(properties));
  if (!required.as_array().empty()) schema.add("required", std::move(required));
  schema.add("additionalProperties", false);
  return schema;
}

}  // namespace wf
