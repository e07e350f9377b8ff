// What the long form of a port says besides its type, its default and its name.
#include <algorithm>
#include <cmath>

#include "core/base/pattern.hpp"
#include "core/base/text.hpp"
#include "core/definition/constraints.hpp"
#include "core/definition/draft.hpp"
#include "core/definition/literal.hpp"
#include "core/definition/read_type.hpp"

namespace wf {

namespace {

// The type with `change` applied to what it is a list, a map or an optional of; nullopt when that is of
// another kind.
template <typename Change>
std::optional<Type> changed_inside(const Type& type, Kind kind, const Change& change) {
  if (type.kind() == kind) return change(type);
  bool around = type.kind() == Kind::optional || type.kind() == Kind::list || type.kind() == Kind::map;
  if (!around) return std::nullopt;
  std::optional<Type> inner = changed_inside(type.element(), kind, change);
  if (!inner) return std::nullopt;
  if (type.kind() == Kind::list) return Type::list(std::move(*inner));
  if (type.kind() == Kind::map) return Type::map(std::move(*inner));
  return Type::optional(std::move(*inner));
}

class ConstraintReader {
 public:
  ConstraintReader(Decoder& decoder, const PortKeys& keys, Port& port)
      : decoder_(decoder), keys_(keys), port_(port) {}

  bool refine() {
    bool good = true;
    if (keys_.media_type != k_no_yaml) good = refine_file() && good;
    if (keys_.format != k_no_yaml || keys_.columns != k_no_yaml) good = refine_dataset() && good;
    return good;
  }

  void read_limits() {
    read_bound("min", keys_.min, port_.limits.min);
    read_bound("max", keys_.max, port_.limits.max);
    check_bounds();
    if (keys_.pattern != k_no_yaml) read_pattern();
    if (keys_.one_of != k_no_yaml) read_one_of();
    check_choices();
    if (keys_.temporary != k_no_yaml) read_temporary();
  }

 private:
  bool refine_file() {
    std::string media_type;
    if (!decoder_.expect_text(keys_.media_type, media_type, "a media type such as image/png")) return false;
    if (!is_media_type(media_type))
      return refuse(keys_.media_type, cat("'", media_type, "' is no media type"),
                    "write for example image/png");
    return refine_inside(keys_.media_type, "media_type", Kind::file, [&](const Type& type) {
      return type.word().empty() ? std::optional(Type::file(media_type)) : std::nullopt;
    });
  }

  bool refine_dataset() {
    std::string format;
    std::vector<Type::Member> columns;
    if (keys_.format != k_no_yaml) {
      if (!decoder_.expect_text(keys_.format, format, "csv or parquet")) return false;
      if (!is_dataset_format(format))
        return refuse(keys_.format, cat("there is no format '", format, "'"), "write csv or parquet");
    }
    if (keys_.columns != k_no_yaml) {
      auto found = read_columns(decoder_, keys_.columns);
      if (!found) return false;
      columns = std::move(*found);
    }
    bool by_format = keys_.format != k_no_yaml;
    return refine_inside(by_format ? keys_.format : keys_.columns, by_format ? "format" : "columns",
                         Kind::dataset, [&](const Type& type) -> std::optional<Type> {
                           bool both = (!type.word().empty() && !format.empty()) ||
                                       (!type.names().empty() && !columns.empty());
                           if (both) return std::nullopt;
                           return Type::dataset(format.empty() ? type.word() : format,
                                                columns.empty() ? members_of(type) : columns);
                         });
  }

  static std::vector<Type::Member> members_of(const Type& type) {
    std::vector<Type::Member> members;
    for (std::size_t i = 0; i < type.names().size(); ++i)
      members.emplace_back(type.names()[i], type.types()[i]);
    return members;
  }

  template <typename Change>
  bool refine_inside(YamlId at, std::string_view key, Kind kind, const Change& change) {
    bool twice = false;
    auto refined = changed_inside(port_.type, kind, [&](const Type& type) {
      std::optional<Type> found = change(type);
      twice = !found;
      return found;
    });
    if (twice)
      return refuse(at, cat("the type ", port_.type.text(), " says it already"), cat("remove '", key, "'"));
    if (!refined)
      return refuse(at, cat("'", key, "' says nothing about ", port_.type.text()),
                    kind == Kind::file ? "it is for files" : "it is for datasets");
    port_.type = std::move(*refined);
    return true;
  }

  bool refuse(YamlId at, std::string message, std::string hint) {
    decoder_.error(at, {codes::k_bad_constraint, std::move(message), {}, std::move(hint)});
    return false;
  }

