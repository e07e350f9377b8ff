#include "core/catalog/run_lookup.hpp"

#include <algorithm>

#include "core/base/text.hpp"
#include "core/base/time.hpp"
#include "core/catalog/codes.hpp"

namespace wf {

namespace {

constexpr std::size_t k_shortest_prefix = 8;
constexpr std::size_t k_tail_digits = 12;
constexpr std::size_t k_id_digits = 32;

// The hex digits of `text` without the dashes of a UUID; nullopt when it has anything else.
std::optional<std::string> id_digits(std::string_view text) {
  std::string digits;
  for (char c : text) {
    bool hex = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
    if (!hex && c != '-') return std::nullopt;
    if (hex) digits += c;
  }
  return digits;
}

void collect(Statement& rows, const std::string& project, const std::string& domain,
             std::vector<RunKey>& found) {
  while (rows.step()) {
    RunKey key{project, domain, rows.uuid(0)};
    if (std::find(found.begin(), found.end(), key) == found.end()) found.push_back(key);
  }
  rows.reset();
}

void match_prefix(Database& database, const std::string& project, const std::string& domain,
                  const std::string& digits, std::vector<RunKey>& found) {
  std::string low = *from_hex(digits + std::string(k_id_digits - digits.size(), '0'));
  std::string high = *from_hex(digits + std::string(k_id_digits - digits.size(), 'f'));
  Statement& rows = database.statement(
      "SELECT id FROM run WHERE project = ?1 AND domain = ?2 AND id BETWEEN ?3 AND ?4 LIMIT 20");
  collect(rows.bind(project, domain, Bytes{low}, Bytes{high}), project, domain, found);
}

void match_tail(Database& database, const std::string& project, const std::string& domain,
                const std::string& digits, std::vector<RunKey>& found) {
  std::string tail = *from_hex(digits);
  Statement& rows = database.statement(
      "SELECT id FROM run WHERE project = ?1 AND domain = ?2 AND substr(id, 11) = ?3 LIMIT 20");
  collect(rows.bind(project, domain, Bytes{tail}), project, domain, found);
}

std::vector<std::string> run_names(Database& database, const std::string& project,
                                   const std::string& domain) {
  Statement& rows = database.statement(
      "SELECT name FROM run WHERE project = ?1 AND domain = ?2 AND name IS NOT NULL ORDER BY id DESC "
      "LIMIT 1000");
  rows.bind(project, domain);
  return rows_of(rows, [](const Statement& row) { return row.string(0); });
}

std::string describe(Database& database, const RunKey& key) {
  Statement& row = database.statement(
      "SELECT workflow, state, created_us, name FROM run WHERE project = ?1 AND domain = ?2 AND id = ?3");
  row.bind(key.project, key.domain, key.id);
  if (!row.step()) return key.id.text();
  std::string text =
      cat(key.id.text(), "  ", row.text(0), ", ", row.text(1), ", started ", format_wall_us(row.integer(2)));
  if (!row.is_null(3)) text += cat(", named ", row.text(3));
  row.reset();
  return text;
}

[[noreturn]] void throw_ambiguous(Database& database, std::string_view text,
                                  const std::vector<RunKey>& found) {
  std::string message = cat("'", text, "' can mean ", found.size(), " runs:");
  for (const RunKey& key : found) message += cat("\n  ", describe(database, key));
  throw Error(codes::k_run_ambiguous, message, "give the whole id, or its last 12 digits");
}

[[noreturn]] void throw_not_found(Database& database, const std::string& project, const std::string& domain,
                                  std::string_view text) {
  std::string message = cat("no run '", text, "' in project '", project, "', domain '", domain, "'");
  if (std::optional<Uuid> id = Uuid::parse(text)) {
    for (const RunKey& other : runs_elsewhere(database, {project, domain, *id})) {
      throw Error(codes::k_run_not_found, message,
                  cat("it is in another one: add -p ", other.project, " -d ", other.domain));
    }
  }
  std::string near = did_you_mean(text, run_names(database, project, domain));
  throw Error(codes::k_run_not_found, message, near.empty() ? "see 'wf ls' for the runs there are" : near);
}

}  // namespace

std::vector<RunKey> match_runs(Database& database, const std::string& project, const std::string& domain,
                               std::string_view text) {
  std::vector<RunKey> found;
  Statement& by_name =
      database.statement("SELECT id FROM run WHERE project = ?1 AND domain = ?2 AND name = ?3");
  collect(by_name.bind(project, domain, text), project, domain, found);
  std::optional<std::string> digits = id_digits(text);
  if (!digits || digits->size() < k_shortest_prefix || digits->size() > k_id_digits) return found;
  match_prefix(database, project, domain, *digits, found);
  if (digits->size() == k_tail_digits) match_tail(database, project, domain, *digits, found);
  return found;
}

RunKey find_run(Database& database, const std::string& project, const std::string& domain,
                std::string_view text) {
  std::vector<RunKey> found = match_runs(database, project, domain, text);
  if (found.size() > 1) throw_ambiguous(database, text, found);
  if (found.empty()) throw_not_found(database, project, domain, text);
  return found.front();
}

std::vector<RunKey> runs_elsewhere(Database& database, const RunKey& key) {
  Statement& rows = database.statement(
      "SELECT p.name, d.name FROM project p CROSS JOIN domain d CROSS JOIN run r WHERE r.project = p.name "
      "AND r.domain = d.name "
      "AND r.id = ?1");
  rows.bind(key.id);
  std::vector<RunKey> found;
  while (rows.step()) {
    RunKey other{rows.string(0), rows.string(1), key.id};
    if (other != key) found.push_back(other);
  }
  rows.reset();
  return found;
}

std::string NodePath::text() const { return element < 0 ? node : cat(node, "[", element, "]"); }

namespace {

// One step of a path: a name, and maybe an element.
std::optional<NodePath> parse_step(std::string_view text) {
  std::size_t bracket = text.find('[');
  std::string_view name = text.substr(0, bracket);
  bool well_formed =
      !name.empty() && name.front() >= 'a' && name.front() <= 'z' &&
      name.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789_") == std::string_view::npos;
  if (!well_formed) return std::nullopt;
  if (bracket == std::string_view::npos) return NodePath{std::string(name), -1};
  if (text.back() != ']') return std::nullopt;
  std::string_view digits = text.substr(bracket + 1, text.size() - bracket - 2);
  std::optional<std::int64_t> element = parse_int(digits);
  if (!element || *element < 0 || digits != std::to_string(*element)) return std::nullopt;
  return NodePath{std::string(name), *element};
}

}  // namespace

std::optional<NodePath> NodePath::parse(std::string_view text) {
  std::optional<NodePath> last;
  for (std::string_view step : split(text, '.')) {
    last = parse_step(step);
    if (!last) return std::nullopt;
  }
  std::size_t dot = text.rfind('.');
  if (last && dot != std::string_view::npos) last->node = cat(text.substr(0, dot + 1), last->node);
  return last;
}

namespace {

// "sub[3].score[1]" as "sub.score".
std::string without_elements(const std::string& path) {
  std::string plain;
  bool inside = false;
  for (char c : path) {
    inside = (inside || c == '[') && c != ']';
    if (!inside && c != ']') plain += c;
  }
  return plain;
}

}  // namespace

bool begins_with_step(const std::string& path, const std::string& name) {
  bool ends = path.size() == name.size() ||
              (path.size() > name.size() && (path[name.size()] == '.' || path[name.size()] == '['));
  return ends && path.starts_with(name);
}

bool is_meant_by(const std::string& name, const NodePath& execution) {
  const std::string plain = without_elements(execution.node);
  return begins_with_step(execution.text(), name) || begins_with_step(plain, name) ||
         name == NodePath{plain, execution.element}.text();
}

SplitPath split_path(const std::string& node) {
  std::size_t dot = node.rfind('.');
  if (dot == std::string::npos) return {{}, node};
  return {node.substr(0, dot), node.substr(dot + 1)};
}

std::string joined_path(const std::string& frame, const std::string& node) {
  return frame.empty() || node.empty() ? node : cat(frame, ".", node);
}

FramePath frame_path(const std::string& frame) {
  auto [parent, last] = split_path(frame);
  std::optional<NodePath> own = NodePath::parse(last);
  return own ? FramePath{parent, own->node, own->element} : FramePath{parent, last, -1};
}

std::optional<NodePath> read_node_path(const std::optional<std::string>& text) {
  if (!text) return std::nullopt;
  if (std::optional<NodePath> node = NodePath::parse(*text)) return node;
  throw Error(codes::k_node_not_found, cat("'", *text, "' is no node"),
              "write a node as score, or one element of a mapped node as score[3]");
}

}  // namespace wf
