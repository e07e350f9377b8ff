// Files that tasks leave in $WF_OUTPUTS/_report/ for the report of their run.
#pragma once
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/digest.hpp"
#include "core/catalog/run_lookup.hpp"

namespace wf {

// What is kept of one attempt.
inline constexpr std::int64_t k_report_file_bytes = std::int64_t{4} << 20U;  // of one file
inline constexpr std::int64_t k_report_bytes = std::int64_t{16} << 20U;      // of all
inline constexpr std::size_t k_report_files = 50;
inline constexpr std::size_t k_report_left_out =
    20;  // of those that are left out so many are named, the rest is counted

// How a file is shown: a page or a drawing may hold markup, a picture is pixels.
enum class ReportKind { page, drawing, picture, text };
// By the ending of its name; nullopt: of no kind that a report shows.
std::optional<ReportKind> report_kind(std::string_view name);
std::string_view media_type(std::string_view name);  // "image/png"; of a file that has a kind

// The name of a file as a report has it, which is text and another one for each file: "\xff" stands for a
// byte that belongs to no character, and "\x5c" for a backslash that would begin such a thing.
std::string report_name(std::string_view file_name);
std::string report_file_name(std::string_view report_name);  // the way back
// Stands for those that are left out and not named. No file has this name.
inline constexpr std::string_view k_report_rest = "_report/";

struct StoredReportFile {
  std::string name;       // as report_name() gave it
  std::int64_t size = 0;  // bytes
  std::optional<Digest> blob;
  std::string left_out;  // why there is no blob
};

struct AttemptKey {
  RunKey run;
  NodePath path;
  std::int64_t attempt = 0;

  auto operator<=>(const AttemptKey&) const = default;
};

// Of every attempt of a run that left some, each by name.
std::map<AttemptKey, std::vector<StoredReportFile>> report_files_of(Database& database, const RunKey& run);

}  // namespace wf
