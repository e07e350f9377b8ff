// What feeds what inside a version: from the rows of it and, where these do not say all, from its definition.
#include <algorithm>
#include <tuple>

#include "core/base/text.hpp"
#include "core/lineage/history.hpp"

namespace wf {

namespace {

ValuePlace read_place(std::int64_t index) {
  return index < 0 ? ValuePlace() : ValuePlace{place_step(Elements(index))};
}

// nullopt: only the definition has all of it.
std::optional<Feed> read_feed(const Statement& row) {
  if (row.integer(5) == k_part_in_definition) return std::nullopt;
  return Feed{row.string(0),
              row.string(1),
              row.string(2),
              row.string(3),
              read_place(row.integer(4)),
              read_place(row.integer(5)),
              row.string(6)};
}

ValuePlace place_of(const std::vector<std::string>& steps) {
  ValuePlace place;
  for (const std::string& step : steps) place.push_back(place_step(step));
  return place;
}

// The feeds of rows, or `defined` where these do not tell all.
template <typename Defined>
std::vector<Feed> feeds_of(Statement& rows, const Defined& defined) {
  std::vector<Feed> feeds;
  for (std::optional<Feed>& feed : rows_of(rows, read_feed)) {
    if (!feed) return defined();
    feeds.push_back(std::move(*feed));
  }
  return feeds;
}

std::string source_key(const std::string& source, const std::string& output) {
  return cat(source, "\n", output);
}

bool comes_first(const ValuePlace& one, const ValuePlace& other) {
  return std::lexicographical_compare(
      one.begin(), one.end(), other.begin(), other.end(), [](const PlaceStep& a, const PlaceStep& b) {
        return std::tie(a.items.list(), a.member) < std::tie(b.items.list(), b.member);
      });
}

void sort_feeds(std::vector<Feed>& feeds) {
  std::sort(feeds.begin(), feeds.end(), [](const Feed& one, const Feed& other) {
    auto names = [](const Feed& feed) { return std::tie(feed.node, feed.input, feed.source, feed.output); };
    if (names(one) != names(other)) return names(one) < names(other);
    if (comes_first(one.item, other.item) || comes_first(other.item, one.item))
      return comes_first(one.item, other.item);
    return comes_first(one.part, other.part);
  });
}

}  // namespace

const History::Feeds& History::defined_feeds(const Digest& version) {
  auto [place, is_new] = defined_feeds_.try_emplace(version);
  if (!is_new) return place->second;
  Feeds& feeds = place->second;
  for (const VersionEdge& edge : edges_of(workflow(version))) {
    Feed feed{edge.node,
              edge.input,
              edge.source,
              edge.output,
              place_of(edge.item),
              place_of(edge.part),
              std::string(edge.mode),
              edge.made};
    feeds.into[feed.node].push_back(feed);
    feeds.from[source_key(feed.source, feed.output)].push_back(std::move(feed));
  }
  return feeds;
}

const std::vector<Feed>& History::feeds_into(const Digest& version, const std::string& node) {
  auto [place, is_new] = feeds_into_.try_emplace(cat(version.view(), node));
  if (!is_new) return place->second;
  Statement& rows = database_->statement(
      "SELECT node, input, source, output, item, part, mode FROM version_edge WHERE version = ?1 AND node = "
      "?2 "
      "ORDER BY input, source, output, item, part");
  rows.bind(version, node);
  place->second = feeds_of(rows, [&] {
    const Feeds& defined = defined_feeds(version);
    auto found = defined.into.find(node);
    return found == defined.into.end() ? std::vector<Feed>() : found->second;
  });
  sort_feeds(place->second);
  return place->second;
}

const std::vector<Feed>& History::feeds_from(const Digest& version, const std::string& source,
                                             const std::string& output) {
  auto [place, is_new] = feeds_from_.try_emplace(cat(version.view(), source_key(source, output)));
  if (!is_new) return place->second;
  // The index by source lacks the mode. Asked for it at once, or for an order, SQLite walks the whole version
  // by its primary key instead of this source's few.
  Statement& rows = database_->statement(
      "SELECT e.node, e.input, e.source, e.output, e.item, e.part, e.mode FROM version_edge k CROSS JOIN "
      "version_edge e "
      "WHERE "
      "k.version = ?1 AND k.source = ?2 AND k.output = ?3 AND e.version = k.version AND e.node = k.node AND "
      "e.input = k.input AND e.source = k.source AND e.output = k.output AND e.item = k.item AND e.part = "
      "k.part");
  rows.bind(version, source, output);
  place->second = feeds_of(rows, [&] {
    const Feeds& defined = defined_feeds(version);
    auto found = defined.from.find(source_key(source, output));
    return found == defined.from.end() ? std::vector<Feed>() : found->second;
  });
  sort_feeds(place->second);
  return place->second;
}

}  // namespace wf
