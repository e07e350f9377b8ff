// Changes one setting in a file and nothing else: the text is cut where the parsed tree says its value
// stands.
#include <algorithm>
#include <utility>

#include "cli/codes.hpp"
#include "cli/settings_file.hpp"
#include "core/base/text.hpp"
#include "core/definition/yaml_tree.hpp"

namespace wf::cli {

namespace {

using Parts = std::vector<std::string_view>;

// A plain scalar where no reader could take it for anything else.
std::string as_scalar(const std::string& value) {
  auto harmless = [](unsigned char c) {
    return std::isalnum(c) != 0 || c == '-' || c == '_' || c == '.' || c == '/';
  };
  bool plain = std::all_of(value.begin(), value.end(), harmless) && value != "null" &&
               (std::isalnum(static_cast<unsigned char>(value.front())) != 0 || value.front() == '/');
  return plain ? value : Json(value).compact();
}

class SettingsEditor {
 public:
  SettingsEditor(const std::string& path, const std::string& text)
      : source_(path, text), text_(source_.text()) {
    Diagnostics diagnostics;
    if (auto tree = parse_yaml(source_, {}, diagnostics)) tree_ = std::move(*tree);
    refuse_mistakes(path, diagnostics);
  }

  std::string set(std::string_view name, const std::string& value) {
    Parts parts = split(name, '.');
    YamlId level = tree_.empty() || tree_.kind(tree_.root()) == YamlKind::null ? k_no_yaml : tree_.root();
    YamlMember owner;
    for (std::size_t i = 0; i < parts.size() && level != k_no_yaml; ++i) {
      YamlMember member = find_member(tree_, level, parts[i]);
      Parts rest(parts.begin() + static_cast<std::ptrdiff_t>(i), parts.end());
      if (member.key == k_no_yaml) return add(level, owner, rest, value);
      if (i + 1 == parts.size()) return replace(member.value, value);
      if (tree_.kind(member.value) == YamlKind::null)
        return insert_below(tree_[member.key].offset, lines({rest.begin() + 1, rest.end()}, 2, value));
      owner = member;
      level = member.value;
    }
    return insert_below(text_.size(), lines(parts, 0, value));
  }

  // Also without the line of a section of which nothing is left.
  std::string unset(std::string_view name) const {
    Parts parts = split(name, '.');
    YamlMember section;
    YamlMember member = find_member(tree_, tree_.root(), parts.front());
    if (parts.size() > 1) section = std::exchange(member, find_member(tree_, member.value, parts.back()));
    std::string without = cut_line(text_, tree_[member.key].offset);
    bool alone = section.key != k_no_yaml && members(section.value) == 1 &&
                 line_begin(text_, tree_[section.key].offset) != line_begin(text_, tree_[member.key].offset);
    return alone ? cut_line(without, tree_[section.key].offset) : without;
  }

 private:
  std::string add(YamlId level, const YamlMember& owner, const Parts& parts, const std::string& value) const {
    const YamlNode& mapping = tree_[level];
    if (text_[mapping.offset] == '{') {
      std::string inner = as_scalar(value);
      for (auto part = parts.rbegin(); part != parts.rend(); ++part)
        inner = part == parts.rbegin() ? cat(*part, ": ", inner) : cat(*part, ": {", inner, "}");
      return std::string(text_).insert(mapping.offset + 1,
                                       inner + (mapping.first_child != k_no_yaml ? ", " : ""));
    }
    if (owner.key == k_no_yaml) return insert_below(text_.size(), lines(parts, 0, value));
    YamlId last = k_no_yaml;
    tree_.each_member(level, [&](YamlId key, YamlId) { last = key; });
    std::size_t offset = tree_[last].offset;
    return insert_below(offset, lines(parts, offset - line_begin(text_, offset), value));
  }

  // Of what is not written as its text stands, the end cannot be told; the caller finds the edit wrong then.
  std::string replace(YamlId at, const std::string& value) const {
    const YamlNode& node = tree_[at];
    const std::size_t length =
        node.style == YamlStyle::quoted ? quoted_length(node.offset) : node.text.size();
    return std::string(text_).replace(node.offset, length, as_scalar(value));
  }

