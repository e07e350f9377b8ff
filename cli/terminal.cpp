#include "cli/terminal.hpp"

#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <optional>

#include "core/base/environment.hpp"
#include "core/base/style.hpp"
#include "core/base/text.hpp"

namespace wf::cli {

namespace {

// The name says it, also where the locale itself is not installed.
bool is_utf8_locale() {
  for (const char* name : {"LC_ALL", "LC_CTYPE", "LANG"}) {
    std::optional<std::string> value = environment(name);
    if (!value) continue;
    for (std::string_view spelling : {"UTF-8", "utf-8", "UTF8", "utf8"}) {
      if (value->find(spelling) != std::string::npos) return true;
    }
    return false;
  }
  return false;
}

std::size_t extent(const char* name, unsigned short asked, std::size_t otherwise) {
  std::int64_t given = parse_int(environment(name).value_or("")).value_or(0);
  if (given > 0) return static_cast<std::size_t>(given);
  return asked > 0 ? asked : otherwise;
}

bool wants_color(const Terminal& terminal, const Globals& globals) {
  if (globals.color != "auto") return globals.color == "always";
  return terminal.redraws && !environment("NO_COLOR");
}

std::string escape(const Terminal& terminal, std::string_view text) {
  std::string safe = escape_terminal(text, Lines::multiline);
  return terminal.utf8 ? safe : ascii_text(safe);
}

}  // namespace

Terminal terminal_of(Stream stream, const Globals& globals) {
  int fd = stream == Stream::out ? STDOUT_FILENO : STDERR_FILENO;
  Terminal terminal;
  terminal.present = ::isatty(fd) == 1;
  if (terminal.present) {
    winsize size{};
    static_cast<void>(::ioctl(fd, TIOCGWINSZ, &size));  // where it fails the size stays 0
    terminal.redraws = environment("TERM").value_or("dumb") != "dumb";
    terminal.utf8 = is_utf8_locale();
    terminal.columns = extent("COLUMNS", size.ws_col, 80);
    terminal.rows = extent("LINES", size.ws_row, 24);
  }
  terminal.color = wants_color(terminal, globals);
  return terminal;
}

std::string fit_bytes(const Terminal& terminal, std::string_view bytes) {
  return terminal.present ? escape(terminal, bytes) : std::string(bytes);
}

std::string fit_text(const Terminal& terminal, std::string_view text) {
  if (!terminal.present) return terminal.color ? std::string(text) : without_styles(text);
  std::string out;
  while (!text.empty()) {
    std::size_t length = style_sequence(text);
    if (length > 0) {
      if (terminal.color) out += text.substr(0, length);
    } else {
      length = std::min(text.find('\x1b', 1), text.size());
      out += escape(terminal, text.substr(0, length));
    }
    text.remove_prefix(length);
  }
  return out;
}

std::size_t lines_on(const Terminal& terminal, std::string_view text) {
  std::size_t lines = 0;
  for (std::string_view line : split(text.ends_with('\n') ? text.substr(0, text.size() - 1) : text, '\n')) {
    std::size_t width = display_width(line);
    lines += width == 0 || terminal.columns == 0 ? 1 : (width - 1) / terminal.columns + 1;
  }
  return lines;
}

}  // namespace wf::cli
