// The options that lists share: filters, an order, a limit and a cursor. A command says which filters it has.
#pragma once
#include <deque>
#include <string>
#include <vector>

#include "cli/command.hpp"
#include "cli/output.hpp"
#include "core/catalog/list_query.hpp"

namespace wf::cli {

// How the text of a filter is read: `time` is the first id of that time, `microseconds` the time itself.
enum class Reading { text, time, microseconds, run, version, plan, type, label };

struct FilterOption {
  std::string filter;  // as the catalog calls it
  std::string flags;   // "--node"
  std::string value;   // "NODE"
  std::string help;
  Reading reading = Reading::text;
  std::vector<std::string> choices = {};
};

inline const FilterOption k_since_option{
    "since", "--since", "TIME", "only what was made at TIME or later: 10m ago, or 2026-01-31T10:00:00Z",
    Reading::time};
inline const FilterOption k_until_option{"until", "--until", "TIME", "only what was made before TIME",
                                         Reading::time};
inline const FilterOption k_label_option{"label", "--label", "KEY=VALUE", "only of runs with this label", Reading::label};
inline const FilterOption k_version_option{
    "version", "--version", "VERSION",
    "only of this version: NAME@VERSION, or a label or digest with --workflow", Reading::version};

class ListArguments {
 public:
  ListArguments(std::vector<FilterOption> filters, std::vector<std::string> orders);
  ListArguments(const ListArguments&) = delete;

  std::vector<Option> filter_options();
  std::vector<Option> options();  // those, the order, the limit and the cursor
  // Where the value of a filter goes, for a positional that stands for it.
  std::optional<std::string>& given(std::string_view filter);
  bool has_any() const;
  // Throws what reading a value throws: an unknown run, version or time.
  ListRequest request(const Context& context, Database& database) const;

 private:
  SqlValue read(const FilterOption& option, const std::string& text, const Context& context,
                Database& database, const Scope& scope) const;
  Digest read_version(const std::string& text, Database& database, const Scope& scope) const;

  std::vector<FilterOption> filters_;
  std::vector<std::string> orders_;
  std::deque<std::optional<std::string>> given_;  // beside filters_
  std::string order_;
  std::string cursor_;
  std::int64_t limit_ = 20;
};

template <typename Item>
Json next_of(const Page<Item>& page) {
  return page.next ? Json(*page.next) : Json();
}

// "10m" ago, or a point in time, in microseconds since 1970.
std::int64_t parse_time_argument(std::string_view option, const std::string& text, std::int64_t now_us);

}  // namespace wf::cli
