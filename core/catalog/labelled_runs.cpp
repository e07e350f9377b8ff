#include "core/catalog/labelled_runs.hpp"

#include "core/base/json.hpp"
#include "core/base/text.hpp"

namespace wf {

// The settings are canonical JSON: a text that lacks the label as a member need not be read as JSON.
LabelledRuns::LabelledRuns(Database& database, const std::string& project, const std::string& domain,
                           std::string_view label) {
  std::size_t equals = std::min(label.find('='), label.size());
  std::string key(label.substr(0, equals));
  std::string value(label.substr(std::min(equals + 1, label.size())));
  Statement& rows = database.statement(
      "SELECT id, ended_us FROM run WHERE project = ?1 AND domain = ?2 AND instr(settings, ?3) > 0 AND "
      "EXISTS "
      "(SELECT 1 FROM json_each(settings, '$.labels') l WHERE l.key = ?4 AND l.value = ?5) ORDER BY id");
  rows.bind(project, domain, cat(Json(key).canonical(), ":", Json(value).canonical()), key, value);
  runs_ = rows_of(rows, [](const Statement& row) {
    return LabelledRun{row.uuid(0), row.optional_integer(1)};
  });
}

bool may_have_made(const LabelledRun& run, std::int64_t since_us, std::int64_t until_us) {
  constexpr std::int64_t k_slack_us = 3'600'000'000;
  bool too_early = run.ended_us && *run.ended_us + k_slack_us < since_us;
  bool too_late = time_in(run.id, 0) - k_slack_us > until_us;
  return !too_early && !too_late;
}

}  // namespace wf
