#include "core/registry/named_reference.hpp"

#include "core/base/text.hpp"
#include "core/definition/name.hpp"
#include "core/registry/codes.hpp"

namespace wf {

namespace {

[[noreturn]] void malformed(const std::string& reference, const ReferenceKind& kind, std::string_view why) {
  throw Error(codes::k_bad_version_reference,
              cat('\'', escape_terminal(reference), "' is no reference to ", kind.thing, ": ", why),
              std::string(kind.hint));
}

}  // namespace

NamedReference parse_named_reference(const Scope& scope, const std::string& reference,
                                     const ReferenceKind& kind) {
  std::variant<NameParts, std::string_view> split = split_named_reference(reference);
  if (const auto* why = std::get_if<std::string_view>(&split)) malformed(reference, kind, *why);
  const NameParts& parts = std::get<NameParts>(split);
  if (parts.selector.empty() && !kind.bare) malformed(reference, kind, "it has no '@'");
  Scope place = parts.project.empty() ? scope : Scope{std::string(parts.project), std::string(parts.domain)};
  return {std::move(place), std::string(parts.name), std::string(parts.selector)};
}

std::vector<Digest> beginning_with(const std::vector<Digest>& digests, const std::string& selector) {
  std::optional<std::string> prefix = digest_prefix(selector);
  std::vector<Digest> found;
  if (!prefix) return found;
  for (const Digest& digest : digests) {
    if (digest.hex().starts_with(*prefix)) found.push_back(digest);
  }
  return found;
}

void ambiguous_reference(const NamedReference& reference, const std::vector<Digest>& found,
                         std::string_view plural) {
  std::vector<std::string> candidates;
  for (const Digest& digest : found) candidates.push_back(cat(reference.name, '@', digest.hex()));
  throw Error(codes::k_ambiguous_version,
              cat(reference.name, '@', reference.selector, " may be any of ", found.size(), ' ', plural),
              cat("write more digits: ", join(candidates, ", ")));
}

}  // namespace wf
