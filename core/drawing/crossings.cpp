// Second step of a layout: the order within each layer, by sweeps that sort a layer by the middle of what its
// items are joined to, and by exchanging neighbours.
#include <algorithm>
#include <numeric>

#include "core/drawing/layered.hpp"

namespace wf {

namespace {

constexpr int k_most_sweeps = 16;
constexpr int k_patience = 5;                             // sweeps without a gain
constexpr std::size_t k_most_exchange_work = 6'000'000;  // joints looked at, in all

class Orderer {
 public:
  explicit Orderer(Layered& layered) : layered_(&layered), place_(layered.items.size()) {}

  void improve() {
    start();
    auto best = layered_->layers;
    std::size_t least = crossings();
    int idle = 0;
    for (int sweep = 0; sweep < k_most_sweeps && idle < k_patience && least > 0; ++sweep, ++idle) {
      sort_layers(sweep % 2 == 0);
      exchange();
      std::size_t now = crossings();
      if (now >= least) continue;
      least = now;
      best = layered_->layers;
      idle = 0;
    }
    layered_->layers = std::move(best);
  }

 private:
  Item& item(ItemId id) { return layered_->items[id]; }

  void number(const std::vector<ItemId>& layer) {
    for (std::size_t i = 0; i < layer.size(); ++i) place_[layer[i]] = i;
  }

  // Depth first from the origins: what hangs together stands together.
  void start() {
    for (std::vector<ItemId>& layer : layered_->layers) layer.clear();
    std::vector<bool> seen(layered_->items.size());
    std::vector<ItemId> open;
    for (std::size_t i = layered_->items.size(); i-- > 0;) {
      if (layered_->items[i].before.empty()) open.push_back(static_cast<ItemId>(i));
    }
    while (!open.empty()) {
      ItemId id = open.back();
      open.pop_back();
      if (seen[id]) continue;
      seen[id] = true;
      layered_->layers[item(id).layer].push_back(id);
      open.insert(open.end(), item(id).after.rbegin(), item(id).after.rend());
    }
    for (const std::vector<ItemId>& layer : layered_->layers) number(layer);
  }

  double middle(ItemId id, const std::vector<ItemId>& neighbours) const {
    if (neighbours.empty()) return static_cast<double>(place_[id]);
    double sum = 0;
    for (ItemId one : neighbours) sum += static_cast<double>(place_[one]);
    return sum / static_cast<double>(neighbours.size());
  }

  void sort_layer(std::vector<ItemId>& layer, bool down) {
    std::vector<std::pair<double, ItemId>> keyed;
    keyed.reserve(layer.size());
    for (ItemId id : layer) keyed.emplace_back(middle(id, down ? item(id).before : item(id).after), id);
    std::stable_sort(keyed.begin(), keyed.end(),
                     [](const auto& a, const auto& b) { return a.first < b.first; });
    for (std::size_t i = 0; i < layer.size(); ++i) layer[i] = keyed[i].second;
    number(layer);
  }

  void sort_layers(bool down) {
    auto& layers = layered_->layers;
    if (down) {
      for (auto layer = layers.begin(); layer != layers.end(); ++layer) sort_layer(*layer, down);
    } else {
      for (auto layer = layers.rbegin(); layer != layers.rend(); ++layer) sort_layer(*layer, down);
    }
  }

  // How many pairs cross when `left` stands before `right`, less those when it stands behind it.
  std::ptrdiff_t excess(const std::vector<ItemId>& left, const std::vector<ItemId>& right) {
    places_of(left, left_places_);
    places_of(right, right_places_);
    std::ptrdiff_t balance = 0;
    auto below = right_places_.begin();
    auto upto = right_places_.begin();
    for (std::size_t place : left_places_) {
      while (below != right_places_.end() && *below < place) ++below;
      while (upto != right_places_.end() && *upto <= place) ++upto;
      balance += (below - right_places_.begin()) - (right_places_.end() - upto);
    }
    return balance;
  }

  void places_of(const std::vector<ItemId>& ids, std::vector<std::size_t>& out) {
    out.clear();
    for (ItemId id : ids) out.push_back(place_[id]);
    std::sort(out.begin(), out.end());
    work_ += ids.size() + 1;
  }

  bool exchange_in(std::vector<ItemId>& layer) {
    bool changed = false;
    for (std::size_t i = 0; i + 1 < layer.size(); ++i) {
      const Item& left = item(layer[i]);
      const Item& right = item(layer[i + 1]);
      if (excess(left.before, right.before) + excess(left.after, right.after) <= 0) continue;
      std::swap(layer[i], layer[i + 1]);
      std::swap(place_[layer[i]], place_[layer[i + 1]]);
      changed = true;
    }
    return changed;
  }

  void exchange() {
    bool changed = true;
    for (int pass = 0; changed && pass < k_most_sweeps; ++pass) {
      changed = false;
      for (std::vector<ItemId>& layer : layered_->layers) {
        if (work_ > k_most_exchange_work) return;
        changed = exchange_in(layer) || changed;
      }
    }
  }

  // Joints as pairs of places, sorted: crossings are the inversions, counted by a Fenwick tree.
  std::size_t crossings_behind(const std::vector<ItemId>& layer, std::size_t next_size) {
    std::vector<std::size_t> tree(next_size + 1);
    std::size_t found = 0;
    std::size_t entered = 0;
    for (ItemId id : layer) {
      places_of(item(id).after, left_places_);
      for (std::size_t place : left_places_) {
        std::size_t upto = 0;
        for (std::size_t i = place + 1; i > 0; i &= i - 1) upto += tree[i];
        found += entered - upto;
      }
      for (std::size_t place : left_places_) {
        for (std::size_t i = place + 1; i < tree.size(); i += i & (~i + 1)) ++tree[i];
        ++entered;
      }
    }
    return found;
  }

  std::size_t crossings() {
    std::size_t found = 0;
    for (std::size_t i = 0; i + 1 < layered_->layers.size(); ++i)
      found += crossings_behind(layered_->layers[i], layered_->layers[i + 1].size());
    return found;
  }

  Layered* layered_;
  std::vector<std::size_t> place_;  // of each item in its layer
  std::vector<std::size_t> left_places_;
  std::vector<std::size_t> right_places_;
  std::size_t work_ = 0;
};

}  // namespace

void reduce_crossings(Layered& layered) { Orderer(layered).improve(); }

}  // namespace wf
