#include "cli/output.hpp"

#include <unistd.h>

#include "cli/pager.hpp"
#include "cli/terminal.hpp"
#include "core/base/file.hpp"
#include "core/base/json_members.hpp"
#include "core/base/style.hpp"
#include "core/base/text.hpp"

namespace wf::cli {

namespace {

void write_error(std::string_view text) {
  try {
    write_all(STDERR_FILENO, text, "standard error");
  } catch (const Error&) {
    // Nobody is left to be told, and that must not end what goes on.
  }
}

void append_yaml(std::string& out, const Json& value, std::size_t depth);

void append_yaml_children(std::string& out, const Json& value, std::size_t depth) {
  std::string indent(depth * 2, ' ');
  auto nested = [](const Json& v) {
    return (v.is_object() && !v.as_object().empty()) || (v.is_array() && !v.as_array().empty());
  };
  auto put = [&](const std::string& lead, const Json& child) {
    out += indent + lead + (nested(child) ? "\n" : " ");
    append_yaml(out, child, depth + 1);
  };
  if (value.is_array()) {
    for (const Json& item : value.as_array()) put("-", item);
  } else {
    for (const auto& [key, item] : value.as_object()) put(printable(Json(key).compact()) + ":", item);
  }
}

void append_yaml(std::string& out, const Json& value, std::size_t depth) {
  bool children =
      (value.is_object() && !value.as_object().empty()) || (value.is_array() && !value.as_array().empty());
  if (children) {
    append_yaml_children(out, value, depth);
  } else {
    out += printable(value.compact()) + '\n';
  }
}

}  // namespace

void print(std::string_view text) {
  write_all(STDOUT_FILENO, fit_bytes(terminal_of(Stream::out), text), "standard output");
}

void print_error(std::string_view text) { write_error(fit_bytes(terminal_of(Stream::err), text)); }

void print_styled(const Context& context, std::string_view text, Paging paging) {
  Terminal terminal = terminal_of(Stream::out, context.globals);
  std::string fit = fit_text(terminal, text);
  bool page = paging == Paging::when_tall && terminal.redraws && !context.globals.no_pager &&
              lines_on(terminal, without_styles(fit)) >= terminal.rows;
  if (page && show_in_pager(fit)) return;
  write_all(STDOUT_FILENO, fit, "standard output");
}

void print_error_styled(const Context& context, std::string_view text) {
  write_error(fit_text(terminal_of(Stream::err, context.globals), text));
}

std::string render_yaml(const Json& value) {
  std::string out;
  append_yaml(out, value, 0);
  return out;
}

namespace {

// Where the rows alone go to stdout.
void tell_next(const Context& context, const Listing& listing) {
  if (!listing.next || listing.next->is_null() || context.globals.quiet) return;
  print_error(cat("there is more: --cursor ", listing.next->as_string(), "\n"));
}

}  // namespace

void print_listing(const Context& context, const Listing& listing) {
  if (context.is_format("jsonl")) {
    for (const Json& row : listing.rows) print(printable(row.compact()) + '\n');
    tell_next(context, listing);
    return;
  }
  if (context.is_format("table")) {
    if (listing.rows.empty()) {
      if (!listing.empty.empty() && !context.globals.quiet) print_error(listing.empty + '\n');
      return;
    }
    print_styled(context, render_table(listing.columns, listing.rows));
    tell_next(context, listing);
    return;
  }
  Json whole = Json::object();
  whole.add(listing.name, Json(listing.rows));
  if (listing.next) whole.add("next", *listing.next);
  print_object(context, "", whole);
}

void print_object(const Context& context, const std::string& human, const Json& json) {
  if (context.is_format("json"))
    print(printable(json.pretty()) + '\n');
  else if (context.is_format("jsonl"))
    print(printable(json.compact()) + '\n');
  else if (context.is_format("yaml"))
    print(render_yaml(json));
  else
    print_styled(context, human);
}

std::string list_counts(const std::vector<std::pair<std::int64_t, std::string_view>>& counts) {
  std::string text;
  for (const auto& [count, word] : counts) {
    if (count > 0) text += cat(text.empty() ? "" : ", ", count, " ", word);
  }
  return text;
}

std::string render_error_line(const Error& error) {
  Json json = Json::object();
  json.add("code", error.code().id).add("exit", static_cast<int>(error.code().exit));
  json.add("message", as_text(error.message())).add("hint", or_null(as_text(error.hint())));
  json.add("context", list_json(error.context(), [](const std::string& one) { return Json(as_text(one)); }));
  return printable(Json::object().add("error", std::move(json)).compact()) + '\n';
}

void print_failure(const Context& context, std::string_view format, const Error& error) {
  bool for_scripts = format == "json" || format == "jsonl" || format == "yaml" || format == "cloudevents";
  for_scripts ? print_error(render_error_line(error)) : print_error_styled(context, render_error(error));
}

std::string render_error(const Error& error) {
  std::string out = cat("wf: ", styled(Style::bad, "error:"), " ",
                        escape_terminal(error.message(), Lines::multiline), " [", error.code().id, "]\n");
  for (const std::string& context : error.context()) out += cat("  while ", escape_terminal(context), "\n");
  if (!error.hint().empty()) {
    for (std::string_view line : split(error.hint(), '\n'))
      out += cat("  hint: ", escape_terminal(line), "\n");
  }
  return out;
}

}  // namespace wf::cli
