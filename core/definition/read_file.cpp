#include "core/definition/read_file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>

#include "core/base/codes.hpp"
#include "core/base/file.hpp"
#include "core/base/text.hpp"

namespace wf {

namespace {

// Far more than any limit: what is larger is not even read.
constexpr std::int64_t k_unreadable_bytes = std::int64_t{1} << 30U;

// Whether the root is a mapping; reports an empty file and anything else.
bool has_root_mapping(const SourceText& source, const YamlTree& tree, Decoder& decoder,
                      Diagnostics& diagnostics, std::string_view expected) {
  if (tree.empty() || tree.kind(tree.root()) == YamlKind::null) {
    diagnostics.add({codes::k_empty_file,
                     Severity::error,
                     source.place(0, 1),
                     "the file holds nothing",
                     std::string(expected),
                     {},
                     {}});
    return false;
  }
  return decoder.expect(tree.root(), YamlKind::mapping, expected);
}

// Of what has no size, such as a pipe or a device, which may never end.
std::string read_stream(const std::string& path, std::size_t most) {
  Fd fd = open_file(path, O_RDONLY);
  std::string text;
  std::array<char, std::size_t{64} * 1024> part{};
  while (text.size() < most) {
    ssize_t done = ::read(fd.get(), part.data(), std::min(part.size(), most - text.size()));
    if (done < 0 && errno == EINTR) continue;
    if (done < 0) throw_errno("read", path);
    if (done == 0) break;
    text.append(part.data(), static_cast<std::size_t>(done));
  }
  return text;
}

}  // namespace

std::string read_text(const std::string& path) {
  auto info = stat_if_exists(path);
  if (info && S_ISDIR(info->st_mode)) {
    throw Error(codes::k_not_a_file, cat("'", path, "' is a folder, not a file"), "name the file in it");
  }
  if (info && info->st_size > k_unreadable_bytes) {
    throw Error(codes::k_system_call,
                cat("'", path, "' has ", human_bytes(info->st_size), ", which is no definition"));
  }
  if (!info || S_ISREG(info->st_mode)) return read_file(path);
  return read_stream(path, LoadLimits().file_bytes + 1);
}

std::string read_regular(const std::string& path) {
  auto info = stat_if_exists(path);
  bool other = info && !S_ISREG(info->st_mode) && !S_ISDIR(info->st_mode);
  if (other)
    throw Error(codes::k_not_a_file, cat("'", path, "' is no regular file"), "put a file in its place");
  return read_text(path);
}

std::optional<std::string> read_regular_if_exists(const std::string& path) {
  return stat_if_exists(path) ? std::optional(read_regular(path)) : std::nullopt;
}

void read_mapping(const std::string& path, FileText& file, const LoadLimits& limits,
                  std::string_view expected, const std::function<void(Decoder& decoder)>& visit) {
  SourceText source(path, file.text);
  auto tree = parse_yaml(source, limits, file.diagnostics);
  if (!tree) return;
  Decoder decoder(source, *tree, file.diagnostics);
  if (has_root_mapping(source, *tree, decoder, file.diagnostics, expected)) visit(decoder);
}

void check_format(Decoder& decoder, YamlId at, std::string_view key) {
  std::string version;
  if (!decoder.expect_text(at, version, "v1") || version == "v1") return;
  decoder.error(at, {codes::k_unsupported_format, cat("this wf does not read format '", version, "'"), "v1",
                     cat("write '", key, ": v1', or use a wf that knows that format")});
}

}  // namespace wf
