// The things of a kind that there are, for completion.
#pragma once
#include <string>
#include <utility>
#include <vector>

#include "cli/command.hpp"

namespace wf::cli {

// A text that ends in '/', '=', ':' or '[' is not whole yet. ":files" and ":folders" stand for paths.
struct Candidate {
  std::string text;
  std::string help = {};
};
using Candidates = std::vector<Candidate>;

// A value that stands before the cursor already.
struct Given {
  std::vector<Kind> kinds;
  std::string value;
};

struct Question {
  std::vector<Kind> kinds;
  std::string word;  // as far as it is typed
  std::vector<Given> given;
};

// What may follow the words of a group, or of nothing, and what each is about.
Candidates words_after(const std::vector<Command>& commands, const std::string& group);

// Opens the store only for kinds that are in it, and for reading. Throws what the store throws.
Candidates candidates_of(const Context& context, const std::vector<Command>& commands,
                         const Question& question);

}  // namespace wf::cli
