// Types as text, there and back.
#include <algorithm>
#include <array>
#include <optional>

#include "core/base/error.hpp"
#include "core/base/json.hpp"
#include "core/base/text.hpp"
#include "core/definition/foreign_words.hpp"
#include "core/definition/name.hpp"
#include "core/definition/type.hpp"

namespace wf {

namespace {

constexpr std::array<std::pair<std::string_view, Kind>, 10> k_simple_kinds{{
    {"int", Kind::integer},
    {"float", Kind::floating},
    {"bool", Kind::boolean},
    {"string", Kind::string},
    {"datetime", Kind::datetime},
    {"duration", Kind::duration},
    {"file", Kind::file},
    {"directory", Kind::directory},
    {"json", Kind::json},
    {"dataset", Kind::dataset},
}};

constexpr std::array<std::string_view, 2> k_formats{"csv", "parquet"};
constexpr std::size_t k_max_word = 128;

bool is_word_character(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
         std::string_view("._+/-").find(c) != std::string_view::npos ||
         (static_cast<unsigned char>(c) & 0x80U) != 0;
}

std::vector<std::string> type_words() {
  std::vector<std::string> words{"list", "map", "enum"};
  for (const auto& [name, kind] : k_simple_kinds) words.emplace_back(name);
  return words;
}

bool is_plain_name(std::string_view name) {
  return !name.empty() && std::all_of(name.begin(), name.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
  });
}

// Recursive descent over the text of a type; `error_` is set once and then everything returns at once.
class TypeReader {
 public:
  explicit TypeReader(std::string_view text) : text_(text) {}

  std::variant<Type, TypeError> read() {
    Type type = read_type(0);
    if (!error_ && peek() != '\0') fail("something follows the type", "write one type such as list<int>");
    if (error_) return *error_;
    return type;
  }

 private:
  char peek() {
    while (at_ < text_.size() && text_[at_] == ' ') ++at_;
    return at_ < text_.size() ? text_[at_] : '\0';
  }
  bool accept(char c) {
    if (peek() != c) return false;
    ++at_;
    return true;
  }
  bool expect(char c, std::string_view example) {
    if (!error_ && !accept(c)) fail(cat("'", c, "' is missing here"), cat("write for example ", example));
    return !error_;
  }
  void fail(std::string message, std::string hint) {
    if (!error_) error_ = TypeError{std::min(at_, text_.size()), std::move(message), std::move(hint)};
  }
  std::string_view read_word() {
    peek();
    std::size_t begin = at_;
    while (at_ < text_.size() && is_word_character(text_[at_])) ++at_;
    return text_.substr(begin, at_ - begin);
  }

  // T, or A|B|…, where `null` may be one of them.
  Type read_type(std::size_t depth) {
    if (depth > k_max_type_depth) {
      fail("the type is nested more than 16 levels deep", "use json for data that deep");
      return {};
    }
    std::vector<Type> members;
    std::size_t begin = at_;
    bool nullable = false;
    do {
      if (accept_null())
        nullable = true;
      else
        members.push_back(read_member(depth));
    } while (!error_ && accept('|'));
    if (error_) return {};
    if (members.empty()) {
      fail("null alone is no type", "write T? for a type that may be null");
      return {};
    }
    bool many = members.size() > 1;
    if (many) check_members(members, begin);
    Type type = many ? Type::one_of(std::move(members)) : members.front();
    return nullable ? Type::optional(std::move(type)) : type;
  }

  bool accept_null() {
    std::size_t begin = at_;
    if (read_word() == "null") return true;
    at_ = begin;
    return false;
  }

  void check_members(const std::vector<Type>& members, std::size_t begin) {
    for (const Type& member : members) {
      if (without_optional(member).kind() != Kind::json) continue;
      at_ = begin;
      fail("json takes every value, so nothing can tell it from the rest of a union", "use json alone");
    }
  }

  Type read_member(std::size_t depth) {
    Type type = read_named(depth);
    while (!error_ && accept('?')) type = Type::optional(type);
    return type;
  }

