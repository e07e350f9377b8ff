// From a path in a canonical form to a line of the definition it was made from.
#include "core/base/text.hpp"
#include "core/definition/yaml_tree.hpp"
#include "core/registry/difference.hpp"
#include "core/registry/versions.hpp"

namespace wf {

namespace {

// A definition that was registered parses; where it does not (a newer format), lines are simply not known.
class DefinitionLines {
 public:
  explicit DefinitionLines(const std::string& text) : source_("", text) {
    Diagnostics ignored;
    tree_ = parse_yaml(source_, {}, ignored);
  }

  // The line of what the longest beginning of `path` leads to; 0 when not even its first step is there.
  int find(const std::vector<std::string>& path) const {
    if (!tree_ || tree_->empty()) return 0;
    YamlId at = tree_->root();
    int line = 0;
    for (const std::string& step : path) {
      YamlId next = step.starts_with('[') ? item(at, step) : member(at, step, line);
      if (next == k_no_yaml) break;
      if (step.starts_with('[')) line = place_of(source_, *tree_, next).line;
      at = next;
    }
    return line;
  }

 private:
  YamlId member(YamlId mapping, const std::string& name, int& line) const {
    if (tree_->kind(mapping) != YamlKind::mapping) return k_no_yaml;
    YamlId found = k_no_yaml;
    tree_->each_member(mapping, [&](YamlId key, YamlId value) {
      if (!tree_->is_scalar(key) || tree_->text(key) != name) return;
      found = value;
      line = place_of(source_, *tree_, key).line;
    });
    return found;
  }

  YamlId item(YamlId sequence, const std::string& step) const {
    if (tree_->kind(sequence) != YamlKind::sequence) return k_no_yaml;
    auto wanted = parse_int(std::string_view(step).substr(1, step.size() - 2));
    std::int64_t index = 0;
    YamlId found = k_no_yaml;
    tree_->each_item(sequence, [&](YamlId id) {
      if (index++ == wanted) found = id;
    });
    return found;
  }

  SourceText source_;
  std::optional<YamlTree> tree_;
};

}  // namespace

void locate(std::vector<Change>& changes, const std::string& before_text, const std::string& after_text) {
  DefinitionLines before(before_text);
  DefinitionLines after(after_text);
  for (Change& change : changes) {
    if (change.kind != ChangeKind::added) change.before_line = before.find(change.path);
    if (change.kind != ChangeKind::removed) change.after_line = after.find(change.path);
  }
}

std::vector<Change> difference_of_versions(Store& store, const Digest& before, const Digest& after) {
  auto changes = difference(version_body(store.database(), before), version_body(store.database(), after));
  locate(changes, source_of_version(store, before), source_of_version(store, after));
  return changes;
}

}  // namespace wf