  const Type& type() const { return without_optional(port_.type); }

  std::optional<Json> read_value(YamlId at) {
    return LiteralReader(decoder_, Dollar::literal, {}).read(at, type());
  }

  void read_bound(std::string_view name, YamlId at, std::optional<Json>& bound) {
    if (at == k_no_yaml) return;
    Kind kind = type().kind();
    bool ordered =
        kind == Kind::integer || kind == Kind::floating || kind == Kind::datetime || kind == Kind::duration;
    if (!ordered) {
      refuse(at, cat("'", name, "' says nothing about ", port_.type.text()),
             "it is for int, float, datetime and duration");
      return;
    }
    bound = read_value(at);
    if (bound && !compare_values(type(), *bound, *bound)) {
      refuse(at, cat("nan is no '", name, "'"), "write a number");
      bound.reset();
    }
  }

  void check_bounds() {
    const Constraints& limits = port_.limits;
    if (!limits.min || !limits.max) return;
    if (compare_values(type(), *limits.min, *limits.max) == 1)
      refuse(keys_.max, "no value is between this max and the min", "swap them");
  }

  // Where the other constraints refuse all of them, nothing could be given.
  void check_choices() {
    Port others = port_;
    others.limits.one_of.clear();
    if (!others.limits.any()) return;
    const std::vector<Json>& choices = port_.limits.one_of;
    bool none = !choices.empty() && std::all_of(choices.begin(), choices.end(),
                                                [&](const Json& one) { return violation(others, one); });
    if (none)
      refuse(keys_.one_of, "no value of 'one_of' is allowed by the other constraints", "change one of them");
  }

  void read_pattern() {
    std::string text;
    if (!decoder_.expect_text(keys_.pattern, text, "a pattern")) return;
    if (text.empty()) {
      refuse(keys_.pattern, "the pattern is empty", "remove 'pattern', or use one_of: [\"\"]");
      return;
    }
    bool names = port_.type.is_content_collection() || type().is_content();
    if (type().kind() != Kind::string && !names) {
      refuse(keys_.pattern, cat("'pattern' says nothing about ", port_.type.text()),
             "it is for strings and files");
      return;
    }
    if (!names) {
      auto compiled = Pattern::compile(text);
      if (auto* why = std::get_if<std::string>(&compiled)) {
        refuse(keys_.pattern, cat("'", text, "' is no regular expression: ", *why),
               "write one as RE2 has them");
        return;
      }
    }
    port_.limits.pattern = std::move(text);
  }

  void read_one_of() {
    if (!type().is_scalar() || type().kind() == Kind::one_of) {
      refuse(keys_.one_of, cat("'one_of' says nothing about ", port_.type.text()),
             type().kind() == Kind::one_of ? "it is for scalars that are no union" : "it is for scalars");
      return;
    }
    if (!decoder_.expect(keys_.one_of, YamlKind::sequence, "a list of the values")) return;
    std::vector<std::pair<std::string, Json>> values;
    decoder_.tree.each_item(keys_.one_of, [&](YamlId item) {
      if (auto value = read_value(item)) values.emplace_back(value->canonical(), std::move(*value));
    });
    if (decoder_.tree[keys_.one_of].count == 0)
      refuse(keys_.one_of, "'one_of' is empty: nothing could be given", "list the values");
    auto before = [](const auto& a, const auto& b) { return a.first < b.first; };
    auto same = [](const auto& a, const auto& b) { return a.first == b.first; };
    std::sort(values.begin(), values.end(), before);
    values.erase(std::unique(values.begin(), values.end(), same), values.end());
    for (auto& [text, value] : values) port_.limits.one_of.push_back(std::move(value));
  }

  void read_temporary() {
    if (!decoder_.expect_bool(keys_.temporary, port_.temporary) || !port_.temporary) return;
    if (port_.type.has_content()) return;
    refuse(keys_.temporary, cat("'temporary' says nothing about ", port_.type.text()),
           "it is for outputs that hold files, directories or datasets: values stay with the records");
  }

  Decoder& decoder_;
  const PortKeys& keys_;
  Port& port_;
};

}  // namespace

bool refine_type(Decoder& decoder, const PortKeys& keys, Port& port) {
  return ConstraintReader(decoder, keys, port).refine();
}

void read_constraints(Decoder& decoder, const PortKeys& keys, Port& port) {
  ConstraintReader(decoder, keys, port).read_limits();
}

}  // namespace wf
