// Sees which files are written to, how far they have got, and in what order.
//
// The kernel tells of each write in order, but not how much it was, and leaves out what says the same as the
// event before. So a file is watched twice, by its folder and by itself: then no two events in a row are the
// same, and there is one by the folder for each write. How far a file has got is looked at when events are
// taken. Writes of one file with none of another between them are one growth. Where others are between, it is
// divided: one line to each write when there are as many, else evenly. A file has grown a
// moment before the kernel tells of it: what is looked at just then counts to the write before.
#pragma once
#include <array>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "core/base/clock.hpp"
#include "core/base/file_notices.hpp"

namespace wf {

class WriteWatch {
 public:
  static constexpr std::size_t k_files = 2;
  using Names = std::array<std::string_view, k_files>;
  // Up to `end` file number `file` of a folder had been written at `time_us`. No two have the same time. An
  // end before the last one: it was cut.
  struct Growth {
    std::uint64_t folder = 0;
    std::size_t file = 0;
    std::int64_t end = 0;
    std::int64_t time_us = 0;
  };

  // The files of each folder are called `names`. `clock` must outlive it.
  WriteWatch(const Clock& clock, Names names);

  // -1 where the system has no more of them: then nothing is seen. Readable when take() has something to
  // tell.
  int descriptor() const { return notices_.descriptor(); }

  // Whether both files are still to be opened, and made or emptied by that; or stand there: then what is in
  // them already is no news.
  enum class Files { to_come, there };
  // False, with errno, where they cannot be watched: then nothing is seen of them.
  bool add(std::uint64_t id, const std::string& folder, Files files);
  // The files have come.
  void add_files(std::uint64_t id);
  void remove(std::uint64_t id);

  // All growth since the last call.
  std::vector<Growth> take();

 private:
  struct File {
    std::uint64_t folder = 0;
    std::size_t number = 0;
    std::string path;
    bool opened = false;
    std::int64_t seen = 0;  // how far growth was told
    std::int64_t size = 0;
    int watch = -1;
  };
  struct Folder {
    int watch = -1;
    std::array<File, k_files> files;
  };
  using Writes = std::map<File*, std::vector<std::size_t>>;  // at which places of the order
  struct Part {
    std::size_t place;
    const File* file;
    std::int64_t end;
  };

  void hear(const FileNotices::Notice& notice, std::vector<File*>& order);
  bool read_events(std::vector<File*>& order);
  static void look(File& file);
  static std::vector<Part> parts_of(const File& file, const std::vector<std::size_t>& places, bool alone);
  std::vector<Growth> timed(std::vector<Part> parts);
  void retire(int watch);

  const Clock& clock_;
  Names names_;
  FileNotices notices_;
  std::unordered_map<std::uint64_t, Folder> folders_;
  std::unordered_map<int, std::uint64_t> by_watch_;
  std::vector<int> retired_;  // still heard, and of nobody
  std::int64_t last_us_ = 0;
};

}  // namespace wf
