#include <array>

#include "core/engine/prediction.hpp"

namespace wf {

std::string_view fate_name(Fate fate) {
  constexpr std::array<std::string_view, 8> k_names{"run",   "reuse",   "skip", "fail",
                                                    "never", "nothing", "wait", "unknown"};
  return k_names.at(static_cast<std::size_t>(fate));
}

std::string_view doubt_name(Doubt doubt) {
  constexpr std::array<std::string_view, 7> k_names{"input",       "length", "condition", "choice",
                                                    "same_result", "enough", "failure"};
  return k_names.at(static_cast<std::size_t>(doubt));
}

}  // namespace wf
