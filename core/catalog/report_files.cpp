#include "core/catalog/report_files.hpp"

#include <algorithm>
#include <array>
#include <charconv>

#include "core/base/text.hpp"

namespace wf {

namespace {

struct Ending {
  std::string_view ending;
  ReportKind kind;
  std::string_view media_type;
};

constexpr std::array k_endings{Ending{".html", ReportKind::page, "text/html"},
                               Ending{".htm", ReportKind::page, "text/html"},
                               Ending{".svg", ReportKind::drawing, "image/svg+xml"},
                               Ending{".png", ReportKind::picture, "image/png"},
                               Ending{".jpg", ReportKind::picture, "image/jpeg"},
                               Ending{".jpeg", ReportKind::picture, "image/jpeg"},
                               Ending{".gif", ReportKind::picture, "image/gif"},
                               Ending{".webp", ReportKind::picture, "image/webp"},
                               Ending{".md", ReportKind::text, "text/markdown"},
                               Ending{".txt", ReportKind::text, "text/plain"},
                               Ending{".log", ReportKind::text, "text/plain"},
                               Ending{".csv", ReportKind::text, "text/csv"},
                               Ending{".tsv", ReportKind::text, "text/plain"},
                               Ending{".json", ReportKind::text, "application/json"}};

const Ending* find_ending(std::string_view name) {
  std::string lower = lower_ascii(name);
  const auto* found = std::find_if(k_endings.begin(), k_endings.end(),
                                   [&](const Ending& one) { return lower.ends_with(one.ending); });
  return found == k_endings.end() ? nullptr : found;
}

constexpr std::size_t k_escape_length = 4;  // "\xff"

// The byte that an escape at the beginning of the text stands for.
std::optional<char> escaped_byte(std::string_view text) {
  if (text.size() < k_escape_length || !text.starts_with("\\x")) return std::nullopt;
  unsigned byte = 0;
  auto [end, error] = std::from_chars(text.data() + 2, text.data() + k_escape_length, byte, 16);
  if (error != std::errc() || end != text.data() + k_escape_length) return std::nullopt;
  return static_cast<char>(byte);
}

std::string escape(char byte) {
  constexpr std::string_view k_digits = "0123456789abcdef";
  auto value = static_cast<unsigned char>(byte);
  return {'\\', 'x', k_digits[value >> 4U], k_digits[value & 0xfU]};
}

}  // namespace

std::string report_name(std::string_view file_name) {
  std::string name;
  for (std::string_view rest = file_name; !rest.empty();) {
    std::size_t invalid = std::min(find_invalid_utf8(rest), rest.size());
    for (std::size_t at = 0; at < invalid; ++at)
      name += escaped_byte(rest.substr(at)) ? escape(rest[at]) : std::string(1, rest[at]);
    if (invalid < rest.size()) name += escape(rest[invalid++]);
    rest.remove_prefix(invalid);
  }
  return name;
}

std::string report_file_name(std::string_view report_name) {
  std::string name;
  for (std::size_t at = 0; at < report_name.size();) {
    std::optional<char> byte = escaped_byte(report_name.substr(at));
    name += byte.value_or(report_name[at]);
    at += byte ? k_escape_length : 1;
  }
  return name;
}

std::optional<ReportKind> report_kind(std::string_view name) {
  const Ending* found = find_ending(name);
  return found == nullptr ? std::nullopt : std::optional(found->kind);
}

std::string_view media_type(std::string_view name) {
  const Ending* found = find_ending(name);
  return found == nullptr ? "application/octet-stream" : found->media_type;
}

std::map<AttemptKey, std::vector<StoredReportFile>> report_files_of(Database& database, const RunKey& run) {
  Statement& rows = database.statement(
      "SELECT node, element, attempt, name, size, blob, left_out FROM attempt_report WHERE project = ?1 AND "
      "domain = ?2 AND run = ?3 ORDER BY node, element, attempt, name");
  ResetLater reset(rows);
  rows.bind(run.project, run.domain, run.id);
  std::map<AttemptKey, std::vector<StoredReportFile>> found;
  while (rows.step()) {
    StoredReportFile file{rows.string(3), rows.integer(4), std::nullopt,
                          rows.optional_string(6).value_or("")};
    if (!rows.is_null(5)) file.blob = rows.digest(5);
    found[{run, {rows.string(0), rows.integer(1)}, rows.integer(2)}].push_back(std::move(file));
  }
  return found;
}

}  // namespace wf
