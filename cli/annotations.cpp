#include "cli/annotations.hpp"

#include <algorithm>
#include <map>

#include "cli/codes.hpp"
#include "cli/output.hpp"
#include "core/base/digest.hpp"
#include "core/base/text.hpp"

namespace wf::cli {

namespace {

// Workflow commands are lines; properties end at ',' and ':' besides. Bytes that are no text become escapes.
std::string github_escaped(const std::string& text, std::string_view special) {
  std::string out;
  for (char c : as_text(text)) {
    constexpr std::string_view k_digits = "0123456789ABCDEF";
    bool plain = special.find(c) == std::string_view::npos;
    auto byte = static_cast<unsigned char>(c);
    out += plain ? std::string(1, c) : cat('%', k_digits[byte >> 4U], k_digits[byte & 15U]);
  }
  return out;
}

std::string github_line(const Annotation& annotation) {
  auto property = [](const std::string& text) { return github_escaped(text, "%\r\n:,"); };
  const Place& place = annotation.place;
  std::string out = annotation.severity == Severity::error ? "::error " : "::warning ";
  if (!place.file.empty()) out += cat("file=", property(place.file), ",");
  if (place.line > 0) out += cat("line=", place.line, ",col=", place.column, ",");
  return cat(out, "title=", property(annotation.code), "::", github_escaped(annotation.message, "%\r\n"),
             "\n");
}

// The fingerprint outlives a move of the line: GitLab tells old problems from new ones by it.
// `equal` counts those that look the same.
Json gitlab_entry(const Annotation& annotation, std::map<std::string, std::int64_t>& equal) {
  const Place& place = annotation.place;
  std::string path = escape_terminal(place.file);
  std::string same = join({annotation.code, path, annotation.message, place.text}, "\n");
  std::int64_t nth = equal[same]++;
  Json begin = Json::object();
  begin.add("begin", std::max(1, place.line));
  Json location = Json::object();
  location.add("path", path).add("lines", std::move(begin));
  Json entry = Json::object();
  entry.add("description",
            escape_terminal(cat(annotation.message, " [", annotation.code, "]"), Lines::multiline));
  entry.add("check_name", annotation.code).add("fingerprint", sha256(cat(same, "\n", nth)).hex());
  entry.add("severity", annotation.severity == Severity::error ? "major" : "minor");
  return entry.add("location", std::move(location));
}

}  // namespace

Annotation annotation_of(const Diagnostic& diagnostic) {
  std::string message = diagnostic.message;
  if (!diagnostic.expected.empty()) message += cat("\nexpected: ", diagnostic.expected);
  if (!diagnostic.hint.empty()) message += cat("\nhint: ", diagnostic.hint);
  return {diagnostic.severity, std::string(diagnostic.code), diagnostic.place, message};
}

Annotation annotation_of(const Error& error) {
  std::string message = error.message();
  if (!error.hint().empty()) message += cat("\nhint: ", error.hint());
  return {Severity::error, std::string(error.code().id), {}, message};
}

Exit annotating(const std::string& style, const std::function<Exit()>& body) {
  try {
    return body();
  } catch (const AnnotatedError&) {
    throw;
  } catch (const Error& error) {
    if (!style.empty()) print(render_annotations(style, {annotation_of(error)}));
    throw;
  }
}

Option annotations_option(std::string& target) {
  return {"--annotations",
          "SERVICE",
          "print mistakes and failures for a CI service on stdout, all else on stderr: github or gitlab",
          &target,
          {"github", "gitlab"}};
}

void check_annotations(const Context& context, const std::string& style) {
  if (style.empty() || context.is_format("table")) return;
  throw Error(codes::k_usage,
              cat("--annotations ", style, " and -o ", context.globals.format, " both want standard output"),
              "leave one of them out");
}

std::string render_annotations(const std::string& style, const std::vector<Annotation>& annotations) {
  if (style == "github") {
    std::string out;
    for (const Annotation& annotation : annotations) out += github_line(annotation);
    return out;
  }
  Json list = Json::array();
  std::map<std::string, std::int64_t> equal;
  for (const Annotation& annotation : annotations) list.push(gitlab_entry(annotation, equal));
  return list.pretty() + '\n';
}

}  // namespace wf::cli
