// What stdout and stderr lead to, and text made fit for it. Everything that commands print passes through
// here.
#pragma once
#include <string>
#include <string_view>

#include "cli/context.hpp"

namespace wf::cli {

enum class Stream { out, err };

// Without a terminal only `color` can be set (--color always): files and pipes get the same bytes everywhere.
struct Terminal {
  bool present = false;
  bool color = false;
  bool redraws = false;     // not TERM=dumb: lines can be written again, and a pager works
  bool utf8 = true;         // by the caller's locale
  std::size_t columns = 0;  // 0: no limit
  std::size_t rows = 0;

  std::string_view ellipsis() const { return utf8 ? "…" : "..."; }
};

// By isatty(), TERM, NO_COLOR, the locale, COLUMNS and LINES, the window's size, and --color.
Terminal terminal_of(Stream stream, const Globals& globals = {});

// Bytes that came from outside: as they are, and on a terminal with nothing in them that commands it.
std::string fit_bytes(const Terminal& terminal, std::string_view bytes);
// Text of ours with styles in it; all else is treated as above.
std::string fit_text(const Terminal& terminal, std::string_view text);

// How many lines of the terminal a text takes.
std::size_t lines_on(const Terminal& terminal, std::string_view text);

}  // namespace wf::cli
