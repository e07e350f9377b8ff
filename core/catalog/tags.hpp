// Names that people give to artifacts. A tag belongs to a dataset, and nothing moves it but a person who says
// so.
#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "core/catalog/catalog.hpp"

namespace wf {

inline constexpr std::string_view k_cache_tag_prefix = "cached-";
std::string cache_tag(const Digest& key);  // "cached-" and the beginning of the key: what the cache sets

enum class TagMove { refuse, allow };
enum class TagResult { set, unchanged, moved };

struct TagOutcome {
  TagResult result = TagResult::set;
  std::optional<Uuid> from;  // what it named before it was moved
};

// Throws Error(k_bad_tag) unless the name is `[A-Za-z0-9][A-Za-z0-9._+-]{0,127}` and not one of the cache's,
// and Error(k_tag_elsewhere) when it names another artifact of the dataset and may not be moved.
TagOutcome set_tag(Store& store, const Artifact& artifact, const std::string& name, TagMove move);

std::optional<Tag> find_tag(Database& database, const std::string& project, const std::string& domain,
                            const std::string& workflow, const std::string& task, const std::string& name);

// `WORKFLOW#TASK:TAG`, with whatever follows the first '/' in `rest`; nullopt for a text of another form.
struct TagReference {
  std::string workflow;
  std::string task;
  std::string name;
  std::optional<std::string> rest = {};

  std::string text() const;  // without the rest
};
std::optional<TagReference> parse_tag_reference(std::string_view text);
// Throws Error(k_tag_not_found) with near names.
Tag require_tag(Database& database, const std::string& project, const std::string& domain,
                const TagReference& reference);

}  // namespace wf
