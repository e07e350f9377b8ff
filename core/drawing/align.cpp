// Third step of a layout: places across the flow. Each layer in turn goes where its neighbours want it, which
// is a least-squares problem under "in order and apart" that pooling adjacent violators solves exactly.
#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

#include "core/drawing/layered.hpp"

namespace wf {

namespace {

constexpr int k_sweeps = 16;
constexpr int k_straightening_rounds = 4;
constexpr double k_no_wish = 0.001;  // the weight of an item that is joined to nothing there

enum class Toward { before, after, both };

class Aligner {
 public:
  Aligner(Layered& layered, Flow flow) : layered_(&layered), flow_(flow) {}

  void align() {
    for (const std::vector<ItemId>& layer : layered_->layers) pack(layer);
    constexpr std::array k_ways{Toward::before, Toward::after, Toward::both};
    for (int sweep = 0; sweep < k_sweeps; ++sweep) {
      bool settle = sweep * 2 >= k_sweeps;
      Toward way = settle ? k_ways[2] : k_ways[static_cast<std::size_t>(sweep % 2)];
      sweep_layers(way, sweep % 2 == 0);
    }
    place_.resize(layered_->items.size());
    for (const std::vector<ItemId>& layer : layered_->layers) {
      for (std::size_t i = 0; i < layer.size(); ++i) place_[layer[i]] = i;
    }
    for (int round = 0; round < k_straightening_rounds; ++round) straighten();
  }

 private:
  Item& item(ItemId id) { return layered_->items[id]; }

  // Between the middles of two neighbours.
  double distance(ItemId left, ItemId right) {
    bool boxes = item(left).kind == ItemKind::box && item(right).kind == ItemKind::box;
    bool lines = item(left).kind == ItemKind::passage && item(right).kind == ItemKind::passage;
    double gap = lines ? 8 : boxes ? (flow_ == Flow::right ? 18 : 26) : 12;
    return (item(left).breadth + item(right).breadth) / 2 + gap;
  }

  void pack(const std::vector<ItemId>& layer) {
    double at = 0;
    for (std::size_t i = 0; i < layer.size(); ++i) {
      if (i > 0) at += distance(layer[i - 1], layer[i]);
      item(layer[i]).at = at;
    }
    for (ItemId id : layer) item(id).at -= at / 2;
  }

  // Long lines are the ones to keep straight.
  double weight(ItemId one, ItemId other) {
    bool passes = item(one).kind != ItemKind::box;
    bool passes_on = item(other).kind != ItemKind::box;
    return passes && passes_on ? 8 : passes || passes_on ? 2 : 1;
  }

  struct Wish {
    double at = 0;
    double weight = 0;
    void add(double place, double by) {
      at += place * by;
      weight += by;
    }
  };

  Wish wish_of(ItemId id, Toward way) {
    Wish wish;
    if (way != Toward::after)
      for (ItemId one : item(id).before) wish.add(item(one).at, weight(id, one));
    if (way != Toward::before)
      for (ItemId one : item(id).after) wish.add(item(one).at, weight(id, one));
    if (wish.weight == 0) wish.add(item(id).at, k_no_wish);
    wish.at /= wish.weight;
    return wish;
  }

  // With the distances taken off, the places must only not fall: neighbours that would are pooled.
  void settle(const std::vector<ItemId>& layer, Toward way) {
    struct Pool {
      Wish sum;
      std::size_t size = 0;
      double mean() const { return sum.at / sum.weight; }
    };
    std::vector<Pool> pools;
    std::vector<double> offsets;
    for (std::size_t i = 0; i < layer.size(); ++i) {
      offsets.push_back(i == 0 ? 0 : offsets.back() + distance(layer[i - 1], layer[i]));
      Wish wish = wish_of(layer[i], way);
      Pool pool{{}, 1};
      pool.sum.add(wish.at - offsets.back(), wish.weight);
      while (!pools.empty() && pools.back().mean() >= pool.mean()) {
        pool.sum.at += pools.back().sum.at;
        pool.sum.weight += pools.back().sum.weight;
        pool.size += pools.back().size;
        pools.pop_back();
      }
      pools.push_back(pool);
    }
    std::size_t i = 0;
    for (const Pool& pool : pools) {
      for (std::size_t end = i + pool.size; i < end; ++i) item(layer[i]).at = pool.mean() + offsets[i];
    }
  }

  void sweep_layers(Toward way, bool down) {
    auto& layers = layered_->layers;
    for (std::size_t i = 0; i < layers.size(); ++i) settle(layers[down ? i : layers.size() - 1 - i], way);
  }

  // Where a line goes on straight: along its passages, else to the only thing behind.
  ItemId follower(ItemId id) {
    const std::vector<ItemId>& after = item(id).after;
    for (ItemId one : after) {
      if (item(one).kind == ItemKind::passage && item(id).kind == ItemKind::passage) return one;
    }
    bool only = after.size() == 1 && item(after.front()).before.size() == 1;
    return only ? after.front() : id;
  }

  void straighten() {
    std::vector<bool> taken(layered_->items.size());
    for (const std::vector<ItemId>& layer : layered_->layers) {
      for (ItemId id : layer) {
        std::vector<ItemId> chain;
        for (ItemId one = id; !taken[one]; one = follower(one)) {
          taken[one] = true;
          chain.push_back(one);
        }
        put_in_line(chain);
      }
    }
  }

  // Where an item may go between its neighbours as they are.
  struct Room {
    double low = -std::numeric_limits<double>::infinity();
    double high = std::numeric_limits<double>::infinity();
    Room meet(const Room& other) const { return {std::max(low, other.low), std::min(high, other.high)}; }
  };
  Room room_of(ItemId id) {
    const std::vector<ItemId>& layer = layered_->layers[item(id).layer];
    std::size_t place = place_[id];
    Room room;
    if (place > 0) room.low = item(layer[place - 1]).at + distance(layer[place - 1], id);
    if (place + 1 < layer.size()) room.high = item(layer[place + 1]).at - distance(id, layer[place + 1]);
    return room;
  }

  // As much of a chain at a time as finds room on one line.
  void put_in_line(const std::vector<ItemId>& chain) {
    for (std::size_t begin = 0; begin < chain.size();) {
      Room room = room_of(chain[begin]);
      double sum = item(chain[begin]).at;
      std::size_t end = begin + 1;
      for (; end < chain.size(); ++end) {
        Room both = room.meet(room_of(chain[end]));
        if (both.low > both.high) break;
        room = both;
        sum += item(chain[end]).at;
      }
      double at = std::max(room.low, std::min(room.high, sum / static_cast<double>(end - begin)));
      for (; begin < end; ++begin) item(chain[begin]).at = at;
    }
  }

  Layered* layered_;
  Flow flow_;
  std::vector<std::size_t> place_;
};

}  // namespace

void align_items(Layered& layered, Flow flow) { Aligner(layered, flow).align(); }

}  // namespace wf
