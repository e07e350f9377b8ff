#include "cli/key_difference_text.hpp"

#include <algorithm>

#include "core/base/text.hpp"
#include "core/registry/difference.hpp"

namespace wf::cli {

namespace {

constexpr std::size_t k_short = 40;  // columns
constexpr std::string_view k_ignored = "ignored by the task";

std::string plain_text(const std::optional<Json>& value) {
  if (!value) return "nothing";
  if (value->is_null()) return "null";
  if (value->is_string() && Digest::parse(value->as_string())) return value->as_string();  // of a file
  const Json* digest = value->find("digest");
  if (digest != nullptr)
    return cat(digest->as_string(), value->find("executable") != nullptr ? ", executable" : "");
  return value->compact();
}

// "api-token, version 2"
std::string secret_text(const std::optional<Json>& value) {
  const Json* name = value ? value->find("name") : nullptr;
  if (name == nullptr) return plain_text(value);
  const Json* version = value->find("version");
  return cat(name->as_string(), version == nullptr ? "" : cat(", version ", version->as_string()));
}

// Of two long texts leaves what follows where they part, with a little of what stands before.
void drop_common_start(std::string& before, std::string& after) {
  constexpr std::size_t k_context = 12;
  auto differ = std::mismatch(before.begin(), before.end(), after.begin(), after.end());
  auto common = static_cast<std::size_t>(differ.first - before.begin());
  if (common <= k_context) return;
  std::size_t from = common - k_context;
  while (from > 0 && (static_cast<unsigned char>(before[from]) & 0xC0U) == 0x80U) --from;
  before = cat("…", before.substr(from));
  after = cat("…", after.substr(from));
}

DifferenceText fitted(const std::string& place, std::string before, std::string after, std::size_t width) {
  auto fit = [&](const std::string& text) { return cut_to_width(escape_terminal(text), width, "…"); };
  return {escape_terminal(place), fit(before), fit(after)};
}

bool is_text(const std::optional<Json>& value) { return value && value->is_string(); }

DifferenceText of_whole(const std::string& place, const std::optional<Json>& before,
                        const std::optional<Json>& after, std::size_t width) {
  std::string one = plain_text(before);
  std::string other = plain_text(after);
  if (std::max(one.size(), other.size()) > (is_text(before) ? k_short : width)) drop_common_start(one, other);
  return fitted(place, std::move(one), std::move(other), width);
}

bool is_container(const std::optional<Json>& value) {
  return value && (value->is_array() || value->is_object());
}

// None where the values differ as a whole.
std::vector<Change> changes_inside(const std::optional<Json>& before, const std::optional<Json>& after) {
  if (!is_container(before) || !is_container(after)) return {};
  std::vector<Change> changes = difference(*before, *after);
  if (!changes.empty() && changes.front().path.empty()) changes.clear();
  return changes;
}

DifferenceText of_change(const std::string& place, const Change& change, std::size_t width) {
  auto side = [&](ChangeKind absent, const Json& value) {
    return change.kind == absent ? std::nullopt : std::optional(value);
  };
  std::string inner = path_text(change);
  if (!inner.starts_with('[')) inner = cat(".", inner);
  DifferenceText found = of_whole(cat(place, inner), side(ChangeKind::added, change.before),
                                  side(ChangeKind::removed, change.after), width);
  found.inside = std::move(inner);
  return found;
}

// Only those are looked into: a source or an item of a command is one thing.
bool has_inside(const KeyDifference& difference) {
  return difference.part == "inputs" || difference.part == "environment";
}

}  // namespace

std::string DifferenceText::line() const {
  std::string more =
      others == 0 ? std::string() : cat(", and ", others, others == 1 ? " other place" : " other places");
  return cat(place, "  ", before, " -> ", after, more);
}

DifferenceText text_of(const std::string& place, const std::optional<Json>& before,
                       const std::optional<Json>& after, std::size_t width) {
  std::vector<Change> changes = changes_inside(before, after);
  if (changes.empty()) return of_whole(place, before, after, width);
  DifferenceText found = of_change(place, changes.front(), width);
  found.others = changes.size() - 1;
  return found;
}

DifferenceText text_of(const KeyDifference& difference, std::size_t width) {
  std::string place = difference.part == "version" ? "cache version" : difference.place();
  bool named = difference.part == "command" && !difference.item.empty();
  DifferenceText text;
  if (difference.part == "secrets")
    text = fitted(place, secret_text(difference.before), secret_text(difference.after), width);
  else if (has_inside(difference))
    text = text_of(place, difference.before, difference.after, width);
  else
    text = of_whole(named ? difference.item : place, difference.before, difference.after, width);
  if (difference.change == KeyChange::ignored) text.after = k_ignored;
  if (difference.change == KeyChange::no_longer_ignored) text.before = k_ignored;
  return text;
}

std::vector<DifferenceText> texts_of(const KeyDifference& difference, std::size_t width, std::size_t most) {
  std::vector<Change> changes;
  if (has_inside(difference)) changes = changes_inside(difference.before, difference.after);
  if (changes.empty()) return {text_of(difference, width)};
  std::vector<DifferenceText> texts;
  for (std::size_t i = 0; i < changes.size() && i < most; ++i)
    texts.push_back(of_change(difference.place(), changes[i], width));
  if (!texts.empty()) texts.back().others = changes.size() - texts.size();
  return texts;
}

}  // namespace wf::cli
