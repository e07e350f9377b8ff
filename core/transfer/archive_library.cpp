#include "core/transfer/archive_library.hpp"

#include <optional>

#include "core/base/loaded_library.hpp"
#include "core/transfer/codes.hpp"

namespace wf::transfer {

namespace {

bool load_writing(void* library, ArchiveLibrary& archive) {
  return load_function(library, "archive_write_new", archive.write_new) &&
         load_function(library, "archive_write_set_format_pax_restricted", archive.write_set_format) &&
         load_function(library, "archive_write_add_filter_zstd", archive.write_add_zstd) &&
         load_function(library, "archive_write_open_fd", archive.write_open_fd) &&
         load_function(library, "archive_write_header", archive.write_header) &&
         load_function(library, "archive_write_data", archive.write_data) &&
         load_function(library, "archive_write_close", archive.write_close) &&
         load_function(library, "archive_write_free", archive.write_free);
}

bool load_reading(void* library, ArchiveLibrary& archive) {
  return load_function(library, "archive_read_new", archive.read_new) &&
         load_function(library, "archive_read_support_format_tar", archive.read_support_tar) &&
         load_function(library, "archive_read_support_filter_zstd", archive.read_support_zstd) &&
         load_function(library, "archive_read_set_options", archive.read_set_options) &&
         load_function(library, "archive_read_open_fd", archive.read_open_fd) &&
         load_function(library, "archive_read_next_header", archive.read_next_header) &&
         load_function(library, "archive_read_data", archive.read_data) &&
         load_function(library, "archive_read_free", archive.read_free) &&
         load_function(library, "archive_error_string", archive.error_string) &&
         load_function(library, "archive_errno", archive.error_number);
}

bool load_entries(void* library, ArchiveLibrary& archive) {
  return load_function(library, "archive_entry_new", archive.entry_new) &&
         load_function(library, "archive_entry_free", archive.entry_free) &&
         load_function(library, "archive_entry_set_pathname", archive.entry_set_pathname) &&
         load_function(library, "archive_entry_set_size", archive.entry_set_size) &&
         load_function(library, "archive_entry_set_filetype", archive.entry_set_filetype) &&
         load_function(library, "archive_entry_set_perm", archive.entry_set_perm) &&
         load_function(library, "archive_entry_set_mtime", archive.entry_set_mtime) &&
         load_function(library, "archive_entry_pathname", archive.entry_pathname) &&
         load_function(library, "archive_entry_size", archive.entry_size) &&
         load_function(library, "archive_entry_filetype", archive.entry_filetype) &&
         load_function(library, "archive_entry_hardlink", archive.entry_hardlink);
}

std::optional<ArchiveLibrary> load_library() {
  void* library = dlopen("libarchive.so.13", RTLD_NOW | RTLD_LOCAL);
  if (library == nullptr) library = dlopen("libarchive.so", RTLD_NOW | RTLD_LOCAL);
  ArchiveLibrary archive{};
  bool is_whole = library != nullptr && load_writing(library, archive) && load_reading(library, archive) &&
                  load_entries(library, archive);
  return is_whole ? std::optional(archive) : std::nullopt;
}

}  // namespace

const ArchiveLibrary& archive_library() {
  static const std::optional<ArchiveLibrary> k_library = load_library();
  if (k_library) return *k_library;
  throw Error(codes::k_no_archive_library, "bundles need the library libarchive, which this machine has not",
              "install it: apt-get install libarchive13");
}

}  // namespace wf::transfer
