// Literals of a definition: YAML to canonical values, typed by the input they are for.
#pragma once
#include <functional>
#include <optional>
#include <string>

#include "core/definition/decoder.hpp"
#include "core/definition/value.hpp"

namespace wf {

// In defaults a `$` is text; in bindings `$$` stands for it.
enum class Dollar { literal, escaped };

// json values are finite; before a type is known infinities and NaN may stand.
enum class Floats { finite, any };

// Turns the text of a file or directory literal into its value; reports and gives nullopt when it cannot.
using ContentReader =
    std::function<std::optional<Json>(YamlId at, const Type& type, const std::string& text)>;

// Whether the mapping has every field of the record that needs a value, and no other; reports what is wrong.
bool check_fields(Decoder& decoder, YamlId mapping, const Type& record);

class LiteralReader {
 public:
  LiteralReader(Decoder& decoder, Dollar dollar, ContentReader content, Floats floats = Floats::finite)
      : decoder_(decoder), dollar_(dollar), floats_(floats), content_(std::move(content)) {}

  // The value for that type; nullopt after a report.
  std::optional<Json> read(YamlId at, const Type& type);
  // The value by the core schema alone, for json and where there is no type.
  std::optional<Json> read_untyped(YamlId at);

 private:
  std::optional<Json> read_list(YamlId at, const Type& type);
  std::optional<Json> read_map(YamlId at, const Type& type);
  std::optional<Json> read_record(YamlId at, const Type& type);
  std::optional<Json> read_union(YamlId at, const Type& type);
  std::optional<Json> read_scalar(YamlId at, const Type& type);
  std::optional<Json> read_untyped_list(YamlId at);
  std::optional<Json> read_untyped_map(YamlId at);
  std::optional<Json> resolve(YamlId at);
  std::optional<Json> checked(YamlId at, const Type& type, const Json& json);
  std::nullopt_t report(YamlId at, const Type& type, ValueError fault);
  std::nullopt_t refuse_shape(YamlId at, const Type& type, std::string_view wanted);
  std::string text_of(YamlId at) const;

  Decoder& decoder_;
  Dollar dollar_;
  Floats floats_;
  ContentReader content_;
};

}  // namespace wf
