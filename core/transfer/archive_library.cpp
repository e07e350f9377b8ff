#include "core/transfer/archive_library.hpp"

#include <optional>

#include "core/base/loaded_library.hpp"
#include "core/transfer/codes.hpp"

namespace wf::transfer {

namespace {

std::optional<ArchiveLibrary> load_library() {
  ArchiveLibrary archive{};
  const bool is_whole =
      load_functions({"libarchive.so.13", "libarchive.so"},
                     {
                         {"archive_write_new", archive.write_new},
                         {"archive_write_set_format_pax_restricted", archive.write_set_format},
                         {"archive_write_add_filter_zstd", archive.write_add_zstd},
                         {"archive_write_open_fd", archive.write_open_fd},
                         {"archive_write_header", archive.write_header},
                         {"archive_write_data", archive.write_data},
                         {"archive_write_close", archive.write_close},
                         {"archive_write_free", archive.write_free},
                         {"archive_read_new", archive.read_new},
                         {"archive_read_support_format_tar", archive.read_support_tar},
                         {"archive_read_support_filter_zstd", archive.read_support_zstd},
                         {"archive_read_set_options", archive.read_set_options},
                         {"archive_read_open_fd", archive.read_open_fd},
                         {"archive_read_next_header", archive.read_next_header},
                         {"archive_read_data", archive.read_data},
                         {"archive_read_free", archive.read_free},
                         {"archive_error_string", archive.error_string},
                         {"archive_errno", archive.error_number},
                         {"archive_entry_new", archive.entry_new},
                         {"archive_entry_free", archive.entry_free},
                         {"archive_entry_set_pathname", archive.entry_set_pathname},
                         {"archive_entry_set_size", archive.entry_set_size},
                         {"archive_entry_set_filetype", archive.entry_set_filetype},
                         {"archive_entry_set_perm", archive.entry_set_perm},
                         {"archive_entry_set_mtime", archive.entry_set_mtime},
                         {"archive_entry_pathname", archive.entry_pathname},
                         {"archive_entry_size", archive.entry_size},
                         {"archive_entry_filetype", archive.entry_filetype},
                         {"archive_entry_hardlink", archive.entry_hardlink},
                     });
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
