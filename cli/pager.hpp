// Output that is taller than the screen, in the pager of the user's choice.
#pragma once
#include <string>

namespace wf::cli {

// Shows `text` in $WF_PAGER, else $PAGER, else less, and waits until it is left. Leaving early is no error.
// False when there is no pager (none is set, or it cannot be started): the text is still to be printed.
bool show_in_pager(const std::string& text);

}  // namespace wf::cli
