// wf artifact pin, unpin: what gc keeps because somebody says so.
#include <memory>

#include "cli/artifact_views.hpp"
#include "cli/commands.hpp"
#include "cli/output.hpp"
#include "cli/store_access.hpp"
#include "core/base/json_members.hpp"
#include "core/base/text.hpp"
#include "core/base/time.hpp"
#include "core/catalog/pins.hpp"

namespace wf::cli {

namespace {

struct Options {
  std::string reference;
  std::string note;
};

constexpr const char* k_pin_help = "a run, or what any ARTIFACT argument may be";

Json pin_row(const Pin& pin) {
  Json row = Json::object();
  row.add("kind", std::string(pin_kind_name(pin.target.kind))).add("id", pin.target.id.text());
  row.add("note", or_null(pin.note)).add("created", format_wall_us(pin.created_us));
  return row.add("by", pin.created_by);
}

std::string dash_for_none(const Json& value) {
  return value.is_null() ? "-" : escape_terminal(value.as_string());
}

Exit list(Context& context) {
  auto store = open_store(context, Access::read_only);
  Scope scope = context.scope();
  Listing listing;
  listing.name = "pins";
  listing.columns = {
      {"kind", "KIND"}, {"id", "ID"}, {"created", "SINCE", short_instant}, {"note", "NOTE", dash_for_none}};
  listing.empty = "nothing is pinned";
  for (const Pin& pin : list_pins(store->database(), scope.project, scope.domain))
    listing.rows.push_back(pin_row(pin));
  print_listing(context, listing);
  return Exit::ok;
}

void print_result(const Context& context, const PinTarget& target, const std::string& result) {
  std::string kind(pin_kind_name(target.kind));
  Json json = Json::object();
  json.add("kind", kind).add("id", target.id.text()).add("result", result);
  print_object(context, cat(kind, "  ", target.id.text(), "  ", result, "\n"), json);
}

PinTarget target_of(Context& context, Store& store, const std::string& reference) {
  Scope scope = context.scope();
  return find_pin_target(store, scope.project, scope.domain, reference);
}

Exit set(Context& context, const Options& options) {
  auto store = open_store(context, Access::read_write);
  PinTarget target = target_of(context, *store, options.reference);
  print_result(context, target, pin(*store, target, options.note) ? "pinned" : "unchanged");
  return Exit::ok;
}

Exit remove(Context& context, const Options& options) {
  auto store = open_store(context, Access::read_write);
  PinTarget target = target_of(context, *store, options.reference);
  print_result(context, target, unpin(*store, target) ? "unpinned" : "unchanged");
  return Exit::ok;
}

}  // namespace

Command make_artifact_pin() {
  auto options = std::make_shared<Options>();
  Command command;
  command.name = "artifact pin";
  command.summary = "Keep an artifact, or a run with all it made and was given, from gc";
  command.details =
      "Until it is unpinned, whatever 'wf gc' is told. What is tagged is kept without a pin. What bytes were "
      "freed of cannot be pinned any more: make it again first.";
  command.examples = {{"wf artifact pin nightly/train --note 'for the audit'", "what one node made"},
                      {"wf artifact pin nightly", "a run: its inputs, all its outputs and logs"}};
  command.positionals = {{"ARTIFACT|RUN", k_pin_help, &options->reference, true}};
  command.options = {{"--note", "TEXT", "why, for whoever looks at the pins", &options->note}};
  command.formats = k_show_formats;
  command.run = [options](Context& context) { return set(context, *options); };
  return command;
}

Command make_artifact_unpin() {
  auto options = std::make_shared<Options>();
  Command command;
  command.name = "artifact unpin";
  command.summary = "Leave a pinned artifact or run to gc again";
  command.details = "It may still be kept for another reason; 'wf gc --dry-run' says what would go.";
  command.examples = {{"wf artifact unpin nightly/train", "as if it had not been pinned"}};
  command.positionals = {{"ARTIFACT|RUN", k_pin_help, &options->reference, true}};
  command.formats = k_show_formats;
  command.run = [options](Context& context) { return remove(context, *options); };
  return command;
}

Command make_artifact_pins() {
  Command command;
  command.name = "artifact pins";
  command.summary = "List what is pinned";
  command.details =
      "The artifacts and runs of the project and domain that gc keeps because somebody said so.";
  command.examples = {{"wf artifact pins", "the oldest first"}};
  command.formats = k_list_formats;
  command.run = [](Context& context) { return list(context); };
  return command;
}

}  // namespace wf::cli
