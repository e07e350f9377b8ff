// How a child that is being started hands over the listener of its filter: it shares memory with its parent then, but no
// descriptors.
#pragma once
#include "core/base/file.hpp"

namespace wf {

// In the child: only system calls, none of which a filter may wait for. False, with errno: nobody has taken it.
bool give_listener(int door, int listener) noexcept;

// At the other end of the door: takes it and lets the child go on. An empty one: the child is gone, or there is no
// descriptor to be had, and then the child fails to start.
Fd take_listener(int door);

}  // namespace wf
