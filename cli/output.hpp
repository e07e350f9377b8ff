// What commands print: tables for people, JSON, JSON lines and YAML for scripts. Results go to stdout, the
// rest to stderr.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "cli/context.hpp"
#include "core/base/error.hpp"
#include "core/base/json.hpp"

namespace wf::cli {

// Writes all of it to stdout or stderr; a failure (a full disk behind a redirection) throws. These are bytes:
// a file or a pipe gets them as they are, a terminal with nothing in them that could command it.
void print(std::string_view text);
void print_error(std::string_view text);

// Text for people, which may be styled: on stdout in a pager where it is taller than the screen.
enum class Paging { never, when_tall };
void print_styled(const Context& context, std::string_view text, Paging paging = Paging::when_tall);
void print_error_styled(const Context& context, std::string_view text);

struct Column {
  std::string key;    // member of each row
  std::string title;  // "VERSION"
  // How the table shows it, where that is not as in JSON: one of those below.
  std::string (*shown)(const Json& value) = nullptr;
};
std::string short_version(const Json& value);  // "7f3a9c12d001"
std::string short_instant(const Json& value);  // "2026-01-31 10:20:30Z"
std::string words(const Json& value);          // "v1 v2", "-" for none

// A list of things of one kind.
struct Listing {
  std::string name;               // "versions": the member that holds the rows in JSON
  std::vector<Column> columns;    // what the table shows; other members are in JSON only
  Json::Array rows;               // objects
  std::string empty = {};         // what the table form says (on stderr) when there are none
  std::optional<Json> next = {};  // of a list in pages: the cursor of the next page, or null
};

inline const std::vector<std::string> k_list_formats{"table", "json", "jsonl", "yaml"};
inline const std::vector<std::string> k_show_formats{"table", "json", "yaml"};

void print_listing(const Context& context, const Listing& listing);
// One thing: `human` for the table form, `json` for the others.
void print_object(const Context& context, const std::string& human, const Json& json);

// Columns side by side. On a terminal that is too narrow the widest are cut, never the first one; a column
// "state" and the titles are styled.
std::string render_table(const std::vector<Column>& columns, const Json::Array& rows);
std::string render_yaml(const Json& value);

// "13 ran, 2 reused": those that are not zero.
std::string list_counts(const std::vector<std::pair<std::int64_t, std::string_view>>& counts);

// "wf: error: …", context, hint; styled, and escaped for terminals.
std::string render_error(const Error& error);
// The same for scripts: {"error": {code, exit, message, hint, context}} as one line.
std::string render_error_line(const Error& error);
// One of the two on stderr, as the format of -o demands.
void print_failure(const Context& context, std::string_view format, const Error& error);

}  // namespace wf::cli
