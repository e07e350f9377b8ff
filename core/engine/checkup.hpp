// What a backend finds out about where it is: what works there, and how to get what does not.
#pragma once
#include <string>
#include <vector>

namespace wf {

struct Checkup {
  std::string check;  // "limits of memory"
  bool works = false;
  bool needed = false;  // without it nothing runs there
  std::string found;    // "by control groups", "no bubblewrap on PATH"
  std::string advice;   // empty where it works
};

}  // namespace wf