  Type read_named(std::size_t depth) {
    if (peek() == '{') return read_record(depth);
    std::size_t begin = at_;
    std::string_view word = read_word();
    if (word == "file") return Type::file(read_media_type());
    if (word == "dataset") return read_dataset(depth);
    auto simple = std::find_if(k_simple_kinds.begin(), k_simple_kinds.end(),
                               [&](const auto& entry) { return entry.first == word; });
    if (simple != k_simple_kinds.end()) return Type(simple->second);
    if (word == "list") return Type::list(read_argument("list<int>", depth));
    if (word == "map") return Type::map(read_argument("map<int>", depth));
    if (word == "enum") return read_enumeration();
    at_ = begin;
    fail_unknown(word);
    return {};
  }

  void fail_unknown(std::string_view word) {
    if (word == "record") return fail("a record names its fields", "write {record: {field: int}}");
    if (peek() == '"' || peek() == '\'')
      return fail("quotes stand inside of a type",
                  "leave these out: it is quoted as a whole where it has to be");
    if (word.empty()) return fail("a type is missing here", "write a type such as int or list<file>");
    std::string near = foreign_word_hint(WordOf::types, word, type_words());
    if (near.empty()) near = did_you_mean(word, type_words());
    fail(cat("there is no type '", word, "'"),
         near.empty() ? "the types are int float bool string datetime duration file directory dataset json "
                        "list<T> map<T> enum<a|b> A|B T? and {record: {field: T}}"
                      : near);
  }

  // The bracket that ends what `open` began, or NUL when no bracket stands here.
  char closing() {
    if (accept('<')) return '>';
    if (accept('[')) return ']';
    return '\0';
  }

  Type read_argument(std::string_view example, std::size_t depth) {
    char end = closing();
    if (end == '\0') {
      fail("the type of the elements is missing", cat("write for example ", example));
      return {};
    }
    Type element = read_type(depth + 1);
    expect(end, example);
    return element;
  }

  Type read_enumeration() {
    constexpr std::string_view k_hint =
        "write for example enum<low|high>; values are letters, digits and ._+/-";
    char end = closing();
    std::vector<std::string> values;
    do {
      std::string_view value = end == '\0' ? std::string_view() : read_word();
      if (value.empty() || value.size() > k_max_word || find_invalid_utf8(value) != std::string::npos) {
        fail("a value of the enum is missing or malformed", std::string(k_hint));
        return {};
      }
      values.emplace_back(value);
    } while (accept('|'));
    if (!accept(end)) fail(cat("'", end, "' is missing here"), std::string(k_hint));
    return Type::enumeration(std::move(values));
  }

  std::string read_media_type() {
    char end = closing();
    if (end == '\0') return {};
    std::string word(read_word());
    if (!is_media_type(word)) fail(cat("'", word, "' is no media type"), "write for example file<image/png>");
    expect(end, "file<image/png>");
    return word;
  }

  // dataset, dataset<csv>, dataset<{a: int}>, dataset<csv, {a: int}>
  Type read_dataset(std::size_t depth) {
    constexpr std::string_view k_example = "dataset<csv, {id: int, name: string}>";
    char end = closing();
    if (end == '\0') return Type(Kind::dataset);
    std::string format;
    std::vector<Type::Member> columns;
    if (peek() != '{') {
      format = read_word();
      if (!is_dataset_format(format)) fail(cat("there is no format '", format, "'"), "write csv or parquet");
      if (!error_ && accept(',')) columns = read_columns(depth);
    } else {
      columns = read_columns(depth);
    }
    expect(end, k_example);
    return Type::dataset(std::move(format), std::move(columns));
  }

  std::vector<Type::Member> read_columns(std::size_t depth) {
    return read_members(depth, "dataset<csv, {id: int}>", [this](std::string_view, const Type& type) {
      if (!type.is_scalar()) fail("a column holds scalars", "use int, float, bool, string, … or T?");
    });
  }

  Type read_record(std::size_t depth) {
    constexpr std::string_view k_example = "{record: {a: int, b: string?}}";
    ++at_;
    if (read_word() != "record") {
      fail("'record' is missing here", cat("write for example ", k_example));
      return {};
    }
    if (!expect(':', k_example)) return {};
    auto fields = read_members(depth, k_example, [this](std::string_view name, const Type&) {
      if (check_identifier(name) != NameFault::none)
        fail(cat("'", name, "' cannot name a field"), std::string(k_identifier_grammar));
    });
    expect('}', k_example);
    return Type::record(std::move(fields));
  }

