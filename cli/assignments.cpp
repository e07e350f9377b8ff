#include "cli/assignments.hpp"

#include <map>

#include "cli/codes.hpp"
#include "core/base/text.hpp"
#include "core/definition/name.hpp"

namespace wf::cli {

Assignment parse_assignment(const std::string& option, const std::string& text) {
  std::size_t equals = text.find('=');
  if (equals != std::string::npos && equals != 0) return {text.substr(0, equals), text.substr(equals + 1)};
  throw Error(codes::k_usage, cat("'", option, ' ', text, "' is no assignment"),
              cat("write ", option, " NAME=VALUE"));
}

GivenInput given_input(const std::string& option, const std::string& text) {
  auto [name, value] = parse_assignment(option, text);
  return {name, value, option};
}

std::vector<Assignment> run_labels(const std::string& option, const std::vector<std::string>& texts) {
  std::map<std::string, std::string> labels;
  for (const std::string& text : texts) {
    auto [key, value] = parse_assignment(option, text);
    if (auto fault = run_label_fault(key, value)) throw Error(codes::k_usage, escape_terminal(*fault));
    if (!labels.emplace(key, value).second)
      throw Error(codes::k_usage, cat("the label '", key, "' is given twice"), "give it once");
  }
  return {labels.begin(), labels.end()};
}

}  // namespace wf::cli
