// Waits for a file to be touched, or closed by a process that had it open for writing: also one that died.
#pragma once
#include <string>

#include "core/base/file_notices.hpp"

namespace wf {

// closed: perhaps touched, too.
enum class FileNews { touched, closed };

class TouchWatch {
 public:
  // What happens to the file, which is there, after this is reported.
  explicit TouchWatch(const std::string& path);

  // Readable when something has happened.
  int descriptor() const { return notices_.descriptor(); }
  // Makes it wait for the next time, and says what has happened.
  FileNews clear();

 private:
  FileNotices notices_;
};

}  // namespace wf
