#include "core/definition/dataset.hpp"

#include <algorithm>

#include "core/base/file.hpp"
#include "core/base/text.hpp"

namespace wf {

namespace {

constexpr std::string_view k_parquet_magic = "PAR1";
constexpr std::size_t k_shown_columns = 12;

// The fields of the first record, by RFC 4180: quotes, "" inside them, and a line end of either kind. nullopt
// when the record does not end within `text`.
std::optional<std::vector<std::string>> first_record(std::string_view text, bool whole) {
  constexpr std::string_view k_byte_order_mark = "\xef\xbb\xbf";
  if (text.starts_with(k_byte_order_mark)) text.remove_prefix(k_byte_order_mark.size());
  std::vector<std::string> fields(1);
  bool quoted = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    char c = text[i];
    if (quoted && c == '"' && i + 1 < text.size() && text[i + 1] == '"') {
      fields.back() += text[i++];
    } else if (c == '"' && (quoted || fields.back().empty())) {
      quoted = !quoted;
    } else if (!quoted && c == ',') {
      fields.emplace_back();
    } else if (!quoted && (c == '\n' || c == '\r')) {
      return fields;
    } else {
      fields.back() += c;
    }
  }
  if (!whole || quoted) return std::nullopt;
  return fields;
}

std::string some(const std::vector<std::string>& names) {
  std::vector<std::string> shown(
      names.begin(), names.begin() + static_cast<std::ptrdiff_t>(std::min(names.size(), k_shown_columns)));
  for (std::string& name : shown) name = escape_terminal(name);
  std::string text = cat("'", join(shown, "', '"), "'");
  return names.size() > shown.size() ? cat(text, " and ", names.size() - shown.size(), " more") : text;
}

std::optional<ValueError> check_header(const Type& type, Columns columns, std::vector<std::string> found) {
  std::sort(found.begin(), found.end());
  auto twice = std::adjacent_find(found.begin(), found.end());
  if (twice != found.end())
    return ValueError{{}, cat("its header has the column ", some({*twice}), " twice"), {}};
  const std::vector<std::string>& wanted = type.names();
  std::vector<std::string> missing;
  std::vector<std::string> extra;
  std::set_difference(wanted.begin(), wanted.end(), found.begin(), found.end(), std::back_inserter(missing));
  if (columns == Columns::all)
    std::set_difference(found.begin(), found.end(), wanted.begin(), wanted.end(), std::back_inserter(extra));
  if (missing.empty() && extra.empty()) return std::nullopt;
  std::vector<std::string> faults;
  if (!missing.empty()) faults.push_back(cat("its header lacks ", some(missing)));
  if (!extra.empty())
    faults.push_back(cat(faults.empty() ? "its header" : "it", " has ", some(extra), " besides"));
  return ValueError{{}, join(faults, ", and "), cat("the columns are ", some(wanted))};
}

}  // namespace

std::optional<ValueError> check_dataset(const Type& type, Columns columns, std::string_view beginning,
                                        std::string_view end) {
  if (type.word() == "parquet") {
    bool whole = beginning.starts_with(k_parquet_magic) && end.ends_with(k_parquet_magic) && end.size() > 4;
    if (whole) return std::nullopt;
    return ValueError{{}, "it is no Parquet file: both ends of one are PAR1", {}};
  }
  if (type.word() != "csv" || type.names().empty()) return std::nullopt;
  if (beginning.empty())
    return ValueError{{}, "it is empty, without a header", cat("the columns are ", some(type.names()))};
  auto header = first_record(beginning, beginning.size() < k_dataset_beginning);
  if (!header) return ValueError{{}, "its header does not end: a quote is open, or it is over 1 MiB", {}};
  return check_header(type, columns, std::move(*header));
}

std::optional<ValueError> check_dataset_file(const Type& type, const std::string& path, Columns columns) {
  if (type.word().empty()) return std::nullopt;
  std::string end = type.word() == "parquet" ? read_part(path, k_dataset_beginning, FilePart::end) : "";
  return check_dataset(type, columns, read_part(path, k_dataset_beginning, FilePart::beginning), end);
}

}  // namespace wf
