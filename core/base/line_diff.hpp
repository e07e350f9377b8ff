// Two texts compared line by line.
#pragma once
#include <string>
#include <string_view>

namespace wf {

// What differs, in the unified form without its heading: "@@ -1,3 +1,4 @@", then lines led by ' ', '-' or
// '+', with up to three equal lines around each change. Empty when the texts are equal. A text that does not
// end in a newline is marked as diff(1) does. The fewest lines are found as long as that is cheap; texts that
// have thousands of lines and little in common are shown as replaced from the first difference to the last.
std::string unified_diff(std::string_view before, std::string_view after);

}  // namespace wf
