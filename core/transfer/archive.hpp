// A tar file as a row of plain files, each byte of which follows from their names and contents.
#pragma once
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "core/base/file.hpp"

struct archive;
struct archive_entry;

namespace wf::transfer {

enum class Compress { no, zstd };

class ArchiveWriter {
 public:
  // `path` is for messages.
  ArchiveWriter(int fd, std::string path, Compress compress);
  ArchiveWriter(const ArchiveWriter&) = delete;
  ArchiveWriter& operator=(const ArchiveWriter&) = delete;
  ~ArchiveWriter();

  void add(const std::string& name, std::string_view bytes);
  // `size` bytes, which come by write().
  void begin(const std::string& name, std::int64_t size);
  void write(std::string_view bytes);
  void finish();

 private:
  [[noreturn]] void fail() const;

  archive* archive_;
  archive_entry* entry_;
  std::string path_;
};

struct ArchiveEntry {
  std::string name;
  std::int64_t size = 0;
  bool is_file = false;  // and no link
};

class ArchiveReader {
 public:
  explicit ArchiveReader(const std::string& path);
  ArchiveReader(const ArchiveReader&) = delete;
  ArchiveReader& operator=(const ArchiveReader&) = delete;
  ~ArchiveReader();

  // nullopt: at the end. Throws Error(k_not_a_bundle) at the first entry, Error(k_bundle_damaged) later on.
  std::optional<ArchiveEntry> next();
  // The bytes of the entry, in pieces.
  void read(const std::function<void(std::string_view)>& take);
  const std::string& path() const { return path_; }

 private:
  [[noreturn]] void fail() const;

  std::string path_;
  Fd fd_;
  archive* archive_;
  bool any_ = false;
};

}  // namespace wf::transfer
