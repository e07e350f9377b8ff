// What wf refuses in a text that is correct YAML.
#pragma once
#include "core/definition/yaml_tree.hpp"

namespace wf {

// Before parsing: the size, UTF-8, control characters. False when the text must not reach the parser.
bool check_characters(const SourceText& source, const LoadLimits& limits, Diagnostics& diagnostics);

// After parsing: the keys of every mapping, NUL in scalars, tabs before the first token of a line.
class YamlRules {
 public:
  YamlRules(const SourceText& source, const YamlTree& tree, Diagnostics& diagnostics)
      : source_(source), tree_(tree), diagnostics_(diagnostics) {}
  void check();

 private:
  void check_keys(const YamlNode& mapping);
  bool check_key(YamlId key);
  void check_tabs();
  void report(std::string_view code, YamlId id, std::string message, std::string hint);
  void report_duplicate(YamlId first, YamlId second);

  const SourceText& source_;
  const YamlTree& tree_;
  Diagnostics& diagnostics_;
};

}  // namespace wf
