#include "core/transfer/archive.hpp"

#include <fcntl.h>

#include <array>
#include <cerrno>

#include "core/base/text.hpp"
#include "core/transfer/archive_library.hpp"
#include "core/transfer/codes.hpp"

namespace wf::transfer {

namespace {

std::string reason_of(archive* of) {
  const char* text = archive_library().error_string(of);
  return text == nullptr ? "no reason is known" : escape_terminal(text);
}

// The library gives a warning for what it could do in another way than asked: here nothing can.
bool is_done(la_ssize_t code) { return code >= ARCHIVE_OK; }

}  // namespace

ArchiveWriter::ArchiveWriter(int fd, std::string path, Compress compress)
    : archive_(archive_library().write_new()), entry_(archive_library().entry_new()), path_(std::move(path)) {
  const ArchiveLibrary& library = archive_library();
  bool opened = is_done(library.write_set_format(archive_)) &&
                (compress == Compress::no || is_done(library.write_add_zstd(archive_))) &&
                is_done(library.write_open_fd(archive_, fd));
  if (!opened) fail();
}

ArchiveWriter::~ArchiveWriter() {
  archive_library().entry_free(entry_);
  archive_library().write_free(archive_);
}

void ArchiveWriter::fail() const {
  int error = archive_library().error_number(archive_);
  errno = error > 0 ? error : EIO;
  throw_errno("write", path_);
}

void ArchiveWriter::begin(const std::string& name, std::int64_t size) {
  const ArchiveLibrary& library = archive_library();
  library.entry_set_pathname(entry_, name.c_str());
  library.entry_set_size(entry_, size);
  library.entry_set_filetype(entry_, AE_IFREG);
  library.entry_set_perm(entry_, 0444);
  library.entry_set_mtime(entry_, 0, 0);
  if (!is_done(library.write_header(archive_, entry_))) fail();
}

void ArchiveWriter::write(std::string_view bytes) {
  while (!bytes.empty()) {
    la_ssize_t written = archive_library().write_data(archive_, bytes.data(), bytes.size());
    if (written <= 0) fail();
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
}

void ArchiveWriter::add(const std::string& name, std::string_view bytes) {
  begin(name, static_cast<std::int64_t>(bytes.size()));
  write(bytes);
}

void ArchiveWriter::finish() {
  if (!is_done(archive_library().write_close(archive_))) fail();
}

ArchiveReader::ArchiveReader(const std::string& path)
    : path_(path), fd_(open_file(path, O_RDONLY)), archive_(archive_library().read_new()) {
  constexpr std::size_t k_block = std::size_t{1} << 16U;
  const ArchiveLibrary& library = archive_library();
  // So that what follows the end is read as well, and is an entry or damage.
  bool opened = is_done(library.read_support_tar(archive_)) && is_done(library.read_support_zstd(archive_)) &&
                is_done(library.read_set_options(archive_, "read_concatenated_archives")) &&
                is_done(library.read_open_fd(archive_, fd_.get(), k_block));
  if (!opened) fail();
}

ArchiveReader::~ArchiveReader() { archive_library().read_free(archive_); }

void ArchiveReader::fail() const {
  if (!any_) {
    throw Error(codes::k_not_a_bundle, cat("'", path_, "' is no bundle: ", reason_of(archive_)),
                "name a file that 'wf export' wrote");
  }
  throw Error(codes::k_bundle_damaged, cat("the bundle '", path_, "' is damaged: ", reason_of(archive_)),
              "copy it again from where it was made");
}

std::optional<ArchiveEntry> ArchiveReader::next() {
  const ArchiveLibrary& library = archive_library();
  archive_entry* entry = nullptr;
  int code = library.read_next_header(archive_, &entry);
  if (code == ARCHIVE_EOF) return std::nullopt;
  if (!is_done(code)) fail();
  any_ = true;
  const char* name = library.entry_pathname(entry);
  bool is_file = library.entry_filetype(entry) == AE_IFREG && library.entry_hardlink(entry) == nullptr;
  return ArchiveEntry{name == nullptr ? "" : name, library.entry_size(entry), is_file};
}

void ArchiveReader::read(const std::function<void(std::string_view)>& take) {
  constexpr std::size_t k_piece = std::size_t{1} << 18U;
  auto piece = std::make_unique<char[]>(k_piece);
  while (true) {
    la_ssize_t got = archive_library().read_data(archive_, piece.get(), k_piece);
    if (got < 0) fail();
    if (got == 0) return;
    take({piece.get(), static_cast<std::size_t>(got)});
  }
}

}  // namespace wf::transfer
