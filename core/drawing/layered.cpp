#include "core/drawing/layered.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <tuple>

namespace wf {

namespace {

// More passages than this are not worth their time: the longest links are drawn straight.
constexpr std::size_t k_most_passages = 60'000;
constexpr double k_passage_breadth = 2;

class Builder {
 public:
  Builder(const Network& network, const Ranks& ranks, Flow flow)
      : network_(&network), ranks_(&ranks), flow_(flow) {}

  Layered build() {
    std::vector<std::size_t> links = routed_links();
    number_layers(links);
    for (std::size_t box = 0; box < network_->boxes.size(); ++box)
      add(ItemKind::box, box, layer_of_rank_[ranks_->of[box]], network_->boxes[box]);
    for (std::size_t link : links) route(network_->links[link]);
    return std::move(out_);
  }

 private:
  std::size_t span(std::size_t link) const {
    return ranks_->of[network_->links[link].to] - ranks_->of[network_->links[link].from];
  }

  // The shorter ones first; the rest is loose.
  std::vector<std::size_t> routed_links() {
    std::vector<std::size_t> links;
    for (std::size_t i = 0; i < network_->links.size(); ++i)
      ranks_->closes_a_cycle[i] ? out_.loose.push_back(i) : links.push_back(i);
    std::stable_sort(links.begin(), links.end(),
                     [&](std::size_t a, std::size_t b) { return span(a) < span(b); });
    std::map<std::pair<std::size_t, std::size_t>, std::size_t> reached;  // by box and style
    std::size_t passages = 0;
    std::size_t used = 0;
    for (; used < links.size(); ++used) {
      const Link& link = network_->links[links[used]];
      std::size_t& far = reached[{link.from, link.style}];
      passages += 2 * (span(links[used]) - std::min(far, span(links[used])));
      if (passages > k_most_passages) break;
      far = std::max(far, span(links[used]));
    }
    out_.loose.insert(out_.loose.end(), links.begin() + static_cast<std::ptrdiff_t>(used), links.end());
    links.resize(used);
    std::sort(links.begin(), links.end());
    return links;
  }

  // Labels stand in layers of their own, each just before the box that its link leads to.
  void number_layers(const std::vector<std::size_t>& links) {
    std::vector<bool> has_labels(ranks_->count + 1);
    for (std::size_t link : links) {
      if (network_->links[link].label != k_no_label) has_labels[ranks_->of[network_->links[link].to]] = true;
    }
    std::size_t layer = 0;
    for (std::size_t rank = 0; rank < ranks_->count; ++rank) {
      if (has_labels[rank]) ++layer;
      layer_of_rank_.push_back(layer++);
    }
    out_.layers.resize(layer);
  }

  ItemId add(ItemKind kind, std::size_t subject, std::size_t layer, const Extent& extent) {
    auto id = static_cast<ItemId>(out_.items.size());
    bool right = flow_ == Flow::right;
    out_.items.push_back(
        {kind, subject, layer, right ? extent.width : extent.height, right ? extent.height : extent.width});
    out_.layers[layer].push_back(id);
    return id;
  }

  void join(ItemId from, ItemId to, std::size_t style) {
    out_.joints.push_back({from, to, style});
    out_.items[from].after.push_back(to);
    out_.items[to].before.push_back(from);
  }

  // What stands in a layer for the links of one box and style with this label.
  ItemId stop(ItemId previous, const Link& link, std::size_t layer, std::size_t label) {
    auto [place, is_new] = stops_.try_emplace({link.from, link.style, layer, label});
    if (!is_new) return place->second;
    bool named = label != k_no_label;
    place->second = add(named ? ItemKind::label : ItemKind::passage, label, layer,
                        named ? network_->labels[label] : Extent{k_passage_breadth, k_passage_breadth});
    join(previous, place->second, link.style);
    return place->second;
  }

  void route(const Link& link) {
    auto previous = static_cast<ItemId>(link.from);
    auto last = static_cast<ItemId>(link.to);
    for (std::size_t layer = out_.items[previous].layer + 1; layer < out_.items[last].layer; ++layer) {
      bool at_label = layer + 1 == out_.items[last].layer && link.label != k_no_label;
      previous = stop(previous, link, layer, at_label ? link.label : k_no_label);
    }
    if (arrived_.insert({previous, last}).second) join(previous, last, link.style);
  }

  const Network* network_;
  const Ranks* ranks_;
  Flow flow_;
  std::vector<std::size_t> layer_of_rank_;
  std::map<std::tuple<std::size_t, std::size_t, std::size_t, std::size_t>, ItemId> stops_;
  std::set<std::pair<ItemId, ItemId>> arrived_;
  Layered out_;
};

}  // namespace

Layered make_layered(const Network& network, const Ranks& ranks, Flow flow) {
  return Builder(network, ranks, flow).build();
}

}  // namespace wf