  // Of what stands between quotes and them, as it is written: it may be longer than what it says.
  std::size_t quoted_length(std::size_t begin) const {
    const char quote = text_[begin];
    std::size_t at = begin + 1;
    for (; at < text_.size(); ++at) {
      const bool doubled = quote == '\'' && at + 1 < text_.size() && text_[at + 1] == quote;
      if ((quote == '"' && text_[at] == '\\') || (text_[at] == quote && doubled))
        ++at;
      else if (text_[at] == quote)
        break;
    }
    return std::min(at + 1, text_.size()) - begin;
  }

  static std::string lines(const Parts& parts, std::size_t indent, const std::string& value) {
    std::string out;
    for (std::size_t i = 0; i < parts.size(); ++i) {
      bool last = i + 1 == parts.size();
      out += cat(std::string(indent + 2 * i, ' '), parts[i], last ? cat(": ", as_scalar(value)) : ":", "\n");
    }
    return out;
  }

  std::string insert_below(std::size_t offset, const std::string& added) const {
    std::size_t end = offset < text_.size() ? text_.find('\n', offset) : std::string::npos;
    std::string out = text_;
    if (end != std::string::npos) return out.insert(end + 1, added);
    if (!out.empty() && out.back() != '\n') out += '\n';
    return out + added;
  }

  std::size_t members(YamlId mapping) const {
    std::size_t count = 0;
    tree_.each_member(mapping, [&](YamlId, YamlId) { ++count; });
    return count;
  }

  static std::size_t line_begin(const std::string& text, std::size_t offset) {
    std::size_t end = offset == 0 ? std::string::npos : text.rfind('\n', offset - 1);
    return end == std::string::npos ? 0 : end + 1;
  }

  static std::string cut_line(const std::string& text, std::size_t offset) {
    std::size_t end = text.find('\n', offset);
    return cat(text.substr(0, line_begin(text, offset)),
               end == std::string::npos ? "" : text.substr(end + 1));
  }

  SourceText source_;
  std::string text_;
  YamlTree tree_;
};

using Pairs = std::vector<std::pair<std::string, std::string>>;

Pairs pairs_of(const SettingsText& settings) {
  Pairs pairs;
  for (const FileSetting& one : settings.values) pairs.emplace_back(one.key->name, one.text);
  for (const FileSecret& one : settings.secrets) pairs.emplace_back(cat("secrets.", one.name), one.text);
  std::sort(pairs.begin(), pairs.end());
  return pairs;
}

// The edited text must say what was asked for, and for the rest what it said before.
std::string checked(const std::string& path, Pairs wanted, std::string edited) {
  SettingsText read = read_settings(path, edited);
  std::sort(wanted.begin(), wanted.end());
  if (!read.diagnostics.has_errors() && pairs_of(read) == wanted) return edited;
  throw Error(codes::k_bad_configuration,
              cat("'", path, "' is written in a way that cannot be changed by line"),
              "change it in an editor");
}

Pairs settings_in(const std::string& path, const std::string& text) {
  SettingsText read = read_settings(path, text);
  refuse_mistakes(path, read.diagnostics);
  return pairs_of(read);
}

Pairs without(Pairs pairs, std::string_view name) {
  std::erase_if(pairs, [&](const auto& pair) { return pair.first == name; });
  return pairs;
}

}  // namespace

std::string with_setting(const std::string& path, const std::string& text, std::string_view name,
                         const std::string& value) {
  Pairs wanted = without(settings_in(path, text), name);
  wanted.emplace_back(name, value);
  return checked(path, std::move(wanted), SettingsEditor(path, text).set(name, value));
}

std::optional<std::string> without_setting(const std::string& path, const std::string& text, std::string_view name) {
  Pairs before = settings_in(path, text);
  Pairs wanted = without(before, name);
  if (wanted.size() == before.size()) return std::nullopt;
  return checked(path, std::move(wanted), SettingsEditor(path, text).unset(name));
}

}  // namespace wf::cli
