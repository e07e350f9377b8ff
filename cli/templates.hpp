// What `wf init --template` writes: the files in templates/NAME, which travel inside the binary.
#pragma once
#include <string>
#include <string_view>
#include <vector>

namespace wf::cli {

struct TemplateFile {
  std::string_view owner;  // the template's name
  std::string_view path;   // relative
  std::string_view text;
};

struct Template {
  std::string name;
  std::string description;  // of its definition
  std::string definition;   // the path of it: "hello.yaml"
  std::vector<TemplateFile> files;
};

// By name.
std::vector<Template> all_templates();

}  // namespace wf::cli
