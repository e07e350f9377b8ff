#include "core/drawing/ranks.hpp"

#include <algorithm>

namespace wf {

namespace {

constexpr int k_rounds = 6;

class Ranking {
 public:
  explicit Ranking(const Network& network)
      : network_(&network), out_(network.boxes.size()), in_(network.boxes.size()) {
    ranks_.of.resize(network.boxes.size());
    ranks_.closes_a_cycle.resize(network.links.size());
    for (std::size_t i = 0; i < network.links.size(); ++i) out_[network.links[i].from].push_back(i);
  }

  Ranks find() {
    sort();
    for (std::size_t box : order_) push_down(box);
    for (int round = 0; round < k_rounds; ++round) tighten();
    close_gaps();
    return std::move(ranks_);
  }

 private:
  struct Step {
    std::size_t box = 0;
    std::size_t next = 0;  // of its links
  };
  enum class State { fresh, open, done };

  // A topological order by depth-first search without recursion; a link back to an open box closes a cycle.
  void sort() {
    std::vector<State> states(network_->boxes.size(), State::fresh);
    for (std::size_t i = states.size(); i-- > 0;) {
      if (states[i] == State::fresh) visit(i, states);
    }
    std::reverse(order_.begin(), order_.end());
    for (std::size_t i = 0; i < network_->links.size(); ++i) {
      if (!ranks_.closes_a_cycle[i]) in_[network_->links[i].to].push_back(i);
    }
    for (std::vector<std::size_t>& links : out_)
      std::erase_if(links, [&](std::size_t link) { return ranks_.closes_a_cycle[link]; });
  }

  void visit(std::size_t start, std::vector<State>& states) {
    std::vector<Step> path{{start}};
    states[start] = State::open;
    while (!path.empty()) {
      Step& step = path.back();
      if (step.next == out_[step.box].size()) {
        states[step.box] = State::done;
        order_.push_back(step.box);
        path.pop_back();
        continue;
      }
      std::size_t link = out_[step.box][step.next++];
      std::size_t to = network_->links[link].to;
      if (states[to] == State::open) ranks_.closes_a_cycle[link] = true;
      if (states[to] != State::fresh) continue;
      states[to] = State::open;
      path.push_back({to});
    }
  }

  void push_down(std::size_t box) {
    for (std::size_t link : out_[box]) {
      std::size_t& rank = ranks_.of[network_->links[link].to];
      rank = std::max(rank, ranks_.of[box] + 1);
    }
  }

  // The sum of all lengths falls when a box goes to where it has more links; on a tie it goes along with what
  // it leads to, so that whole chains follow.
  void tighten() {
    for (auto box = order_.rbegin(); box != order_.rend(); ++box) {
      if (out_[*box].empty() || out_[*box].size() < in_[*box].size()) continue;
      std::size_t latest = static_cast<std::size_t>(-1);
      for (std::size_t link : out_[*box]) latest = std::min(latest, ranks_.of[network_->links[link].to] - 1);
      ranks_.of[*box] = latest;
    }
    for (std::size_t box : order_) {
      if (in_[box].size() <= out_[box].size()) continue;
      std::size_t earliest = 0;
      for (std::size_t link : in_[box])
        earliest = std::max(earliest, ranks_.of[network_->links[link].from] + 1);
      ranks_.of[box] = earliest;
    }
  }

  void close_gaps() {
    std::size_t most = 0;
    for (std::size_t rank : ranks_.of) most = std::max(most, rank);
    std::vector<std::size_t> place(most + 2);
    for (std::size_t rank : ranks_.of) place[rank + 1] = 1;
    for (std::size_t rank = 1; rank < place.size(); ++rank) place[rank] += place[rank - 1];
    for (std::size_t& rank : ranks_.of) rank = place[rank];
    ranks_.count = place.back();
  }

  const Network* network_;
  std::vector<std::vector<std::size_t>> out_;  // links by their box
  std::vector<std::vector<std::size_t>> in_;
  std::vector<std::size_t> order_;
  Ranks ranks_;
};

}  // namespace

Ranks rank_boxes(const Network& network) { return Ranking(network).find(); }

}  // namespace wf
