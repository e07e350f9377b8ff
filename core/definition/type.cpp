#include "core/definition/type.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include "core/base/text.hpp"

namespace wf {

namespace {

constexpr std::array<std::pair<std::string_view, Kind>, 9> k_simple_kinds{{
    {"int", Kind::integer},
    {"float", Kind::floating},
    {"bool", Kind::boolean},
    {"string", Kind::string},
    {"datetime", Kind::datetime},
    {"duration", Kind::duration},
    {"file", Kind::file},
    {"directory", Kind::directory},
    {"json", Kind::json},
}};

constexpr std::size_t k_max_depth = 16;
constexpr std::size_t k_max_enum_value = 128;

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
  void fail(std::string message, std::string hint, TypeFault fault = TypeFault::malformed) {
    if (!error_) error_ = TypeError{std::min(at_, text_.size()), std::move(message), std::move(hint), fault};
  }
  std::string_view read_word() {
    peek();
    std::size_t begin = at_;
    while (at_ < text_.size() && is_word_character(text_[at_])) ++at_;
    return text_.substr(begin, at_ - begin);
  }

  Type read_type(std::size_t depth) {
    if (depth > k_max_depth) {
      fail("the type is nested more than 16 levels deep", "use json for data that deep");
      return {};
    }
    Type type = read_named(depth);
    while (!error_) {
      if (accept('?')) {
        type = Type::optional(type);
      } else if (peek() == '|') {
        read_union(type);
      } else {
        break;
      }
    }
    return type;
  }

  // `T|null` is T?; every other union comes later.
  void read_union(Type& type) {
    std::size_t bar = at_++;
    if (read_word() == "null") {
      type = Type::optional(type);
      return;
    }
    at_ = bar;
    fail("unions arrive in a later version of wf", "use json, or one of the types", TypeFault::arrives_later);
  }

  Type read_named(std::size_t depth) {
    peek();
    std::size_t begin = at_;
    std::string_view word = read_word();
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
    if (word == "dataset" || word == "record") {
      fail(cat("the type '", word, "' arrives in a later version of wf"),
           word == "dataset" ? "use directory" : "use json", TypeFault::arrives_later);
      return;
    }
    if (word.empty()) return fail("a type is missing here", "write a type such as int or list<file>");
    std::string near = did_you_mean(word, type_words());
    fail(cat("there is no type '", word, "'"),
         near.empty() ? "the types are int float bool string datetime duration file directory json list<T> "
                        "map<T> enum<a|b> and T?"
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
    if (!error_ && !accept(end)) fail(cat("'", end, "' is missing here"), cat("write for example ", example));
    return element;
  }

  Type read_enumeration() {
    constexpr std::string_view k_hint =
        "write for example enum<low|high>; values are letters, digits and ._+/-";
    char end = closing();
    std::vector<std::string> values;
    do {
      std::string_view value = end == '\0' ? std::string_view() : read_word();
      if (value.empty() || value.size() > k_max_enum_value || find_invalid_utf8(value) != std::string::npos) {
        fail("a value of the enum is missing or malformed", std::string(k_hint));
        return {};
      }
      values.emplace_back(value);
    } while (accept('|'));
    if (!accept(end)) fail(cat("'", end, "' is missing here"), std::string(k_hint));
    return Type::enumeration(std::move(values));
  }

  std::string_view text_;
  std::size_t at_ = 0;
  std::optional<TypeError> error_;
};

}  // namespace

Type Type::optional(Type element) {
  if (element.kind_ == Kind::optional) return element;
  Type type(Kind::optional);
  type.element_ = std::make_shared<const Type>(std::move(element));
  return type;
}

Type Type::list(Type element) {
  Type type(Kind::list);
  type.element_ = std::make_shared<const Type>(std::move(element));
  return type;
}

Type Type::map(Type element) {
  Type type(Kind::map);
  type.element_ = std::make_shared<const Type>(std::move(element));
  return type;
}

Type Type::enumeration(std::vector<std::string> values) {
  Type type(Kind::enumeration);
  std::sort(values.begin(), values.end());
  values.erase(std::unique(values.begin(), values.end()), values.end());
  type.values_ = std::move(values);
  return type;
}

bool Type::operator==(const Type& other) const {
  if (kind_ != other.kind_ || values_ != other.values_) return false;
  return element_ == other.element_ || (element_ && other.element_ && *element_ == *other.element_);
}

std::string Type::text() const {
  switch (kind_) {
    case Kind::optional:
      return element_->text() + '?';
    case Kind::list:
      return cat("list<", element_->text(), '>');
    case Kind::map:
      return cat("map<", element_->text(), '>');
    case Kind::enumeration:
      return cat("enum<", join(values_, "|"), '>');
    default:
      return std::string(std::find_if(k_simple_kinds.begin(), k_simple_kinds.end(), [&](const auto& entry) {
                           return entry.second == kind_;
                         })->first);
  }
}

bool Type::is_scalar() const {
  if (kind_ == Kind::optional) return element_->is_scalar();
  return kind_ <= Kind::duration || kind_ == Kind::enumeration;
}

bool Type::has_content() const {
  if (kind_ == Kind::file || kind_ == Kind::directory) return true;
  return element_ && element_->has_content();
}

bool Type::is_content_collection() const {
  if (kind_ == Kind::optional) return element_->is_content_collection();
  if (kind_ != Kind::list && kind_ != Kind::map) return false;
  return element_->kind_ == Kind::file || element_->kind_ == Kind::directory;
}

std::variant<Type, TypeError> parse_type(std::string_view text) { return TypeReader(text).read(); }

bool assignable(const Type& from, const Type& to) {
  if (from == to) return true;
  if (to.kind() == Kind::json) return !from.has_content();
  if (to.kind() == Kind::optional) {
    return assignable(from.kind() == Kind::optional ? from.element() : from, to.element());
  }
  if (from.kind() == Kind::enumeration) {
    if (to.kind() == Kind::string) return true;
    return to.kind() == Kind::enumeration &&
           std::includes(to.values().begin(), to.values().end(), from.values().begin(), from.values().end());
  }
  bool collection = from.kind() == Kind::list || from.kind() == Kind::map;
  return collection && from.kind() == to.kind() && assignable(from.element(), to.element());
}

}  // namespace wf
