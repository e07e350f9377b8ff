// A stream of an attempt on its way into a file, without the values of its secrets.
#pragma once
#include <string>

#include "core/base/event_loop.hpp"
#include "core/base/file.hpp"
#include "core/base/pipe.hpp"
#include "core/secrets/mask.hpp"

namespace wf {

class MaskedLog {
 public:
  // All but `path` must outlive it. The file is made 0600, or emptied.
  // What is to be read comes by `pipe`.
  MaskedLog(EventLoop& loop, const Mask& mask, std::string path, Pipe pipe = make_pipe(Reader::polls));
  MaskedLog(const MaskedLog&) = delete;
  MaskedLog& operator=(const MaskedLog&) = delete;
  ~MaskedLog();

  int write_end() const { return write_.get(); }
  // The attempt has a copy of its own now.
  void close_write_end() { write_.reset(); }
  // Nobody writes any more: what is in the pipe still, and what was held back.
  void finish();

 private:
  bool take();
  void stop();

  EventLoop& loop_;
  MaskedStream masked_;
  std::string path_;
  Fd file_;
  Fd read_;
  Fd write_;
};

}  // namespace wf
