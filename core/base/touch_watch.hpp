// Waits for a file to be touched, or closed by a process that had it open for writing: also one that died.
#pragma once
#include <string>

#include "core/base/file.hpp"

namespace wf {

// closed: perhaps touched, too.
enum class FileNews { touched, closed };

class TouchWatch {
 public:
  // What happens to the file, which is there, after this is reported.
  explicit TouchWatch(const std::string& path);

  // Readable when something has happened.
  int descriptor() const { return inotify_.get(); }
  // Makes it wait for the next time, and says what has happened.
  FileNews clear();

 private:
  Fd inotify_;
};

}  // namespace wf
