#include "cli/junit.hpp"

#include <map>

#include "cli/attempt_log.hpp"
#include "cli/explain_words.hpp"
#include "cli/junit_suite.hpp"
#include "cli/run_views.hpp"
#include "core/base/text.hpp"
#include "core/lineage/explanation.hpp"

namespace wf::cli {

namespace {

class JunitWriter {
 public:
  JunitWriter(Store& store, const RunPage& page) : store_(store), page_(page) {
    // The last attempt of an execution is the one that decided it.
    for (const AttemptInfo& attempt : page.attempts) attempts_[attempt.path] = &attempt;
  }

  std::string text() {
    for (const NodeInfo& node : page_.nodes) add(node);
    for (const Explanation& one : page_.gaps.absent) skip(one.path, why_text(page_.gaps.run, one));
    add_run();
    return document();
  }

 private:
  std::string classname(const NodePath& path) const { return cat(page_.info.workflow, ".", path.node); }

  void skip(const NodePath& path, const std::string& why) {
    suite_.add({classname(path), path.text(), 0, "skipped", why, "", ""});
  }

  void add(const NodeInfo& node) {
    if (node.state == "reused" || node.state == "recovered")
      return skip(node.path,
                  node.producer ? cat(node.state, " from run ", node.producer->id.text()) : node.state);
    if (node.state == "skipped") return skip(node.path, cause_text(*node.cause));
    if (node.state == "running") {
      const std::string why = why_waits(page_.info, node, page_.gaps);
      return skip(node.path, why.empty() ? "still running" : why);
    }
    if (node.state != "succeeded" && page_.gaps.tolerated.contains(node.path.node)) return tolerate(node);
    std::string_view kind = node.state == "failed" ? "failure" : node.state == "aborted" ? "error" : "";
    JunitCase one{classname(node.path), node.path.text(), took_us(node), kind, "", "", ""};
    if (!kind.empty()) blame(one, node.cause, node.state, trouble_text(node));
    suite_.add(one);
  }

  // A failure would make red what is meant to be green, and a pass would hide it: what is skipped is counted
  // by itself and shows why, as that of an expected failure of pytest.
  void tolerate(const NodeInfo& node) {
    std::string why = node.cause ? cause_text(*node.cause) : node.state;
    skip(node.path, node.state == "failed" ? cat("tolerated: ", why) : why);
    suite_.cases.back().took_us = took_us(node);
    if (node.state == "failed") suite_.cases.back().content = trouble_text(node);
  }

  static std::int64_t took_us(const NodeInfo& node) {
    return node.ended_us.value_or(node.started_us) - node.started_us;
  }

  static void blame(JunitCase& one, const std::optional<Json>& cause, const std::string& state,
                    std::string content) {
    one.message = cause ? cause_text(*cause) : state;
    one.type = cause_code(cause, state);
    one.content = std::move(content);
  }

  std::string trouble_text(const NodeInfo& node) {
    std::string text = node.cause ? cause_text(*node.cause) : node.state;
    auto attempt = attempts_.find(node.path);
    if (attempt == attempts_.end()) return text;
    std::vector<std::string> tail = log_tail(store_, page_.info.key, *attempt->second, LogStream::err);
    return tail.empty() ? text : cat(text, "\n\nthe last lines of its stderr:\n", join(tail, "\n"), "\n");
  }

  // What ended the run and is no execution's fault must not look like a success.
  void add_run() {
    bool bad = page_.info.state == "failed" || page_.info.state == "aborted";
    if (!bad || suite_.count("failure") + suite_.count("error") > 0) return;
    JunitCase one{page_.info.workflow, "run", 0, "error", "", "", ""};
    blame(one, page_.info.cause, page_.info.state, page_.info.cause ? run_cause_text(*page_.info.cause) : "");
    suite_.add(one);
  }

  std::string document() {
    const RunInfo& run = page_.info;
    suite_.name = run.workflow;
    suite_.started_us = run.created_us;
    suite_.took_us = run.ended_us.value_or(run.created_us) - run.created_us;
    suite_.host = run.driver ? run.driver->host : "localhost";
    suite_.properties = {{"run", run.key.id.text()}, {"version", run.version.text()}};
    return junit_document({suite_});
  }

  Store& store_;
  const RunPage& page_;
  std::map<NodePath, const AttemptInfo*> attempts_;
  JunitSuite suite_;
};

}  // namespace

std::string junit_text(Store& store, const RunPage& page) { return JunitWriter(store, page).text(); }

}  // namespace wf::cli
