#include "core/registry/named_reference.hpp"

#include "core/base/text.hpp"
#include "core/registry/codes.hpp"
#include "core/registry/label.hpp"

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
  std::size_t at = reference.find('@');
  if (at == std::string::npos && !kind.bare) malformed(reference, kind, "it has no '@'");
  NamedReference parts{scope, reference.substr(0, at),
                       at == std::string::npos ? "" : reference.substr(at + 1)};
  if (parts.name.find_first_of("#:") != std::string::npos) {
    malformed(reference, kind, "a task (name#task) or a launch plan (plan:name) cannot be named here");
  }
  std::vector<std::string_view> steps = split(parts.name, '/');
  if (steps.size() == 3) {
    parts.scope = {std::string(steps[0]), std::string(steps[1])};
    parts.name = std::string(steps[2]);
  } else if (steps.size() != 1) {
    malformed(reference, kind, "before the name stands a project and a domain, or nothing");
  }
  if (parts.name.empty()) malformed(reference, kind, "the name is missing");
  if (at != std::string::npos && parts.selector.empty())
    malformed(reference, kind, "nothing follows the '@'");
  return parts;
}

std::vector<Digest> beginning_with(const std::vector<Digest>& digests, const std::string& selector) {
  std::string prefix = lower_ascii(selector.starts_with("sha256:") ? selector.substr(7) : selector);
  std::vector<Digest> found;
  if (!is_version_prefix(prefix)) return found;
  for (const Digest& digest : digests) {
    if (digest.hex().starts_with(prefix)) found.push_back(digest);
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
