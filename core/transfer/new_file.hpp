// A file that has no name until it is whole and durable.
#pragma once
#include <string>

#include "core/base/file.hpp"

namespace wf::transfer {

class NewFile {
 public:
  explicit NewFile(std::string path);
  NewFile(const NewFile&) = delete;
  NewFile& operator=(const NewFile&) = delete;
  ~NewFile();

  int fd() const { return fd_.get(); }
  // False: something has the name already.
  bool publish();
  // In its place, whatever has the name.
  void replace();

 private:
  bool link_to(const std::string& path) const;

  std::string path_;
  std::string name_;  // empty: it has none
  Fd fd_;
};

}  // namespace wf::transfer
