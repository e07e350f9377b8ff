#include "cli/sarif.hpp"

#include <algorithm>
#include <string>

#include "cli/annotations.hpp"
#include "cli/topics.hpp"
#include "core/base/json_members.hpp"
#include "core/base/text.hpp"

namespace wf::cli {

namespace {

constexpr std::string_view k_schema =
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json";

// What the file holds is shown as it is, unless it is no text.
std::string text_of(const std::string& text) {
  return find_invalid_utf8(text) == std::string_view::npos ? text : escape_terminal(text, Lines::multiline);
}

Json message(const std::string& text) { return Json::object().add("text", text_of(text)); }

// A path as a reference of RFC 3986: any byte that could mean something else there is escaped.
std::string uri_of(const std::string& path) {
  constexpr std::string_view k_plain = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~/";
  constexpr std::string_view k_digits = "0123456789ABCDEF";
  std::string uri = path.starts_with('/') ? "file://" : "";
  for (char c : path) {
    auto byte = static_cast<unsigned char>(c);
    uri += k_plain.find(c) != std::string_view::npos ? std::string(1, c)
                                                     : cat('%', k_digits[byte >> 4U], k_digits[byte & 15U]);
  }
  return uri;
}

Json artifact(const Place& place) { return Json::object().add("uri", uri_of(place.file)); }

std::int64_t code_points(std::string_view text) {
  return std::count_if(text.begin(), text.end(),
                       [](char c) { return (static_cast<unsigned char>(c) & 0xc0U) != 0x80; });
}

// The end is the column behind the last one, and never behind that of the line.
Json region(const Place& place) {
  std::int64_t last = std::max<std::int64_t>(code_points(place.text) + place.text_column, place.column);
  Json json = Json::object();
  json.add("startLine", place.line).add("startColumn", place.column);
  return json.add("endColumn", std::min<std::int64_t>(place.column + place.length, last));
}

Json location(const Place& place) {
  Json physical = Json::object().add("artifactLocation", artifact(place));
  if (place.line > 0) {
    Json marked = region(place);
    Json line = Json::object().add("startLine", place.line);
    line.add("snippet", message(place.text));
    physical.add("region", std::move(marked)).add("contextRegion", std::move(line));
  }
  return Json::object().add("physicalLocation", std::move(physical));
}

Json related(const Note& note) {
  Json json = location(note.place);
  return json.add("message", message(note.text));
}

Json fix(const Diagnostic& diagnostic) {
  Json replacement = Json::object().add("deletedRegion", region(diagnostic.place));
  replacement.add("insertedContent", message(diagnostic.replacement));
  Json change = Json::object().add("artifactLocation", artifact(diagnostic.place));
  change.add("replacements", Json(Json::Array{std::move(replacement)}));
  Json json = Json::object().add("description", message(cat("write '", diagnostic.replacement, "'")));
  return json.add("artifactChanges", Json(Json::Array{std::move(change)}));
}

std::string_view level(Severity severity) { return severity == Severity::error ? "error" : "warning"; }

Json result(const Diagnostic& diagnostic, std::int64_t rule) {
  Json json = Json::object();
  json.add("ruleId", diagnostic.code).add("ruleIndex", rule).add("level", level(diagnostic.severity));
  json.add("message", message(annotation_of(diagnostic).message));
  json.add("locations", Json(Json::Array{location(diagnostic.place)}));
  if (!diagnostic.notes.empty()) json.add("relatedLocations", list_json(diagnostic.notes, related));
  if (!diagnostic.replacement.empty()) json.add("fixes", Json(Json::Array{fix(diagnostic)}));
  return json;
}

std::string help_text(const Topic& entry) {
  std::vector<std::string> texts;
  for (const TopicBlock& block : entry.blocks) texts.push_back(block.text);
  return join(texts, "\n\n");
}

Json rule(const Diagnostic& first, const std::vector<Topic>& entries) {
  Json json = Json::object().add("id", first.code);
  auto entry = std::find_if(entries.begin(), entries.end(),
                            [&](const Topic& candidate) { return candidate.name == first.code; });
  if (entry != entries.end()) {
    json.add("shortDescription", message(entry->summary));
    json.add("fullDescription", message(entry->blocks.front().text));
    json.add("help", message(help_text(*entry)));
  }
  return json.add("defaultConfiguration", Json::object().add("level", level(first.severity)));
}

}  // namespace

Json sarif_log(const std::vector<Diagnostic>& diagnostics) {
  std::vector<Topic> entries = all_diagnostics();
  std::vector<std::string_view> codes;
  Json rules = Json::array();
  Json results = Json::array();
  for (const Diagnostic& diagnostic : diagnostics) {
    auto known = std::find(codes.begin(), codes.end(), diagnostic.code);
    std::int64_t index = known - codes.begin();
    if (known == codes.end()) {
      codes.push_back(diagnostic.code);
      rules.push(rule(diagnostic, entries));
    }
    results.push(result(diagnostic, index));
  }
  Json driver = Json::object().add("name", "wf");
  driver.add("version", WF_VERSION).add("rules", std::move(rules));
  Json run = Json::object().add("tool", Json::object().add("driver", std::move(driver)));
  run.add("columnKind", "unicodeCodePoints").add("results", std::move(results));
  Json log = Json::object().add("$schema", k_schema);
  return log.add("version", "2.1.0").add("runs", Json(Json::Array{std::move(run)}));
}

}  // namespace wf::cli
