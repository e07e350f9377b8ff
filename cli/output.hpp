// What commands print: tables for people, JSON, JSON lines and YAML for scripts. Results go to stdout, the
// rest to stderr.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "cli/context.hpp"
#include "core/base/error.hpp"
#include "core/base/json.hpp"

namespace wf::cli {

// Writes all of it to stdout or stderr; a failure (a full disk behind a redirection) throws.
void print(std::string_view text);
void print_error(std::string_view text);

struct Column {
  std::string key;    // member of each row
  std::string title;  // "VERSION"
};

// A list of things of one kind.
struct Listing {
  std::string name;             // "versions": the member that holds the rows in JSON
  std::vector<Column> columns;  // what the table shows; other members are in JSON only
  Json::Array rows;             // objects
  std::string empty = {};       // what the table form says (on stderr) when there are none
};

inline const std::vector<std::string> k_list_formats{"table", "json", "jsonl", "yaml"};
inline const std::vector<std::string> k_show_formats{"table", "json", "yaml"};

void print_listing(const Context& context, const Listing& listing);
// One thing: `human` for the table form, `json` for the others.
void print_object(const Context& context, const std::string& human, const Json& json);

std::string render_table(const std::vector<Column>& columns, const Json::Array& rows);
std::string render_yaml(const Json& value);

// "13 ran, 2 reused": those that are not zero.
std::string list_counts(const std::vector<std::pair<std::int64_t, std::string_view>>& counts);

// "wf: error: …", context, hint; escaped for terminals.
std::string render_error(const Error& error);

// Bold, dim and the like when stdout or stderr is a terminal that wants them (NO_COLOR, TERM=dumb).
enum class Stream { out, err };
bool is_terminal(Stream stream);

}  // namespace wf::cli
