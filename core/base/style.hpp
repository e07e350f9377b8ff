// Emphasis in text for people. It travels in the text as the sequences that terminals know (SGR); who writes
// the text out keeps them for a terminal that wants colour and takes them out for everybody else.
#pragma once
#include <string>
#include <string_view>

namespace wf {

enum class Style { bold, good, caution, bad };

// Whether a text that is rendered carries emphasis at all.
enum class Styling { plain, marked };

// `text` between the sequence that begins the style and the one that ends all.
std::string styled(Style style, std::string_view text);

// The length of a sequence as `styled` makes them at the beginning of `text`; 0: there is none.
std::size_t style_sequence(std::string_view text);

std::string without_styles(std::string_view text);

// How a state of a run, a node or an attempt looks: by its last word, as in "3 failed".
std::string styled_state(std::string_view state);

}  // namespace wf
