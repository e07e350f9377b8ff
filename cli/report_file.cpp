#include "cli/report_file.hpp"

#include <fcntl.h>

#include "core/base/file.hpp"

namespace wf::cli {

void write_report(const std::string& path, const std::string& text) {
  auto info = stat_if_exists(path);
  if (!info || S_ISREG(info->st_mode))
    return replace_file_durably(end_of_links(path), text, info ? info->st_mode & 0777U : 0644);
  Fd file = open_file(path, O_WRONLY);
  write_all(file.get(), text, path);
}

}  // namespace wf::cli