  // {name: T, "another name": T}; `check(name, type)` looks at each.
  template <typename Check>
  std::vector<Type::Member> read_members(std::size_t depth, std::string_view example, Check check) {
    std::vector<Type::Member> members;
    if (!expect('{', example)) return members;
    do {
      std::string name = read_name();
      if (name.empty()) fail("a name is missing here", cat("write for example ", example));
      if (!expect(':', example)) return members;
      Type type = read_type(depth + 1);
      if (!error_) check(name, type);
      members.emplace_back(std::move(name), std::move(type));
    } while (!error_ && accept(','));
    if (expect('}', example)) refuse_twice(members);
    return members;
  }

  void refuse_twice(const std::vector<Type::Member>& members) {
    std::vector<std::string_view> names;
    for (const auto& [name, type] : members) names.push_back(name);
    std::sort(names.begin(), names.end());
    auto twice = std::adjacent_find(names.begin(), names.end());
    if (twice != names.end()) fail(cat("'", *twice, "' stands here twice"), "keep one of them");
  }

  // A word, or JSON text for any other name; empty when it is neither.
  std::string read_name() {
    if (peek() != '"') {
      std::string_view word = read_word();
      return find_invalid_utf8(word) == std::string_view::npos ? std::string(word) : std::string();
    }
    std::size_t begin = at_++;
    while (at_ < text_.size() && text_[at_] != '"') at_ += text_[at_] == '\\' ? 2U : 1U;
    at_ = std::min(at_ + 1, text_.size());
    try {
      return Json::parse(text_.substr(begin, at_ - begin), "the name").as_string();
    } catch (const Error&) {
      return {};
    }
  }

  std::string_view text_;
  std::size_t at_ = 0;
  std::optional<TypeError> error_;
};

std::string members_text(const Type& type) {
  std::vector<std::string> members;
  for (std::size_t i = 0; i < type.names().size(); ++i) {
    const std::string& name = type.names()[i];
    members.push_back(cat(is_plain_name(name) ? name : Json(name).canonical(), ':', type.types()[i].text()));
  }
  return cat('{', join(members, ","), '}');
}

std::string dataset_arguments(const Type& type) {
  std::string out = type.word();
  if (type.names().empty()) return out;
  return cat(out, out.empty() ? "" : ",", members_text(type));
}

std::string union_text(const Type& type) {
  std::vector<std::string> members;
  for (const Type& member : type.types()) members.push_back(member.text());
  return join(members, "|");
}

std::string_view word_of(Kind kind) {
  return std::find_if(k_simple_kinds.begin(), k_simple_kinds.end(),
                      [&](const auto& entry) { return entry.second == kind; })
      ->first;
}

std::string with_arguments(std::string_view word, const std::string& arguments) {
  return arguments.empty() ? std::string(word) : cat(word, '<', arguments, '>');
}

}  // namespace

bool is_media_type(std::string_view text) {
  std::size_t slash = text.find('/');
  return text.size() <= k_max_word && slash != std::string_view::npos && slash > 0 &&
         slash + 1 < text.size() && text.find('/', slash + 1) == std::string_view::npos &&
         std::all_of(text.begin(), text.end(), [](char c) {
           return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ||
                  std::string_view("/.+-").find(c) != std::string_view::npos;
         });
}

bool is_dataset_format(std::string_view text) {
  return std::find(k_formats.begin(), k_formats.end(), text) != k_formats.end();
}

std::string Type::text() const {
  switch (kind_) {
    case Kind::optional:
      return element().text() + (element().kind_ == Kind::one_of ? "|null" : "?");
    case Kind::list:
      return cat("list<", element().text(), '>');
    case Kind::map:
      return cat("map<", element().text(), '>');
    case Kind::enumeration:
      return cat("enum<", join(names(), "|"), '>');
    case Kind::record:
      return cat("{record:", members_text(*this), '}');
    case Kind::one_of:
      return union_text(*this);
    case Kind::dataset:
      return with_arguments(word_of(kind_), dataset_arguments(*this));
    default:
      return with_arguments(word_of(kind_), word());
  }
}

std::variant<Type, TypeError> parse_type(std::string_view text) { return TypeReader(text).read(); }

}  // namespace wf
