#include "core/catalog/reference.hpp"

#include "core/base/text.hpp"
#include "core/catalog/codes.hpp"

namespace wf {

namespace {

constexpr std::string_view k_scheme = "wf:";
constexpr std::string_view k_shape = "wf:PROJECT/DOMAIN/RUN/NODE/OUTPUT";

[[noreturn]] void refuse(std::string_view text, const std::string& why) {
  throw Error(codes::k_bad_data_reference, cat("'", text, "' is no reference to a result: ", why),
              cat("write ", k_shape,
                  ", where NODE is a node, one element of a mapped node as in score[3], or "
                  "'inputs' or 'outputs' for the run's own"));
}

Uuid parse_store(std::string_view text, std::string_view id) {
  std::optional<Uuid> store = Uuid::parse(id);
  if (!store) refuse(text, cat("'", id, "' is no id of a store"));
  return *store;
}

void require_name(std::string_view text, std::string_view what, std::string_view name,
                  std::string_view allowed) {
  bool fits = !name.empty() && name.find_first_not_of(allowed) == std::string_view::npos;
  if (!fits) refuse(text, cat("'", name, "' is no ", what));
}

}  // namespace

bool is_data_reference(std::string_view text) { return text.starts_with(k_scheme); }

std::string DataReference::text() const {
  std::string authority = store ? cat("//", store->text(), "/") : std::string();
  return cat(k_scheme, authority, project, "/", domain, "/", run, "/", node.text(), "/", output);
}

DataReference DataReference::parse(std::string_view text) {
  constexpr std::string_view k_scope_characters = "abcdefghijklmnopqrstuvwxyz0123456789-";
  constexpr std::string_view k_name_characters = "abcdefghijklmnopqrstuvwxyz0123456789_";
  if (!is_data_reference(text)) refuse(text, "it does not begin with 'wf:'");
  DataReference reference;
  std::string_view rest = text.substr(k_scheme.size());
  if (rest.starts_with("//")) {
    rest.remove_prefix(2);
    std::size_t slash = rest.find('/');
    reference.store = parse_store(text, rest.substr(0, slash));
    rest = slash == std::string_view::npos ? std::string_view() : rest.substr(slash + 1);
  }
  std::vector<std::string_view> parts = split(rest, '/');
  if (parts.size() != 5) refuse(text, cat("it has ", rest.empty() ? 0 : parts.size(), " parts of five"));
  require_name(text, "project", parts[0], k_scope_characters);
  require_name(text, "domain", parts[1], k_scope_characters);
  if (parts[2].empty()) refuse(text, "the run is missing");
  std::optional<NodePath> node = NodePath::parse(parts[3]);
  if (!node) refuse(text, cat("'", parts[3], "' is no node"));
  bool own = node->node == k_run_inputs || node->node == k_run_outputs;
  if (own && node->element >= 0) refuse(text, cat("'", node->node, "' has no elements"));
  require_name(text, "output", parts[4], k_name_characters);
  reference.project = parts[0];
  reference.domain = parts[1];
  reference.run = parts[2];
  reference.node = *node;
  reference.output = parts[4];
  return reference;
}

}  // namespace wf
