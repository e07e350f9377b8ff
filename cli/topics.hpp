// What is true of wf as a whole and belongs to no one command: short prose, shown by `wf help TOPIC` and made
// into manual pages. The texts are cli/topics/NAME.txt:
//
//     One line that says what it is about
//
//     A paragraph; commands stand in 'quotes'.
//
//     TERM
//     : what it means
//
//         an example, four blanks in
//
// The codes of errors and warnings are texts of the same form in diagnostics/LAYER.txt, each below its code;
// they are the entries of the topic 'diagnostics'.
#pragma once
#include <string>
#include <string_view>
#include <vector>

namespace wf::cli {

struct TopicBlock {
  enum class Kind { paragraph, item, code };
  Kind kind = Kind::paragraph;
  std::string term;  // of an item
  std::string text;  // without line breaks, unless it is code
};

struct Topic {
  std::string name;     // "exit-codes"
  std::string summary;  // "what the exit status says"
  std::vector<TopicBlock> blocks;
  std::vector<Topic> entries = {};  // each with a name of its own; `wf help NAME` shows it
};

// In the order of their names.
std::vector<Topic> all_topics();
// An entry for each code, by number. Its blocks are what it means, an example of what is wrong where a text
// can show it, and what to do.
std::vector<Topic> all_diagnostics();

}  // namespace wf::cli
