// YAML as a tree of positions: scalars stay text, so that every later step can say where it read what.
// Aliases are not expanded but point at what they stand for; the budget counts them expanded.
#pragma once
#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/definition/diagnostic.hpp"
#include "core/definition/load.hpp"
#include "core/definition/source_text.hpp"

namespace wf {

enum class YamlKind : std::uint8_t { null, scalar, sequence, mapping, alias };
enum class YamlStyle : std::uint8_t { plain, quoted, block };

using YamlId = std::uint32_t;
inline constexpr YamlId k_no_yaml = UINT32_MAX;

struct YamlNode {
  std::string_view text;  // of a scalar
  std::uint32_t offset = 0;
  YamlId first_child = k_no_yaml;  // of a mapping: key, value, key, value, …; of an alias: its target
  YamlId next = k_no_yaml;         // sibling
  std::uint32_t count = 0;         // children
  YamlKind kind = YamlKind::null;
  YamlStyle style = YamlStyle::plain;
};

class YamlTree {
 public:
  // The node itself, or what an alias stands for.
  const YamlNode& operator[](YamlId id) const {
    const YamlNode& node = nodes_[id];
    return node.kind == YamlKind::alias ? nodes_[node.first_child] : node;
  }
  YamlKind kind(YamlId id) const { return (*this)[id].kind; }
  // The text of a scalar, which the node must be.
  std::string_view text(YamlId id) const { return (*this)[id].text; }
  bool empty() const { return nodes_.empty(); }
  YamlId root() const { return 0; }
  YamlId next(YamlId id) const { return nodes_[id].next; }
  bool is_scalar(YamlId id) const { return kind(id) == YamlKind::scalar; }
  bool is_plain(YamlId id) const { return (*this)[id].style == YamlStyle::plain; }

  // Calls `visit(item)` for each element of a sequence.
  template <typename Visit>
  void each_item(YamlId sequence, Visit visit) const {
    for (YamlId id = (*this)[sequence].first_child; id != k_no_yaml; id = nodes_[id].next) visit(id);
  }
  // Calls `visit(key, value)` for each member of a mapping.
  template <typename Visit>
  void each_member(YamlId mapping, Visit visit) const {
    for (YamlId key = (*this)[mapping].first_child; key != k_no_yaml;) {
      YamlId value = nodes_[key].next;
      visit(key, value);
      key = nodes_[value].next;
    }
  }

 private:
  friend class YamlTreeBuilder;
  friend class YamlRules;
  std::vector<YamlNode> nodes_;
  std::deque<std::string> folded_;  // scalars whose text is not a stretch of the source
};

struct YamlMember {
  YamlId key = k_no_yaml;
  YamlId value = k_no_yaml;
};
// The member of that name; empty when there is none, and when `mapping` is no mapping.
YamlMember find_member(const YamlTree& tree, YamlId mapping, std::string_view name);

// The place of a node: its first line, as far as the node reaches on it.
Place place_of(const SourceText& source, const YamlTree& tree, YamlId id);

// Parses one document and enforces what wf asks of YAML beyond its grammar: UTF-8, no control characters,
// tabs, tags, merge keys, duplicate or compound keys, alias cycles, second documents; the limits. Everything
// found goes to `diagnostics`; nullopt when there is no tree to go on with. `source` must outlive the tree.
std::optional<YamlTree> parse_yaml(const SourceText& source, const LoadLimits& limits,
                                   Diagnostics& diagnostics);

}  // namespace wf
