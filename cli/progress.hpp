// How a run looks while it goes: redrawn lines on a terminal, one plain line for each event elsewhere. On
// stderr.
#pragma once
#include <map>
#include <memory>
#include <string>

#include "core/base/clock.hpp"
#include "core/base/event_loop.hpp"
#include "core/engine/observer.hpp"

namespace wf::cli {

enum class ProgressStyle { none, plain, terminal };
ProgressStyle progress_style(const struct Context& context);

// For a terminal it keeps a timer on `loop`, so that elapsed times move; the other styles only write when
// told.
std::unique_ptr<RunObserver> make_progress(ProgressStyle style, EventLoop& loop, const Clock& clock);

}  // namespace wf::cli
