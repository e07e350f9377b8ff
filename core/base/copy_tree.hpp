// A folder with all that is in it, once more.
#pragma once
#include <stop_token>
#include <string>

namespace wf {

// Copies what is in the folder `from` to the new folder `to`: files with their holes, symbolic links, hard
// links among them, modes and times of change. Sockets, fifos and devices are left out; owners are those of
// who copies. Throws Error that names the path, and Stopped; what is there then is not whole.
void copy_tree(const std::string& from, const std::string& to, const std::stop_token& stop = {});

}  // namespace wf
