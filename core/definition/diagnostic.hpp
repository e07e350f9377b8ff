// Mistakes in a user's definition: collected, never the first one only, sorted by place, shown with the line
// itself.
#pragma once
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/json.hpp"
#include "core/base/style.hpp"

namespace wf {

// A stretch of a source text. Lines and columns count from 1, columns in code points.
struct Place {
  std::string file;  // as the user gave it
  int line = 0;      // 0: no place
  int column = 0;
  int length = 1;    // code points on that line; at least 1
  std::string text;  // the line itself, without its end; of one over 1000 bytes what is around
  int text_column = 1;  // where `text` begins on it
  bool operator==(const Place&) const = default;
};

enum class Severity { error, warning };

struct Note {
  Place place;
  std::string text;  // "first given here"
};

struct Diagnostic {
  std::string_view code;  // "WF-E1003", or "WF-W1501" for a warning; see codes.hpp
  Severity severity = Severity::error;
  Place place;
  std::string message;   // what is wrong, naming the object
  std::string expected;  // what was expected there; may be empty
  std::string hint;      // what to do; may be empty
  std::vector<Note> notes;
  std::string replacement = {};  // for what is marked, where only one thing can be meant
};

class Diagnostics {
 public:
  void add(Diagnostic diagnostic) { items_.push_back(std::move(diagnostic)); }
  void add(const Diagnostics& others) {
    items_.insert(items_.end(), others.items_.begin(), others.items_.end());
  }
  bool has_errors() const;
  std::size_t error_count() const;
  std::size_t warning_count() const;
  // By file, line, column, then code.
  std::vector<Diagnostic> sorted() const;

 private:
  std::vector<Diagnostic> items_;
};

// "file:line:column: error: message [code]", the source line, a caret line, then expected, notes and hint.
// Text from the file is escaped for terminals.
std::string render(const Diagnostic& diagnostic, Styling styling = Styling::plain);
Json to_json(const Diagnostic& diagnostic);

}  // namespace wf
