#include "cli/report/task_files.hpp"

#include <algorithm>
#include <array>
#include <map>

#include "cli/codes.hpp"
#include "core/base/base64.hpp"
#include "core/base/file.hpp"
#include "core/base/json_members.hpp"
#include "core/base/text.hpp"

namespace wf::cli {

namespace {

constexpr std::int64_t k_page_bytes = std::int64_t{24} << 20U;  // of all contents in one page

using Stored = std::map<AttemptKey, std::vector<StoredReportFile>>;

// Those of several runs, each read once.
class StoredFiles {
 public:
  explicit StoredFiles(Database& database) : database_(&database) {}

  const std::vector<StoredReportFile>& of(const AttemptKey& key) {
    static const std::vector<StoredReportFile> k_none;
    auto [run, is_new] = runs_.try_emplace(key.run);
    if (is_new) run->second = report_files_of(*database_, key.run);
    auto found = run->second.find(key);
    return found == run->second.end() ? k_none : found->second;
  }

 private:
  Database* database_;
  std::map<RunKey, Stored> runs_;
};

// Whether the name of an element stands there, and not one that begins with it, as `metadata` does.
bool is_name(std::string_view at, std::string_view name) {
  constexpr std::string_view k_after = " \t\n\f\r/>";
  return at.size() > name.size() && lower_ascii(at.substr(0, name.size())) == name &&
         k_after.find(at[name.size()]) != std::string_view::npos;
}

// Elements that could load or lead to something else have another name, which means nothing. The frame runs
// no scripts and its policy allows no requests; but a link may still have a browser look up a host.
std::string without_loading(const std::string& markup) {
  constexpr std::array<std::string_view, 3> k_names{"link", "meta", "base"};
  std::string out;
  for (std::size_t i = 0; i < markup.size(); ++i) {
    out += markup[i];
    if (markup[i] != '<') continue;
    std::string_view after = std::string_view(markup).substr(i + 1);
    if (std::any_of(k_names.begin(), k_names.end(),
                    [&](std::string_view name) { return is_name(after, name); }))
      out += "x-";
  }
  return out;
}

std::string framed(const std::string& markup) {
  return cat(
      "<!doctype html><meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; "
      "img-src data:; style-src 'unsafe-inline'\"><meta http-equiv=\"x-dns-prefetch-control\" "
      "content=\"off\"><meta name=\"color-scheme\" content=\"light\">\n",
      without_loading(markup));
}

std::string shown(ReportKind kind, const std::string& name, const std::string& bytes) {
  if (kind == ReportKind::picture) return cat("data:", media_type(name), ";base64,", to_base64(bytes));
  std::string text = as_text(bytes);
  return kind == ReportKind::text ? text : framed(text);
}

std::string_view kind_name(ReportKind kind) {
  constexpr std::array<std::string_view, 4> k_names{"page", "drawing", "picture", "text"};
  return k_names.at(static_cast<std::size_t>(kind));
}

class Contents {
 public:
  explicit Contents(BlobStore& blobs) : blobs_(&blobs) {}

  Json file_json(const TaskFile& one) {
    ReportKind kind = report_kind(one.file.name).value_or(ReportKind::text);
    std::string left_out = one.file.left_out;
    Json content = one.file.blob ? place_of(one.file, kind, left_out) : Json();
    Json json = Json::object();
    json.add("node", one.path.text()).add("attempt", one.attempt).add("made_by", or_null(one.made_by));
    json.add("name", one.file.name).add("size", human_bytes(one.file.size)).add("kind", kind_name(kind));
    return json.add("content", std::move(content)).add("left_out", or_null(left_out));
  }

  Json take() { return std::move(contents_); }

 private:
  Json place_of(const StoredReportFile& file, ReportKind kind, std::string& left_out) {
    auto known = places_.find({*file.blob, kind});
    if (known != places_.end()) return known->second;
    if (bytes_ + file.size > k_page_bytes) {
      left_out = cat("this page shows ", human_bytes(k_page_bytes),
                     " of such files; 'wf report RUN --files DIR' writes all of them");
      return {};
    }
    try {
      contents_.push(shown(kind, file.name, blobs_->read(*file.blob)));
    } catch (const Error& error) {
      left_out = error.message();
      return {};
    }
    bytes_ += file.size;
    auto place = static_cast<std::int64_t>(contents_.as_array().size()) - 1;
    places_.emplace(std::pair(*file.blob, kind), place);
    return place;
  }

  BlobStore* blobs_;
  Json contents_ = Json::array();
  std::map<std::pair<Digest, ReportKind>, std::int64_t> places_;
  std::int64_t bytes_ = 0;
};

std::string path_of(const std::string& folder, const TaskFile& one) {
  return cat(folder, '/', one.path.text(), '/', one.attempt, '/', report_file_name(one.file.name));
}

}  // namespace

std::vector<TaskFile> task_files_of(Database& database, const RunAccount& account) {
  StoredFiles stored(database);
  std::vector<TaskFile> files;
  for (const Execution& execution : account.executions) {
    const NodeInfo& node = execution.info;
    if (node.producer) {
      std::string made_by = cat(node.producer->id.text(), "/", node.produced_by.text());
      for (const StoredReportFile& file : stored.of({*node.producer, node.produced_by, node.produced_at}))
        files.push_back({node.path, node.produced_at, made_by, file});
      continue;
    }
    for (const Try& one : execution.tries) {
      for (const StoredReportFile& file : stored.of({account.page.info.key, node.path, one.info.attempt}))
        files.push_back({node.path, one.info.attempt, {}, file});
    }
  }
  return files;
}

Json task_files_json(BlobStore& blobs, const std::vector<TaskFile>& files) {
  Contents contents(blobs);
  Json list = list_json(files, [&](const TaskFile& one) { return contents.file_json(one); });
  return Json::object().add("files", std::move(list)).add("contents", contents.take());
}

void write_task_files(const std::string& folder, BlobStore& blobs, const std::vector<TaskFile>& files) {
  for (const TaskFile& one : files) {
    if (one.file.blob && lstat_if_exists(path_of(folder, one)))
      throw Error(codes::k_output_exists, cat("'", path_of(folder, one), "' is there already"),
                  "nothing was written; name another folder with --files");
  }
  make_folders(folder, 0755);
  for (const TaskFile& one : files) {
    if (!one.file.blob) continue;
    std::string path = path_of(folder, one);
    make_folders(parent_folder(path), 0755);
    blobs.copy_to(*one.file.blob, path, 0644);
  }
}

}  // namespace wf::cli
