#include "core/engine/collect_report.hpp"

#include "core/base/file.hpp"
#include "core/base/text.hpp"
#include "core/catalog/report_files.hpp"
#include "core/engine/collect.hpp"

namespace wf {

namespace {

class ReportCollector {
 public:
  explicit ReportCollector(BlobStore& blobs) : blobs_(blobs) {}

  void take(const std::string& folder, const std::string& name) {
    std::string path = cat(folder, '/', name);
    auto info = lstat_if_exists(path);
    if (!info) return;
    ReportFile file{report_name(name), info->st_size, std::nullopt, refusal(name, *info)};
    if (file.left_out.empty()) read(path, file);
    if (file.content) {
      kept_bytes_ += file.size;
      ++kept_;
    } else if (++left_out_ > k_report_left_out) {
      return;
    }
    files_.push_back(std::move(file));
  }

  std::vector<ReportFile> files() {
    if (left_out_ > k_report_left_out)
      files_.push_back({std::string(k_report_rest), 0, std::nullopt,
                        cat("and ", left_out_ - k_report_left_out, " more that are left out: the first ",
                            k_report_left_out, " are named")});
    return std::move(files_);
  }

 private:
  // Why it is not taken; empty when it is.
  std::string refusal(const std::string& name, const struct stat& info) const {
    if (S_ISDIR(info.st_mode)) return "a folder: only files are shown";
    if (!S_ISREG(info.st_mode)) return "no regular file";
    if (!report_kind(name)) return "of no kind that a report shows";
    if (info.st_size > k_report_file_bytes)
      return cat("too large: a file may have ", human_bytes(k_report_file_bytes));
    if (kept_bytes_ + info.st_size > k_report_bytes)
      return cat("too much: the files of an attempt may have ", human_bytes(k_report_bytes), " together");
    if (kept_ >= k_report_files) return cat("too many: the first ", k_report_files, " are kept");
    return {};
  }

  void read(const std::string& path, ReportFile& file) {
    try {
      file.content = blobs_.take_file(path);
    } catch (const Error& error) {
      if (!is_of_the_task(error)) throw;
      file.left_out = "it could not be read";
    }
  }

  BlobStore& blobs_;
  std::int64_t kept_bytes_ = 0;
  std::size_t kept_ = 0;
  std::size_t left_out_ = 0;
  std::vector<ReportFile> files_;
};

}  // namespace

std::vector<ReportFile> collect_report(const std::string& folder, BlobStore& blobs) {
  auto info = lstat_if_exists(folder);
  if (!info || !S_ISDIR(info->st_mode)) return {};
  ReportCollector collector(blobs);
  try {
    for (const std::string& name : list_folder(folder)) collector.take(folder, name);
  } catch (const Error& error) {
    if (!is_of_the_task(error)) throw;
    return {{"_report", 0, std::nullopt, "the folder could not be read"}};
  }
  return collector.files();
}

}  // namespace wf
