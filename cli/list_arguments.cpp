#include "cli/list_arguments.hpp"

#include <algorithm>

#include "cli/assignments.hpp"
#include "cli/codes.hpp"
#include "core/base/text.hpp"
#include "core/base/time.hpp"
#include "core/catalog/run_lookup.hpp"
#include "core/definition/type.hpp"
#include "core/registry/launch_plans.hpp"

namespace wf::cli {

namespace {

constexpr std::int64_t k_most_rows = 1'000'000;

// As it is stored: list[int] is list<int>.
std::string read_type(std::string_view option, const std::string& text) {
  std::variant<Type, TypeError> type = parse_type(text);
  if (const auto* error = std::get_if<TypeError>(&type))
    throw Error(codes::k_usage, cat(option, " '", text, "' is no type: ", error->message), error->hint);
  return std::get<Type>(type).text();
}

}  // namespace

ListArguments::ListArguments(std::vector<FilterOption> filters, std::vector<std::string> orders)
    : filters_(std::move(filters)),
      orders_(std::move(orders)),
      given_(filters_.size()),
      order_(orders_.front()) {}

std::vector<Option> ListArguments::filter_options() {
  std::vector<Option> options;
  for (std::size_t i = 0; i < filters_.size(); ++i) {
    const FilterOption& filter = filters_[i];
    if (!filter.flags.empty())
      options.push_back({filter.flags, filter.value, filter.help, &given_[i], filter.choices});
  }
  return options;
}

std::vector<Option> ListArguments::options() {
  std::vector<Option> options = filter_options();
  if (orders_.size() > 1)
    options.push_back({"--sort", "ORDER", cat("in which order: ", join(orders_, ", ")), &order_, orders_});
  options.push_back({"-n,--limit", "N", "at most so many (default: 20)", &limit_});
  options.push_back({"--cursor", "CURSOR", "go on behind the page that this cursor came with", &cursor_});
  return options;
}

std::optional<std::string>& ListArguments::given(std::string_view filter) {
  auto found = std::find_if(filters_.begin(), filters_.end(),
                            [&](const FilterOption& option) { return option.filter == filter; });
  return given_.at(static_cast<std::size_t>(found - filters_.begin()));
}

bool ListArguments::has_any() const {
  return std::any_of(given_.begin(), given_.end(), [](const auto& one) { return one.has_value(); });
}

ListRequest ListArguments::request(const Context& context, Database& database) const {
  Scope scope = context.scope();
  require_scope(database, scope);
  if (limit_ < 1) throw Error(codes::k_usage, cat("--limit ", limit_, " shows nothing"), "write 1 or more");
  if (limit_ > k_most_rows) {
    throw Error(codes::k_usage, cat("--limit ", limit_, " is more than a page can have"),
                cat("write at most ", k_most_rows, ", and go on with --cursor"));
  }
  ListRequest request{scope.project, scope.domain, {}, order_, limit_, cursor_};
  for (std::size_t i = 0; i < filters_.size(); ++i) {
    if (!given_[i]) continue;
    SqlValue value = read(filters_[i], *given_[i], context, database, scope);
    // A plan is asked for by its name, or as one of those that had the name.
    bool one_plan = filters_[i].reading == Reading::plan && std::holds_alternative<Digest>(value);
    request.filters.push_back({one_plan ? "plan_digest" : filters_[i].filter, *given_[i], std::move(value)});
  }
  return request;
}

SqlValue ListArguments::read(const FilterOption& option, const std::string& text, const Context& context,
                             Database& database, const Scope& scope) const {
  switch (option.reading) {
    case Reading::text:
      break;
    case Reading::time:
      return first_uuid7(parse_time_argument(option.flags, text, context.clock.wall_us()));
    case Reading::microseconds:
      return parse_time_argument(option.flags, text, context.clock.wall_us());
    case Reading::type:
      return read_type(option.flags, text);
    case Reading::run:
      return find_run(database, scope.project, scope.domain, text).id;
    case Reading::label: {
      const auto [key, value] = run_labels(option.flags, {text}).front();
      return cat(key, '=', value);
    }
    case Reading::version:
      return read_version(text, database, scope);
    case Reading::plan:
      if (text.find('@') != std::string::npos) return resolve_plan(database, scope, text).digest;
      return require_plan_name(database, scope, text);
  }
  return text;
}

// The whole digest needs no name.
Digest ListArguments::read_version(const std::string& text, Database& database, const Scope& scope) const {
  if (auto digest = Digest::parse(text)) return *digest;
  if (text.find('@') != std::string::npos) return resolve_version(database, scope, text).version;
  for (std::size_t i = 0; i < filters_.size(); ++i) {
    if (filters_[i].filter == "workflow" && given_[i])
      return resolve_version(database, scope, cat(*given_[i], '@', text)).version;
  }
  throw Error(codes::k_usage, cat("of which workflow is the version '", text, "'?"),
              cat("write NAME@", text, ", or name the workflow, too"));
}

std::int64_t parse_time_argument(std::string_view option, const std::string& text, std::int64_t now_us) {
  if (auto instant = parse_datetime(text)) return instant->seconds * 1'000'000 + instant->nanos / 1000;
  auto span = parse_duration(text);
  if (span && *span >= 0) return now_us - *span / 1000;
  throw Error(codes::k_usage, cat(option, " '", text, "' is no time"),
              "write a span as 10m or 2h30m, or a time with its zone as 2026-01-31T10:00:00Z");
}

}  // namespace wf::cli
