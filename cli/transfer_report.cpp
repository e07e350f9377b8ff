#include "cli/transfer_report.hpp"

#include <array>

#include "cli/output.hpp"
#include "core/base/json_members.hpp"
#include "core/base/text.hpp"
#include "core/transfer/codes.hpp"

namespace wf::cli {

namespace {

struct Counted {
  std::string_view table;
  std::string_view member;  // in JSON
  std::string_view one;
  std::string_view many;
};

constexpr std::array<Counted, 11> k_counted{{
    {"version", "versions", "version", "versions"},
    {"registration", "registrations", "registration", "registrations"},
    {"label", "labels", "label", "labels"},
    {"launch_plan", "launch_plans", "launch plan", "launch plans"},
    {"run", "runs", "run", "runs"},
    {"artifact", "artifacts", "artifact", "artifacts"},
    {"cache_entry", "cache_entries", "cache entry", "cache entries"},
    {"tag", "tags", "tag", "tags"},
    {"pin", "pins", "pin", "pins"},
    {"pool", "pools", "pool", "pools"},
    {"event", "events", "event", "events"},
}};

std::string counted(std::int64_t count, std::string_view one, std::string_view many) {
  return cat(count, ' ', count == 1 ? one : many);
}

std::int64_t count_of(const Amounts& amounts, std::string_view table) {
  auto found = amounts.rows.find(table);
  return found == amounts.rows.end() ? 0 : found->second;
}

Json conflict_json(const TransferConflict& conflict) {
  return Json::object()
      .add("kind", conflict.kind)
      .add("what", conflict.what)
      .add("here", conflict.here)
      .add("there", conflict.there);
}

Json version_json(const ResolvedVersion& one) {
  return Json::object()
      .add("project", one.scope.project)
      .add("domain", one.scope.domain)
      .add("name", one.name)
      .add("version", one.version.text());
}

Json run_json(const RunKey& run) {
  return Json::object().add("project", run.project).add("domain", run.domain).add("run", run.id.text());
}

Json left_out_json(const LeftOutRun& left) { return run_json(left.run).add("reason", left.reason); }

// "label default/development/iris@v1: sha256:… here, sha256:… there".
std::string conflict_line(const TransferConflict& conflict) {
  std::string kind = conflict.kind;
  for (char& c : kind) c = c == '_' ? ' ' : c;
  return cat("  ", kind, ' ', conflict.what, ": here ", conflict.here, ", there ", conflict.there, '\n');
}

std::string conflict_lines(const Transfer& transfer) {
  std::string text;
  for (const TransferConflict& conflict : transfer.conflicts) text += conflict_line(conflict);
  return text;
}

std::string left_out_lines(const Transfer& transfer) {
  std::string text;
  for (const LeftOutRun& left : transfer.left_out)
    text += cat("  left out: run ", left.run.project, '/', left.run.domain, '/', left.run.id.text(), ": ",
                left.reason, '\n');
  return text;
}

[[noreturn]] void refuse(const Transfer& transfer) {
  std::string lines = conflict_lines(transfer);
  lines.pop_back();
  auto count = static_cast<std::int64_t>(transfer.conflicts.size());
  throw Error(codes::k_transfer_conflict,
              cat("nothing was taken: ", counted(count, "thing means", "things mean"),
                  " something else here\n", lines),
              "what is here is never changed; --skip-conflicts takes all the rest");
}

}  // namespace

Json amounts_json(const Amounts& amounts) {
  Json json = Json::object();
  for (const Counted& one : k_counted) json.add(std::string(one.member), count_of(amounts, one.table));
  return json.add("blobs", amounts.blobs).add("bytes", amounts.bytes);
}

void add_subjects(Json& json, const ExportRequest& subjects) {
  json.add("versions", list_json(subjects.versions, version_json))
      .add("runs", list_json(subjects.runs, run_json));
}

void add_transfer(Json& json, const Transfer& transfer, Apply apply) {
  json.add("dry_run", apply == Apply::dry_run).add("applied", bool{transfer.applied});
  json.add("added", amounts_json({transfer.rows, transfer.blobs, transfer.bytes}));
  json.add("conflicts", list_json(transfer.conflicts, conflict_json));
  json.add("left_out", list_json(transfer.left_out, left_out_json));
}

std::string amounts_words(const Amounts& amounts) {
  std::vector<std::string> parts;
  for (const Counted& one : k_counted) {
    std::int64_t count = count_of(amounts, one.table);
    if (count > 0) parts.push_back(counted(count, one.one, one.many));
  }
  if (amounts.blobs > 0)
    parts.push_back(cat(counted(amounts.blobs, "blob", "blobs"), " (", human_bytes(amounts.bytes), ')'));
  return join(parts, ", ");
}

Exit report_transfer(const Context& context, const std::string& subject, const Json& json,
                     const Transfer& transfer, Apply apply) {
  if (transfer.refused && apply == Apply::yes && context.is_format("table")) refuse(transfer);
  std::string words = amounts_words({transfer.rows, transfer.blobs, transfer.bytes});
  std::string text = cat(subject, ": ", words.empty() ? "nothing new" : words,
                         transfer.refused ? ", but nothing of it is taken unless with --skip-conflicts" : "",
                         apply == Apply::dry_run ? " (dry run)" : "", '\n');
  for (const TransferConflict& conflict : transfer.conflicts)
    text += cat("  conflict:", conflict_line(conflict).substr(1));
  print_object(context, escape_terminal(text + left_out_lines(transfer), Lines::multiline), json);
  return transfer.refused ? Exit::conflict : Exit::ok;
}

}  // namespace wf::cli
