#include "cli/templates.hpp"

#include "cli/template_files.hpp"
#include "core/base/text.hpp"

namespace wf::cli {

namespace {

// What stands behind "description:" at the top level.
std::string description_in(std::string_view text) {
  constexpr std::string_view k_key = "description: ";
  for (std::string_view line : split(text, '\n')) {
    if (line.starts_with(k_key)) return std::string(line.substr(k_key.size()));
  }
  return {};
}

}  // namespace

std::vector<Template> all_templates() {
  std::vector<Template> templates;
  for (const TemplateFile& file : k_template_files) {
    if (templates.empty() || templates.back().name != file.owner)
      templates.push_back({std::string(file.owner), {}, {}, {}});
    Template& one = templates.back();
    one.files.push_back(file);
    bool is_definition = file.path.ends_with(".yaml") && file.path.find('/') == std::string_view::npos;
    if (!is_definition) continue;
    one.definition = file.path;
    one.description = description_in(file.text);
  }
  return templates;
}

}  // namespace wf::cli
