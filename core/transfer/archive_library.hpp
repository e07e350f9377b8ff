// libarchive, loaded when a bundle is written or read: linked, it would pull a dozen libraries into the start
// of every command.
#pragma once
#include <archive.h>
#include <archive_entry.h>

namespace wf::transfer {

struct ArchiveLibrary {
  decltype(&archive_write_new) write_new;
  decltype(&archive_write_set_format_pax_restricted) write_set_format;
  decltype(&archive_write_add_filter_zstd) write_add_zstd;
  decltype(&archive_write_open_fd) write_open_fd;
  decltype(&archive_write_header) write_header;
  decltype(&archive_write_data) write_data;
  decltype(&archive_write_close) write_close;
  decltype(&archive_write_free) write_free;
  decltype(&archive_read_new) read_new;
  decltype(&archive_read_support_format_tar) read_support_tar;
  decltype(&archive_read_support_filter_zstd) read_support_zstd;
  decltype(&archive_read_set_options) read_set_options;
  decltype(&archive_read_open_fd) read_open_fd;
  decltype(&archive_read_next_header) read_next_header;
  decltype(&archive_read_data) read_data;
  decltype(&archive_read_free) read_free;
  decltype(&archive_error_string) error_string;
  decltype(&archive_errno) error_number;
  decltype(&archive_entry_new) entry_new;
  decltype(&archive_entry_free) entry_free;
  decltype(&archive_entry_set_pathname) entry_set_pathname;
  decltype(&archive_entry_set_size) entry_set_size;
  decltype(&archive_entry_set_filetype) entry_set_filetype;
  decltype(&archive_entry_set_perm) entry_set_perm;
  decltype(&archive_entry_set_mtime) entry_set_mtime;
  decltype(&archive_entry_pathname) entry_pathname;
  decltype(&archive_entry_size) entry_size;
  decltype(&archive_entry_filetype) entry_filetype;
  decltype(&archive_entry_hardlink) entry_hardlink;
};

// Loaded once. Throws Error(k_no_archive_library) when this machine has none.
const ArchiveLibrary& archive_library();

}  // namespace wf::transfer
