#include "core/registry/difference.hpp"

#include <algorithm>
#include <unordered_map>
#include <unordered_set>

#include "core/base/text.hpp"

namespace wf {

namespace {

// An array whose elements all have different names is read as an object of them.
std::optional<Json> by_name(const Json& array) {
  Json object = Json::object();
  std::unordered_set<std::string> seen;
  for (const Json& element : array.as_array()) {
    const Json* name = element.find("name");
    if (name == nullptr) name = element.find("path");
    if (name == nullptr || !name->is_string() || !seen.insert(name->as_string()).second) return std::nullopt;
    object.add(name->as_string(), element);
  }
  return object;
}

class Comparison {
 public:
  void compare(const Json& before, const Json& after) {
    if (before == after) return;
    if (before.is_object() && after.is_object()) return compare_objects(before, after);
    if (before.is_array() && after.is_array()) return compare_arrays(before, after);
    changes_.push_back({ChangeKind::changed, path_, before, after, 0, 0});
  }
  std::vector<Change> take() { return std::move(changes_); }

 private:
  void compare_objects(const Json& before, const Json& after) {
    std::unordered_map<std::string_view, const Json*> old;
    for (const auto& [key, value] : before.as_object()) old.emplace(key, &value);
    for (const auto& [key, value] : before.as_object()) {
      if (after.find(key) == nullptr) report(ChangeKind::removed, key, value);
    }
    for (const auto& [key, value] : after.as_object()) {
      auto found = old.find(key);
      if (found == old.end()) {
        report(ChangeKind::added, key, value);
      } else {
        path_.push_back(key);
        compare(*found->second, value);
        path_.pop_back();
      }
    }
  }

  void compare_arrays(const Json& before, const Json& after) {
    auto old = by_name(before);
    auto now = by_name(after);
    if (old && now) return compare_objects(*old, *now);
    compare_positions(before.as_array(), after.as_array());
  }

  // What both begin and end with is left out, so that one inserted item is one change.
  void compare_positions(const Json::Array& before, const Json::Array& after) {
    std::size_t shorter = std::min(before.size(), after.size());
    std::size_t head = 0;
    while (head < shorter && before[head] == after[head]) ++head;
    std::size_t tail = 0;
    while (tail < shorter - head && before[before.size() - 1 - tail] == after[after.size() - 1 - tail])
      ++tail;
    std::size_t old_end = before.size() - tail;
    std::size_t new_end = after.size() - tail;
    for (std::size_t i = head; i < std::max(old_end, new_end); ++i) {
      std::string index = cat('[', i, ']');
      if (i >= new_end) {
        report(ChangeKind::removed, index, before[i]);
      } else if (i >= old_end) {
        report(ChangeKind::added, index, after[i]);
      } else {
        path_.push_back(index);
        compare(before[i], after[i]);
        path_.pop_back();
      }
    }
  }

  void report(ChangeKind kind, const std::string& key, const Json& value) {
    Change change{kind, path_, {}, {}, 0, 0};
    change.path.push_back(key);
    (kind == ChangeKind::added ? change.after : change.before) = value;
    changes_.push_back(std::move(change));
  }

  std::vector<std::string> path_;
  std::vector<Change> changes_;
};

std::string shown(const Json& value) {
  constexpr std::size_t k_most = 160;
  std::string text = escape_terminal(value.canonical());
  if (text.size() <= k_most) return text;
  std::size_t cut = k_most;
  while (cut > 0 && (static_cast<unsigned char>(text[cut]) & 0xc0U) == 0x80) --cut;  // not inside a character
  return cat(text.substr(0, cut), "…");
}

bool is_long_text(const Json& value) {
  return value.is_string() && trim(value.as_string()).find('\n') != std::string_view::npos;
}

// The lines between what both texts begin and end with, a few of each.
std::string changed_lines(const std::string& before, const std::string& after) {
  constexpr std::size_t k_most = 12;
  std::vector<std::string_view> old = split(before, '\n');
  std::vector<std::string_view> now = split(after, '\n');
  std::size_t shorter = std::min(old.size(), now.size());
  std::size_t head = 0;
  while (head < shorter && old[head] == now[head]) ++head;
  std::size_t tail = 0;
  while (tail < shorter - head && old[old.size() - 1 - tail] == now[now.size() - 1 - tail]) ++tail;
  std::string out;
  auto add = [&](const std::vector<std::string_view>& lines, std::string_view sign) {
    std::size_t end = lines.size() - tail;
    for (std::size_t i = head; i < end; ++i) {
      if (i - head == k_most) {
        out += cat("    ", sign, " … and ", end - i, " more lines\n");
        return;
      }
      out += cat("    ", sign, ' ', escape_terminal(lines[i]), '\n');
    }
  };
  add(old, "-");
  add(now, "+");
  return out;
}

std::string line_note(int line) { return line > 0 ? cat("  (line ", line, ')') : std::string(); }

}  // namespace

std::vector<Change> difference(const Json& before, const Json& after) {
  Comparison comparison;
  comparison.compare(before, after);
  return comparison.take();
}

std::string path_text(const Change& change) {
  std::string text;
  for (const std::string& step : change.path) {
    if (!text.empty() && !step.starts_with('[')) text += '.';
    text += step;
  }
  return text.empty() ? "(the whole)" : text;
}

std::string render(const std::vector<Change>& changes) {
  std::string out;
  for (const Change& change : changes) {
    std::string path = escape_terminal(path_text(change));
    if (change.kind == ChangeKind::added) {
      out += cat("+ ", path, ": ", shown(change.after), line_note(change.after_line), '\n');
    } else if (change.kind == ChangeKind::removed) {
      out += cat("- ", path, ": ", shown(change.before), line_note(change.before_line), '\n');
    } else if (change.before.is_string() && change.after.is_string() &&
               (is_long_text(change.before) || is_long_text(change.after))) {
      out += cat("~ ", path, ":", line_note(change.after_line), '\n',
                 changed_lines(change.before.as_string(), change.after.as_string()));
    } else {
      out += cat("~ ", path, ": ", shown(change.before), " -> ", shown(change.after),
                 line_note(change.after_line), '\n');
    }
  }
  return out;
}

Json to_json(const std::vector<Change>& changes) {
  Json list = Json::array();
  auto line = [](int number) { return number > 0 ? Json(number) : Json(); };
  for (const Change& change : changes) {
    Json item = Json::object();
    item.add("change", change.kind == ChangeKind::added     ? "added"
                       : change.kind == ChangeKind::removed ? "removed"
                                                            : "changed");
    item.add("path", path_text(change));
    item.add("before", change.before);
    item.add("after", change.after);
    item.add("before_line", line(change.before_line));
    item.add("after_line", line(change.after_line));
    list.push(std::move(item));
  }
  return list;
}

}  // namespace wf
