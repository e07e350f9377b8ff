#include "cli/junit_suite.hpp"

#include <algorithm>

#include "core/base/markup.hpp"
#include "core/base/text.hpp"
#include "core/base/time.hpp"

namespace wf::cli {

namespace {

std::string attribute(std::string_view name, const std::string& value) {
  return cat(" ", name, "=\"", escape_markup(value, Markup::attribute), "\"");
}

std::string seconds(std::int64_t us) {
  std::int64_t ms = std::max<std::int64_t>(0, us) / 1000;
  return cat(ms / 1000, ".", cat(1000 + ms % 1000).substr(1));
}

std::string case_text(const JunitCase& one) {
  std::string text = cat("    <testcase", attribute("classname", one.classname), attribute("name", one.name),
                         attribute("time", seconds(one.took_us)));
  if (one.kind.empty()) return text + "/>\n";
  text += cat(">\n      <", one.kind, attribute("message", one.message),
              one.type.empty() ? "" : attribute("type", one.type));
  text +=
      one.content.empty() ? "/>" : cat(">", escape_markup(one.content, Markup::content), "</", one.kind, ">");
  return text + "\n    </testcase>\n";
}

std::string suite_text(const JunitSuite& suite) {
  std::string counts = attribute("tests", cat(suite.cases.size()));
  for (auto [name, kind] : {std::pair{"failures", "failure"}, {"errors", "error"}, {"skipped", "skipped"}})
    counts += attribute(name, cat(suite.count(kind)));
  std::string properties;
  for (const auto& [name, value] : suite.properties)
    properties += cat("      <property", attribute("name", name), attribute("value", value), "/>\n");
  std::string cases;
  for (const JunitCase& one : suite.cases) cases += case_text(one);
  return cat("  <testsuite", attribute("name", suite.name),
             // Without zone, as the usual schema wants it; it is UTC.
             attribute("timestamp", format_wall_us(suite.started_us).substr(0, 19)),
             attribute("hostname", suite.host), counts, attribute("time", seconds(suite.took_us)),
             ">\n    <properties>\n", properties, "    </properties>\n", cases,
             "    <system-out/>\n    <system-err/>\n  </testsuite>\n");
}

}  // namespace

std::int64_t JunitSuite::count(std::string_view kind) const {
  return std::count_if(cases.begin(), cases.end(), [&](const JunitCase& one) { return one.kind == kind; });
}

std::string junit_document(const std::vector<JunitSuite>& suites) {
  std::string text = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites>\n";
  for (const JunitSuite& suite : suites) text += suite_text(suite);
  return text + "</testsuites>\n";
}

}  // namespace wf::cli
