#include "core/engine/records.hpp"

#include <algorithm>

#include "core/base/text.hpp"

namespace wf {

namespace {

constexpr std::array<std::string_view, 6> k_lookup_names{"off", "miss", "gone", "broken", "elsewhere", "refresh"};
constexpr std::array<std::string_view, 4> k_run_state_names{"running", "succeeded", "failed", "aborted"};

}  // namespace

std::string_view lookup_name(Lookup lookup) { return k_lookup_names.at(static_cast<std::size_t>(lookup)); }

std::string_view run_state_name(RunState state) { return k_run_state_names.at(static_cast<std::size_t>(state)); }

RunState run_state_of(std::string_view name) {
  const auto* found = std::find(k_run_state_names.begin(), k_run_state_names.end(), name);
  return found == k_run_state_names.end() ? RunState::aborted : static_cast<RunState>(found - k_run_state_names.begin());
}

NodePath FramePlace::path() const {
  return parent.empty() ? execution : NodePath{cat(parent, ".", execution.node), execution.element};
}

}  // namespace wf
