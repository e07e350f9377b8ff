#include "core/base/text.hpp"
#include "core/base/time.hpp"
#include "core/definition/union_value.hpp"
#include "core/definition/value.hpp"
#include "core/lineage/tree_text.hpp"

namespace wf {

namespace {

constexpr std::size_t k_longest = 44;  // columns

std::string shorten(std::string text) {
  std::string safe = escape_terminal(text);
  if (display_width(safe) <= k_longest) return safe;
  std::size_t end = 0;
  std::size_t width = 0;
  while (end < safe.size() && width < k_longest - 1) {
    ++end;
    while (end < safe.size() && (static_cast<unsigned char>(safe[end]) & 0xC0U) == 0x80U) ++end;
    ++width;
  }
  return safe.substr(0, end) + "…";
}

std::string content_text(const Json& value, const ContentSize& size) {
  std::optional<Digest> digest = content_digest(value);
  std::string before;
  if (value.find("$tree") != nullptr)
    before = "folder ";
  else if (size.bytes >= 0)
    before = human_bytes(size.bytes) + " ";
  return cat(before, digest->short_hex(), size.freed ? ", bytes freed" : "");
}

std::string plural(std::size_t count, std::string_view what) {
  return cat(count, " ", what, count == 1 ? "" : "s");
}

}  // namespace

std::string value_text(const std::string& type, const Json& value, const ContentSize& size) {
  if (content_digest(value)) return content_text(value, size);
  std::variant<Type, TypeError> parsed = parse_type(type);
  const Type* known = std::get_if<Type>(&parsed);
  if (known != nullptr && without_optional(*known).kind() == Kind::one_of) {
    const Type& choice = without_optional(*known);
    MemberValue own = member_of(choice, value);
    if (own.value != nullptr) return value_text(choice.types()[own.member].text(), *own.value, size);
  }
  if (known != nullptr && known->has_content() && value.is_array()) {
    return plural(contents_of(*known, value).size(),
                  known->element().kind() == Kind::directory ? "folder" : "file");
  }
  const Type solid = known == nullptr ? Type(Kind::json) : without_optional(*known);
  bool bare = solid.kind() == Kind::duration || solid.kind() == Kind::floating;
  if (!value.is_null() && bare) return value_to_text(solid, value);
  return shorten(printed_value(type, value).compact());
}

std::string short_time(std::int64_t at_us) {
  std::string text = format_wall_us(at_us);
  text[10] = ' ';
  text.resize(19);
  return text += 'Z';
}

}  // namespace wf
