#include "cli/junit.hpp"

#include <algorithm>
#include <cstdio>
#include <map>
#include <set>

#include "cli/attempt_log.hpp"
#include "cli/run_views.hpp"
#include "core/base/markup.hpp"
#include "core/base/text.hpp"
#include "core/base/time.hpp"
#include "core/lineage/node_order.hpp"

namespace wf::cli {

namespace {

std::string attribute(std::string_view name, const std::string& value) {
  return cat(" ", name, "=\"", escape_markup(value, Markup::attribute), "\"");
}

std::string seconds(std::int64_t from_us, const std::optional<std::int64_t>& to_us) {
  std::int64_t ms = std::max<std::int64_t>(0, to_us.value_or(from_us) - from_us) / 1000;
  std::string fraction = cat(1000 + ms % 1000);
  return cat(ms / 1000, ".", fraction.substr(1));
}

struct Suite {
  std::string cases;
  std::int64_t tests = 0;
  std::map<std::string_view, std::int64_t> kinds;  // of results other than a pass

  // `kind`: failure, error, skipped; empty for a pass.
  void add(const std::string& classname, const std::string& name, const std::string& time,
           std::string_view kind, const std::string& attributes, const std::string& content) {
    ++tests;
    ++kinds[kind];
    cases += cat("    <testcase", attribute("classname", classname), attribute("name", name),
                 attribute("time", time));
    if (kind.empty()) {
      cases += "/>\n";
    } else if (content.empty()) {
      cases += cat(">\n      <", kind, attributes, "/>\n    </testcase>\n");
    } else {
      cases += cat(">\n      <", kind, attributes, ">", escape_markup(content, Markup::content), "</", kind,
                   ">\n    </testcase>\n");
    }
  }
};

class JunitWriter {
 public:
  JunitWriter(Store& store, const RunPage& page) : store_(store), page_(page) {
    // The last attempt of an execution is the one that decided it.
    for (const AttemptInfo& attempt : page.attempts) attempts_[attempt.path] = &attempt;
  }

  std::string text() {
    std::set<std::string> begun;
    for (const NodeInfo& node : page_.nodes) {
      begun.insert(node.path.node);
      add(node);
    }
    History history(store_.database());
    NodeOrder order(history, {page_.info.key}, {std::string()});
    for (const std::string& node : order.nodes()) {
      if (begun.count(node) == 0) skip(NodePath{node, -1}, "never started");
    }
    add_run();
    return document();
  }

 private:
  std::string classname(const NodePath& path) const { return cat(page_.info.workflow, ".", path.node); }

  void skip(const NodePath& path, const std::string& why) {
    suite_.add(classname(path), path.text(), "0.000", "skipped", attribute("message", why), "");
  }

  void add(const NodeInfo& node) {
    if (node.state == "reused")
      return skip(node.path, node.producer ? cat("reused from run ", node.producer->id.text()) : "reused");
    if (node.state == "skipped") return skip(node.path, cause_text(*node.cause));
    if (node.state == "running") return skip(node.path, "still running");
    std::string_view kind = node.state == "failed" ? "failure" : node.state == "aborted" ? "error" : "";
    std::string content = kind.empty() ? "" : trouble_text(node);
    suite_.add(classname(node.path), node.path.text(), seconds(node.started_us, node.ended_us), kind,
               kind.empty() ? "" : trouble_attributes(node.cause, node.state), content);
  }

  static std::string trouble_attributes(const std::optional<Json>& cause, const std::string& state) {
    return attribute("message", cause ? cause_text(*cause) : state) +
           attribute("type", cause_code(cause, state));
  }

  std::string trouble_text(const NodeInfo& node) {
    std::string text = node.cause ? cause_text(*node.cause) : node.state;
    auto attempt = attempts_.find(node.path);
    if (attempt == attempts_.end()) return text;
    std::string tail = log_tail(store_, page_.info.key, *attempt->second, LogStream::err);
    return tail.empty() ? text : cat(text, "\n\nthe last lines of its stderr:\n", tail);
  }

  // What ended the run and is no execution's fault must not look like a success.
  void add_run() {
    bool bad = page_.info.state == "failed" || page_.info.state == "aborted";
    if (!bad || suite_.kinds["failure"] + suite_.kinds["error"] > 0) return;
    suite_.add(page_.info.workflow, "run", "0.000", "error",
               trouble_attributes(page_.info.cause, page_.info.state),
               page_.info.cause ? run_cause_text(*page_.info.cause) : "");
  }

  std::string document() {
    const RunInfo& run = page_.info;
    std::string counts = attribute("tests", cat(suite_.tests));
    for (auto [name, kind] : {std::pair{"failures", "failure"}, {"errors", "error"}, {"skipped", "skipped"}})
      counts += attribute(name, cat(suite_.kinds[kind]));
    counts += attribute("time", seconds(run.created_us, run.ended_us));
    std::string property = cat("      <property", attribute("name", "run"),
                               attribute("value", run.key.id.text()), "/>\n      <property",
                               attribute("name", "version"), attribute("value", run.version.text()), "/>\n");
    return cat("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites>\n  <testsuite",
               attribute("name", run.workflow),
               // Without zone, as the usual schema wants it; it is UTC.
               attribute("timestamp", format_wall_us(run.created_us).substr(0, 19)),
               attribute("hostname", run.driver ? run.driver->host : "localhost"), counts,
               ">\n    <properties>\n", property, "    </properties>\n", suite_.cases,
               "    <system-out/>\n    <system-err/>\n  </testsuite>\n</testsuites>\n");
  }

  Store& store_;
  const RunPage& page_;
  std::map<NodePath, const AttemptInfo*> attempts_;
  Suite suite_;
};

}  // namespace

std::string junit_text(Store& store, const RunPage& page) { return JunitWriter(store, page).text(); }

}  // namespace wf::cli
